// Package coupled measures how far a guess is off: the theory of wide nets covers gradients that hold the
// batch statistics fixed, and for those that go through them there is a guess, see coupled.go of package
// meanfield.
package coupled

import (
	"cmp"
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "coupled-statistics"
	Title = "Gradients through the batch statistics, and a guess"
)

// Config describes the experiment.
type Config struct {
	// Nets are the nets, all of which normalise; depth and statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Depths are the depths L, ascending.
	Depths []int `json:"depths"`

	// Inputs is M, the number of points of the grid on [-2, 2], and Draws the number of draws that a curve
	// averages.
	Inputs int `json:"inputs"`
	Draws  int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at full size: the nets and depths of Figure 2, 40 draws each. It takes a minute
// and a half of one processor, a third of it for the theory.
func Paper() Config {
	return Config{
		Nets: []models.Config{
			{Net: "feedforward", Norm: norms.Center, Width: models.PaperWidth},
			{Net: "residual", Norm: norms.Batch, Beta: 1, Width: models.PaperWidth},
			{Net: "residual", Norm: norms.Batch, Beta: 0.1, Width: models.PaperWidth},
		},
		Depths: []int{2, 4, 10, 24, 50}, Inputs: data.GridPoints, Draws: 40, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	for i := range c.Nets {
		c.Nets[i].Width = 24
	}
	c.Depths, c.Inputs, c.Draws = []int{2, 5}, 48, 4
	return c
}

// check checks what the nets' own configs do not.
func (c Config) check() error {
	switch {
	case len(c.Nets) == 0 || len(c.Depths) == 0:
		return fmt.Errorf("there are %d nets and %d depths: give at least one of each", len(c.Nets),
			len(c.Depths))
	case c.Inputs <= 2*gradients.MaxLag:
		return fmt.Errorf("the number of inputs is %d: give at least %d, for lags "+
			"up to %d", c.Inputs, 2*gradients.MaxLag+1, gradients.MaxLag)
	}
	for _, net := range c.Nets {
		if net.Norm == nil || net.Norm == norms.None {
			return fmt.Errorf("the %s has no batch statistics: choose nets that normalise", net.Title())
		}
		net.Depth = c.Depths[0]
		if err := meanfield.Covers(net); err != nil {
			return err
		}
	}
	return paper.Ascending("depths", c.Depths)
}

// Result holds what came out.
type Result struct {
	Config Config

	// Series hold for each net and depth the quantity Coupled against the lag, with the guess for its theory,
	// and Frozen, which is the theory of gradients that hold the statistics fixed.
	Series []law.Series

	// Parts says where the numbers come from.
	Parts results.Parts

	measured []paper.Series // one a net and depth
}

// The quantities of the series.
const (
	Coupled = "autocorrelation, coupled statistics"
	Frozen  = "autocorrelation, frozen statistics"
)

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
		for d, theory := range *p.theories[i] {
			measured, err := p.measured[i][d].Series()
			if err != nil {
				return nil, err
			}
			result.add(net, theory, measured)
		}
	}
	return result, nil
}

// plan is the work of the experiment.
type plan struct {
	*jobs.Plan
	theories []*[]law.Curve
	measured [][]*paper.Structure // nets x depths
}

// plan lists the work.
func (c Config) plan() (*plan, error) {
	p := &plan{Plan: jobs.NewPlan("coupled statistics", kept)}
	for _, net := range c.Nets {
		p.theories = append(p.theories, law.AddTheory(p.Plan, net, c.Inputs, c.Depths, true))
		net.Statistics = norms.Coupled
		var depths []*paper.Structure
		for _, depth := range c.Depths {
			net.Depth = depth
			structure, err := paper.AddStructure(p.Plan, gradients.Config{Net: net, Inputs: c.Inputs,
				Draws: c.Draws, First: uint64(depth) * paper.DrawsApart, Seed: c.Seed})
			if err != nil {
				return nil, err
			}
			depths = append(depths, structure)
		}
		p.measured = append(p.measured, depths)
	}
	return p, nil
}

// add appends a net of a depth.
func (r *Result) add(net models.Config, theory law.Curve, measured paper.Series) {
	s := law.Series{
		Net: law.NetOf(net), Depth: theory.Depth, Width: cmp.Or(net.Width, models.PaperWidth),
		Inputs: r.Config.Inputs, Quantity: Coupled, Against: "lag", X: plots.Count(gradients.MaxLag + 1),
		Theory: theory.Coupled,
	}
	for lag := range s.X {
		s.Measured = append(s.Measured, measured.At(lag))
	}
	frozen := s
	frozen.Quantity, frozen.Theory, frozen.Measured, frozen.Width = Frozen, theory.ACF, nil, 0
	r.Series = append(r.Series, s, frozen)
	r.measured = append(r.measured, measured)
}
