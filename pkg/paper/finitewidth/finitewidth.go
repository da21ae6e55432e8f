// Package finitewidth measures how far nets of finite width are from the theory of infinitely wide ones: the
// deviation of the mean autocorrelation of their gradients against 1/N.
package finitewidth

import (
	"context"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "finite-width"
	Title = "Finite width: how far nets are from the theory of wide ones"
)

// Config describes the experiment.
type Config struct {
	// Nets are the nets, each of one depth; Width is filled in.
	Nets []models.Config `json:"nets"`

	// Widths are the widths N, ascending.
	Widths []int `json:"widths"`

	// Weights is the number of draws times the square of the width, which is what a draw costs: what a finite
	// width does is seen best in narrow nets.
	Weights int `json:"weights"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at full size: widths 50 to 1600 of two nets of 50 layers, feedforward with
// mean-centring and residual with batch normalisation and beta = 1. It takes five minutes of one processor,
// most of them for the widest nets.
func Paper() Config {
	return Config{
		Nets: []models.Config{
			{Net: "feedforward", Norm: norms.Center, Depth: 50},
			{Net: "residual", Norm: norms.Batch, Beta: 1, Depth: 50},
		},
		Widths: []int{50, 100, 200, 400, 800, 1600}, Weights: 5e6, Inputs: data.GridPoints, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	for i := range c.Nets {
		c.Nets[i].Depth = 6
	}
	c.Widths, c.Weights, c.Inputs = []int{8, 16, 32, 64}, 8192, 64
	return c
}

// leastDraws is the number of draws of the widest nets at least, for a spread over draws.
const leastDraws = 8

// draws returns the number of draws at a width.
func (c Config) draws(width int) int { return max(c.Weights/width/width, leastDraws) }

// check checks what the nets' own configs do not.
func (c Config) check() error {
	switch {
	case len(c.Nets) == 0:
		return fmt.Errorf("there are no nets: give at least one")
	case len(c.Widths) < 3 || slices.Min(c.Widths) < 1:
		return fmt.Errorf("the widths are %d: give at least three of at least 1, for a fit against 1/N",
			c.Widths)
	case c.Inputs <= 2*gradients.MaxLag:
		return fmt.Errorf("the number of inputs is %d: give at least %d, for lags "+
			"up to %d", c.Inputs, 2*gradients.MaxLag+1, gradients.MaxLag)
	}
	for _, net := range c.Nets {
		if err := meanfield.Covers(net); err != nil {
			return err
		}
	}
	return paper.Ascending("widths", c.Widths)
}

// Result holds what was measured.
type Result struct {
	Config Config

	// Series hold for every net the quantities Neighbours and Mean against the width.
	Series []law.Series

	// Fits hold what the deviations from the theory say, one a series.
	Fits []Fit

	// Parts says where the numbers come from.
	Parts results.Parts
}

// The quantities of the series.
const (
	Neighbours = "autocorrelation at lag 1"
	Mean       = "mean autocorrelation at lags 1 to 15"
)

// plan is the work of the experiment.
type plan struct {
	*jobs.Plan
	theories []*[]law.Curve
	measured [][]*autocorrelation // nets x widths
}

// autocorrelation is what the experiment takes of a net's gradients, and so what is kept of them.
type autocorrelation struct {
	Neighbours stats.Estimate `json:"neighbours"` // at lag 1
	Mean       stats.Estimate `json:"mean"`       // over lags 1 to 15
}

// measure measures a net's gradients.
func measure(ctx context.Context, e *engine.Engine, config gradients.Config) (autocorrelation, error) {
	result, err := gradients.Run(ctx, e, config)
	if err != nil {
		return autocorrelation{}, err
	}
	summary, err := result.Summary()
	if err != nil {
		return autocorrelation{}, err
	}
	return autocorrelation{summary.At(1), summary.MeanCorrelation}, nil
}

// plan lists the work.
func (c Config) plan() (*plan, error) {
	p := &plan{Plan: jobs.NewPlan("finite width", kept)}
	for _, net := range c.Nets {
		p.theories = append(p.theories, law.AddTheory(p.Plan, net, c.Inputs, []int{net.Depth}, false))
		var widths []*autocorrelation
		for _, width := range c.Widths {
			net.Width = width
			// Nets of different widths have draws of their own.
			config := gradients.Config{Net: net, Inputs: c.Inputs, Draws: c.draws(width),
				First: uint64(width) * paper.DrawsApart, Seed: c.Seed}
			measured, _, err := paper.AddPart(p.Plan, "autocorrelation of gradients at lag 1, and its mean",
				gradients.Version, config,
				func(ctx context.Context, e *engine.Engine) (autocorrelation, error) {
					return measure(ctx, e, config)
				})
			if err != nil {
				return nil, err
			}
			widths = append(widths, measured)
		}
		p.measured = append(p.measured, widths)
	}
	return p, nil
}

// Run computes the experiment.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
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
	result := &Result{Config: config, Parts: parts}
	for i, net := range config.Nets {
		result.add(net, (*p.theories[i])[0].ACF, p.measured[i])
	}
	return result, nil
}

// add appends what was measured of a net.
func (r *Result) add(net models.Config, theory []float64, measured []*autocorrelation) {
	for _, q := range []struct {
		name     string
		theory   float64
		estimate func(*autocorrelation) stats.Estimate
	}{
		{Neighbours, theory[1], func(a *autocorrelation) stats.Estimate { return a.Neighbours }},
		{
			Mean, gradients.MeanFromLag1(theory),
			func(a *autocorrelation) stats.Estimate { return a.Mean },
		},
	} {
		s := law.Series{
			Net: law.NetOf(net), Depth: net.Depth, Inputs: r.Config.Inputs, Quantity: q.name,
			Against: "width",
		}
		for i, width := range r.Config.Widths {
			s.X, s.Theory = append(s.X, float64(width)), append(s.Theory, q.theory)
			s.Measured = append(s.Measured, q.estimate(measured[i]))
		}
		r.Series = append(r.Series, s)
		r.Fits = append(r.Fits, newFit(s))
	}
}
