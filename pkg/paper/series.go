package paper

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
)

// AllStatistics are the two kinds of gradient, frozen and coupled batch statistics, that every figure shows
// side by side.
var AllStatistics = []norms.Statistics{norms.Frozen, norms.Coupled}

// StatisticsOf returns the kinds of gradient to tell apart: one where a net has no statistics.
func StatisticsOf(net models.Config) []norms.Statistics {
	if net.Norm == nil || net.Norm == norms.None {
		return []norms.Statistics{norms.Frozen}
	}
	return AllStatistics
}

// Names of the noises that gradients are compared with, as they stand in Series.Net.
const (
	Brown = "brown"
	White = "white"
)

// Series is the autocorrelation function of one ensemble of gradients, or of noise: a curve of Figure 2.
type Series struct {
	// Net is the architecture, or brown or white for noise.
	Net string `json:"net" jsonschema:"minLength=1"`

	// Depth is L; 0 for noise.
	Depth int `json:"depth" jsonschema:"minimum=0"`

	// Beta scales the residual branch; nil where the net has none.
	Beta *float64 `json:"beta"`

	// Also says what of the net differs from the paper's of that beta, as models.Config.Also does, and its
	// normalisation where that is another than the paper's: centring in feedforward nets, and batch
	// normalisation in others.
	Also string `json:"also,omitempty"`

	// Statistics says whether the gradients hold the batch statistics fixed (frozen) or go through them
	// (coupled); empty for noise.
	Statistics norms.Statistics `json:"statistics" jsonschema:"enum=frozen,enum=coupled,enum="`

	// Lags are 0 to 15; the curve has the autocorrelation at these (mean removed, biased estimator).
	Lags []int `json:"lags" jsonschema:"minimum=0"`

	// Theory is the expected autocorrelation in infinitely wide nets at these lags; nil where there is no
	// theory, as of coupled statistics and of noise, or where it was not asked for.
	Theory []float64 `json:"theory,omitempty"`

	// Summary is what the autocorrelation over the draws says. Claims compare nets that share their draws
	// within a draw.
	gradients.Summary
}

// Name returns what the net is called by; its normalisation goes without saying, or is in Also.
func (s Series) Name() models.Name { return models.Name{Net: s.Net, Beta: s.Beta, Also: s.Also} }

// ID names the net and its depth in the ids of claims.
func (s Series) ID() string {
	return s.Net + betaID(s.Beta) + alsoID(s.Also) + fmt.Sprintf(".depth-%d", s.Depth)
}

// SeriesName returns what a net is called by in Figures 1 and 2.
func SeriesName(net models.Config) models.Name {
	name := models.Name{Net: net.Net, Beta: BetaOf(net), Also: net.Also()}
	usual, norm := norms.Batch, cmp.Or(net.Norm, norms.None)
	if net.Net == CentredFeedforward.Net {
		usual = CentredFeedforward.Norm
	}
	switch {
	case norm != usual && name.Also == "":
		name.Also = norm.InTitle()
	case norm != usual:
		name.Also = norm.InTitle() + ", " + name.Also
	}
	return name
}

// Column is a net or a noise with one of its draws: a column of Figure 1.
type Column struct {
	Series

	// X is the grid and Values the first draw's gradient, or noise, over it.
	X      []float64 `json:"x"`
	Values []float64 `json:"values"`

	// Covariance is |(g - mean g)(g - mean g)^T| / var(g) of the first draw, M x M. It follows from Values
	// and is not written to the results.
	Covariance *mat.SymDense `json:"-"`
}

// Gradients are those of a net on several draws of its weights, or several draws of a noise.
type Gradients struct {
	// X holds the inputs.
	X []float64

	label Series
	draws *[][]float64
}

// AddGradients adds to a plan the part that takes the gradients of a net; they are there when the plan
// has run. It returns an error when the config is wrong.
func AddGradients(p *jobs.Plan, config gradients.Config) (*Gradients, error) {
	draws, sample, err := AddPart(p, "gradients", gradients.Version, config,
		func(ctx context.Context, e *engine.Engine) ([][]float64, error) {
			result, err := gradients.Run(ctx, e, config)
			if err != nil {
				return nil, err
			}
			return result.Gradients, nil
		})
	if err != nil {
		return nil, err
	}
	label, err := labelOf(sample)
	if err != nil {
		return nil, err
	}
	return &Gradients{X: sample.X, label: label, draws: draws}, nil
}

// CheckGradients says whether the gradients of a sample are enough for an autocorrelation with its spread,
// and fit into memory.
func CheckGradients(sample *sampling.Sample) error {
	switch c := sample.Config; {
	case c.Draws < 2:
		return fmt.Errorf("the number of draws is %d: give at least 2, for the spread over draws", c.Draws)
	case c.Inputs <= gradients.MaxLag:
		return fmt.Errorf("the number of inputs is %d: give at least %d, for the autocorrelation up to lag "+
			"%d", c.Inputs, gradients.MaxLag+1, gradients.MaxLag)
	}
	return sample.CheckResults(sample.Config.Inputs)
}

// labelOf returns the series of a net's gradients without its numbers; or an error where there are none to
// be.
func labelOf(sample *sampling.Sample) (Series, error) {
	if err := CheckGradients(sample); err != nil {
		return Series{}, err
	}
	net := sample.Config.Net
	name := SeriesName(net)
	return Series{Net: net.Net, Depth: net.Depth, Beta: name.Beta, Also: name.Also,
		Statistics: net.Statistics}, nil
}

// streams keep the noises' random numbers apart from each other and from those of the nets, whose paths are
// longer.
const (
	brownStream = iota
	whiteStream
)

// NewNoise draws brown or white noise over the inputs as the paper's Figure 1(d, e) defines them.
func NewNoise(name string, x []float64, draws int, seed uint64) (*Gradients, error) {
	all := make([][]float64, draws)
	for i := range all {
		var err error
		if name == Brown {
			all[i], err = data.BrownNoise(len(x), len(x), random.Stream(seed, brownStream, uint64(i)))
		} else {
			all[i], err = data.WhiteNoise(len(x), random.Stream(seed, whiteStream, uint64(i)))
		}
		if err != nil {
			return nil, err
		}
	}
	return &Gradients{X: x, draws: &all, label: Series{Net: name}}, nil
}

// Draws returns the gradients, draws x inputs.
func (g *Gradients) Draws() [][]float64 { return *g.draws }

// Series returns the autocorrelation of the gradients.
func (g *Gradients) Series() (Series, error) {
	summary, err := gradients.Summarize(g.Draws())
	if err != nil {
		return Series{}, g.label.without(err)
	}
	return g.label.with(summary), nil
}

// with returns the series of which that is the summary.
func (s Series) with(summary *gradients.Summary) Series {
	s.Lags, s.Summary = gradients.Lags(), *summary
	return s
}

// without says that the series has no numbers, and why.
func (s Series) without(err error) error {
	return fmt.Errorf("the gradients of the %s net of depth %d have no autocorrelation: %w", s.Net, s.Depth,
		err)
}

// constantGradient bounds the spread of a gradient that is constant up to the rounding of float32 in 50
// layers, relative to its largest value.
const constantGradient = 1e-5

// IsConstant says whether a gradient is the same at all inputs, up to rounding.
func IsConstant(g []float64) bool {
	low, high := slices.Min(g), slices.Max(g)
	return high-low <= constantGradient*max(math.Abs(low), math.Abs(high))
}
