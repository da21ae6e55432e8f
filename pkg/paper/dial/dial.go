// Package dial measures beta as a dial: the structure of the gradients of residual nets with batch
// normalisation against the scale of their residual branch, beside the theory of infinitely wide nets.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the paper's
// claims. [Draw] draws it.
package dial

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes the dial.
type Config struct {
	// Betas are the scales, ascending, and Depths the depths L.
	Betas  []float64 `json:"betas"`
	Depths []int     `json:"depths"`

	// Draws is the number of draws of the weights at each depth. All betas at one depth share their draws.
	Draws []int `json:"draws"`

	// Width is N, and Inputs M, the number of points of the grid on [-2, 2].
	Width  int `json:"width"`
	Inputs int `json:"inputs"`

	// Statistics says how gradients treat the batch statistics; empty means frozen.
	Statistics norms.Statistics `json:"statistics"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at full size: 12 betas from 0.01 to 2 for nets of 10, 50 and 200 layers of 200
// units.
func Paper() Config {
	return Config{
		Betas:  []float64{0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 2},
		Depths: []int{10, 50, 200}, Draws: []int{20, 20, 12},
		Width: models.PaperWidth, Inputs: data.GridPoints, Statistics: norms.Frozen,
		Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	c.Betas = []float64{0.01, 0.1, 0.3, 1, 2}
	c.Draws = []int{4, 4, 4}
	c.Width, c.Inputs = 24, 96
	return c
}

// check checks what the nets' configs do not.
func (c Config) check() error {
	switch {
	case len(c.Betas) == 0 || len(c.Depths) == 0:
		return fmt.Errorf("there are %d betas and %d depths: give at least one of each", len(c.Betas),
			len(c.Depths))
	case len(c.Draws) != len(c.Depths):
		return fmt.Errorf("there are %d depths and %d numbers of draws: give one for each depth",
			len(c.Depths), len(c.Draws))
	case c.Inputs <= 2*gradients.MaxLag:
		return fmt.Errorf("the number of inputs is %d: give at least %d, for the autocorrelation up to lag "+
			"%d",
			c.Inputs, 2*gradients.MaxLag+1, gradients.MaxLag)
	}
	return paper.Ascending("betas", c.Betas)
}

// gradients returns the config of the gradients of a depth and a beta.
func (c Config) gradients(i int, beta float64) gradients.Config {
	net := paper.BatchResidual(beta)
	net.Depth, net.Width, net.Statistics = c.Depths[i], c.Width, c.Statistics
	return gradients.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws[i],
		First: uint64(c.Depths[i]) * paper.DrawsApart, Seed: c.Seed}
}

// Result holds the series of the dial.
type Result struct {
	Config Config

	// Series holds one series a depth.
	Series []Series

	// Parts says where the numbers come from.
	Parts results.Parts
}

// Series is the structure of gradients against beta, for one depth.
type Series struct {
	// Net is the architecture, Depth is L, Statistics says whether the gradients hold the batch statistics
	// fixed (frozen) or go through them (coupled), and Draws is the number of independent draws of the
	// weights.
	Net        string           `json:"net"`
	Depth      int              `json:"depth" jsonschema:"minimum=1"`
	Statistics norms.Statistics `json:"statistics" jsonschema:"enum=frozen,enum=coupled"`
	Draws      int              `json:"draws" jsonschema:"minimum=2"`

	// Beta holds the scales of the residual branch; all lists have one entry a beta.
	Beta []float64 `json:"beta"`

	// Lag1 and Lag5 are the autocorrelation at these lags, averaged over draws.
	Lag1 []stats.Estimate `json:"lag_1"`
	Lag5 []stats.Estimate `json:"lag_5"`

	// Length is the effective correlation length of [stats.CorrelationLength], in steps of the grid, of the
	// autocorrelation averaged over draws: the lag at which it first falls below 1/e, interpolated. The
	// interval is the jackknife's. (The sum over all lags is -1/2 for every series whose mean is removed, and
	// can't serve.)
	Length []stats.Estimate `json:"length"`

	// Brownness is 0 for white noise, 1 for brown noise, 1/2 where it is equally far from both.
	Brownness []stats.Estimate `json:"brownness"`

	// BrownLength and WhiteLength are the correlation lengths of brown and of white noise of as many values.
	BrownLength float64 `json:"brown_length"`
	WhiteLength float64 `json:"white_length"`

	// Theory is the structure of gradients of infinitely wide nets; nil where the theory does not cover the
	// nets, as of coupled statistics.
	Theory *Theory `json:"theory,omitempty"`

	// lengths and curves have an entry a beta: what the intervals of the correlation length are made of, by
	// which claims compare betas within a draw, and the autocorrelation's mean at the lags of Figure 2.
	lengths []stats.Replicates
	curves  []*stats.Curve
}

// plan is the work of the dial.
type plan struct {
	*jobs.Plan
	structures [][]*paper.Structure // depths x betas
	theories   []*map[int][]float64 // of the betas; nil where there is no theory
}

// plan lists the work.
func (c Config) plan() (*plan, error) {
	p := &plan{Plan: jobs.NewPlan("β as a dial", kept), structures: make([][]*paper.Structure, len(c.Depths))}
	for i := range c.Depths {
		for _, beta := range c.Betas {
			measured, err := paper.AddStructure(p.Plan, c.gradients(i, beta))
			if err != nil {
				return nil, err
			}
			p.structures[i] = append(p.structures[i], measured)
		}
	}
	p.theories = c.addTheory(p.Plan)
	return p, nil
}

// Run computes the dial.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	if config.Statistics == "" {
		config.Statistics = norms.Frozen
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	p, err := config.plan()
	if err != nil {
		return nil, err
	}
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	brown, white, err := stats.NoiseLengths(config.Inputs, farLag(config.Inputs))
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Parts: parts}
	for i, depth := range config.Depths {
		s := Series{
			Net: paper.BatchResidual(1).Net, Depth: depth, Statistics: config.Statistics,
			Draws: config.Draws[i], Beta: config.Betas, BrownLength: brown, WhiteLength: white,
		}
		for _, measured := range p.structures[i] {
			if err := s.add(measured); err != nil {
				return nil, err
			}
		}
		if p.theories != nil {
			if s.Theory, err = newTheory(depth, config.Inputs, p.theories); err != nil {
				return nil, err
			}
		}
		result.Series = append(result.Series, s)
	}
	return result, nil
}

// add appends what the gradients of one beta say.
func (s *Series) add(measured *paper.Structure) error {
	summary, err := measured.Series()
	if err != nil {
		return err
	}
	length := measured.Length()
	s.Lag1, s.Lag5 = append(s.Lag1, summary.At(1)), append(s.Lag5, summary.At(5))
	s.Length = append(s.Length, length.Estimate())
	s.Brownness = append(s.Brownness, summary.Brownness)
	s.lengths, s.curves = append(s.lengths, length), append(s.curves, &summary.Curve)
	return nil
}

// longer estimates by how much the correlation length at one beta is above that at another, both given by
// their places. All betas share their draws.
func (s *Series) longer(beta, other int) stats.Estimate {
	return s.lengths[beta].Minus(s.lengths[other])
}
