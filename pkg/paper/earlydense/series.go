package earlydense

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Series is what the gradients of a dense net say after each of the steps.
type Series struct {
	paper.EarlyNet

	// Statistics says how the net is looked at: with the batch statistics held fixed (frozen) or through them
	// (coupled); training always goes through them. Draws is the number of independent draws of the weights.
	Statistics norms.Statistics `json:"statistics" jsonschema:"enum=frozen,enum=coupled"`
	Draws      int              `json:"draws" jsonschema:"minimum=2"`

	// Steps are the numbers of updates; the following lists have an entry for each.
	Steps []int `json:"steps" jsonschema:"minItems=2,minimum=0"`

	// Loss is the logarithm to base 10 of the mean squared error, over draws.
	Loss *stats.Curve `json:"log10_loss"`

	// Constant is the number of draws whose gradient is the same at all inputs, up to rounding: such a
	// gradient has no autocorrelation, and the other statistics are those of the other draws. With fewer than
	// two of these they are nil.
	Constant []int `json:"constant" jsonschema:"minimum=0"`

	// Brownness is 0 for white noise and 1 for brown, as in Figures 1 and 2; nil with fewer than two draws.
	Brownness []*stats.Estimate `json:"brownness"`

	// Rejections is the number of draws on which the Ljung-Box test at the 5 % level rejects white noise.
	Rejections []int `json:"ljung_box_rejections" jsonschema:"minimum=0"`

	// Lags are 0 to 15, and ACF is the autocorrelation there, over draws; nil with fewer than two.
	Lags []int          `json:"lags" jsonschema:"minItems=16,maxItems=16,minimum=0,maximum=15"`
	ACF  []*stats.Curve `json:"acf"`

	// First holds the first draw.
	First FirstDraw `json:"first"`

	// acfs are the autocorrelations at the lags, steps x draws x lags, nil where the gradient is constant,
	// losses those behind Loss, draws x steps, and inputs the number of values of a gradient: claims compare
	// nets within a draw.
	acfs   [][][]float64
	losses [][]float64
	inputs int
}

// newSeries summarises the draws of a net: a series for each kind of statistics that it has.
func (c Config) newSeries(net models.Config, draws []*draw) ([]Series, error) {
	losses := make([][]float64, len(draws))
	for i, d := range draws {
		losses[i] = d.Losses
	}
	loss, err := stats.SummarizeCurve(losses)
	if err != nil {
		return nil, err
	}
	var all []Series
	for _, statistics := range paper.StatisticsOf(net) {
		s := Series{EarlyNet: paper.NewEarlyNet(net), Statistics: statistics, Draws: len(draws),
			Steps: c.Steps, Loss: loss, losses: losses, Lags: gradients.Lags(),
			First: draws[0].First[statistics], inputs: c.Inputs}
		for i, step := range c.Steps {
			acfs := make([][]float64, len(draws))
			for k, d := range draws {
				acfs[k] = d.ACF[statistics][i]
			}
			if err := s.add(acfs); err != nil {
				return nil, fmt.Errorf("%s, step %d: %w", s.Title(), step, err)
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// add appends a step: the autocorrelations of all draws, nil where a gradient is constant.
func (s *Series) add(acfs [][]float64) error {
	s.acfs = append(s.acfs, acfs)
	varying := slices.DeleteFunc(slices.Clone(acfs), func(acf []float64) bool { return acf == nil })
	s.Constant = append(s.Constant, len(acfs)-len(varying))
	if len(varying) < 2 {
		s.Brownness, s.ACF, s.Rejections = append(s.Brownness, nil), append(s.ACF, nil),
			append(s.Rejections, 0)
		return nil
	}
	summary, err := gradients.SummarizeACF(varying, s.inputs)
	if err != nil {
		return err
	}
	s.Brownness = append(s.Brownness, &summary.Brownness)
	s.ACF, s.Rejections = append(s.ACF, &summary.Curve), append(s.Rejections, summary.Rejections)
	return nil
}
