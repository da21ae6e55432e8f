package paper

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// EarlyNet names a net among those that are looked at early in training.
type EarlyNet struct {
	Variant

	// Activation is the name of the activation: relu or crelu.
	Activation string `json:"activation"`

	// LooksLinear says that the net starts out linear.
	LooksLinear bool `json:"looks_linear"`
}

// earlyNet returns the name of a net.
func earlyNet(c models.Config) EarlyNet {
	if c.Norm == nil {
		c.Norm = norms.None
	}
	if c.Activation == nil {
		c.Activation = activations.ReLU
	}
	net := EarlyNet{Variant: variant(c), Activation: c.Activation.Name, LooksLinear: c.LooksLinear}
	// What has a field of its own isn't said twice.
	c.Activation = nil
	if c.LooksLinear && c.Initializer == initializers.Orthogonal {
		c.Initializer = nil
	}
	c.LooksLinear = false
	net.Also = c.Also()
	return net
}

// Title names the net to readers.
func (n EarlyNet) Title() string { return n.Name().Called(n.Activation, n.LooksLinear) }

// id names the net in the ids of claims.
func (n EarlyNet) id() string {
	switch {
	case n.LooksLinear && n.Norm == norms.None.Name:
		return n.Net + "-looks-linear" + alsoID(n.Also)
	case n.Activation == activations.CReLU.Name && n.Norm == norms.None.Name:
		return n.Net + "-crelu" + alsoID(n.Also)
	}
	id := n.Variant.id()
	if n.Activation != activations.ReLU.Name {
		id += "-" + n.Activation
	}
	if n.LooksLinear {
		id += "-looks-linear"
	}
	return id
}

// shatters says whether the net is one of rectifiers without skips, which the paper calls feedforward.
func (n EarlyNet) shatters() bool {
	feedforward := n.Net == "feedforward" || n.Net == "conv-feedforward"
	return feedforward && n.Activation == activations.ReLU.Name && !n.LooksLinear
}

// EarlySeries is what the gradients of a dense net say behind each of the steps.
type EarlySeries struct {
	EarlyNet
	Statistics norms.Statistics `json:"statistics"`
	Draws      int              `json:"draws"`

	// Steps are the numbers of updates; the following lists have an entry for each.
	Steps []int `json:"steps"`

	// Loss is the logarithm to base 10 of the mean squared error, over draws.
	Loss *stats.Curve `json:"log10_loss"`

	// Constant is the number of draws whose gradient is the same at all inputs, up to rounding: such a gradient has no autocorrelation,
	// and the other statistics are those of the other draws. With fewer than two of these they are nil.
	Constant []int `json:"constant"`

	// Brownness is 0 for white noise and 1 for brown, as in Figures 1 and 2.
	Brownness []*stats.Estimate `json:"brownness"`

	// Rejections is the number of draws on which the Ljung-Box test at the 5 % level rejects white noise.
	Rejections []int `json:"ljung_box_rejections"`

	// Lags are 0..15, and ACF is the autocorrelation there, over draws.
	Lags []int          `json:"lags"`
	ACF  []*stats.Curve `json:"acf"`

	// First holds the first draw.
	First EarlyDraw `json:"first"`

	// acfs are the autocorrelations at the lags, steps x draws x lags, nil where the gradient is constant, losses those behind Loss, draws x
	// steps, and inputs the number of values of a gradient: claims compare nets within a draw.
	acfs   [][][]float64
	losses [][]float64
	inputs int
}

// EarlyDraw is one draw of a net in training.
type EarlyDraw struct {
	// X is the grid, and Gradients the gradient over it at each of the steps.
	X         []float64   `json:"x"`
	Gradients [][]float32 `json:"gradients"`

	// Losses are the mean squared errors after 0, 1, 2, ... updates, up to the last step.
	Losses []float32 `json:"losses"`
}

// newEarlySeries summarises the runs of a net: a series for each kind of statistics that it has.
func newEarlySeries(net models.Config, steps []int, runs []*early.GridRun) ([]EarlySeries, error) {
	losses := make([][]float64, len(runs))
	for i, run := range runs {
		for _, step := range steps {
			losses[i] = append(losses[i], math.Log10(run.Losses[step]))
		}
	}
	loss, err := stats.SummarizeCurve(losses)
	if err != nil {
		return nil, err
	}
	var all []EarlySeries
	for _, statistics := range statisticsOf(net) {
		s := EarlySeries{EarlyNet: earlyNet(net), Statistics: statistics, Draws: len(runs), Steps: steps, Loss: loss, losses: losses, Lags: gradients.Lags()}
		for i := range steps {
			var draws [][]float64
			for _, run := range runs {
				draws = append(draws, run.Gradients(statistics)[i])
			}
			if err := s.add(draws); err != nil {
				return nil, fmt.Errorf("%s, step %d: %w", s.Title(), steps[i], err)
			}
		}
		s.First = firstDraw(runs[0], statistics)
		all = append(all, s)
	}
	return all, nil
}

// add appends a step: the gradients of all draws.
func (s *EarlySeries) add(draws [][]float64) error {
	acfs := make([][]float64, len(draws))
	s.acfs, s.inputs = append(s.acfs, acfs), len(draws[0])
	varying := slices.DeleteFunc(slices.Clone(draws), isConstant)
	s.Constant = append(s.Constant, len(draws)-len(varying))
	if len(varying) < 2 {
		s.Brownness, s.ACF, s.Rejections = append(s.Brownness, nil), append(s.ACF, nil), append(s.Rejections, 0)
		return nil
	}
	summary, err := gradients.Summarize(varying)
	if err != nil {
		return err
	}
	rest := summary.Autocorrelations
	for i, draw := range draws {
		if !isConstant(draw) {
			acfs[i], rest = rest[0], rest[1:]
		}
	}
	s.Brownness = append(s.Brownness, &summary.Brownness)
	s.Rejections = append(s.Rejections, summary.Rejections)
	s.ACF = append(s.ACF, &summary.Curve)
	return nil
}

// firstDraw returns what the results keep of a run. The numbers are those of a net that computes in float32.
func firstDraw(run *early.GridRun, statistics norms.Statistics) EarlyDraw {
	first := EarlyDraw{X: run.X}
	for _, gradient := range run.Gradients(statistics) {
		first.Gradients = append(first.Gradients, narrow(gradient))
	}
	first.Losses = narrow(run.Losses)
	return first
}

// narrow returns the values as float32.
func narrow(values []float64) []float32 {
	narrowed := make([]float32, len(values))
	for i, value := range values {
		narrowed[i] = float32(value)
	}
	return narrowed
}
