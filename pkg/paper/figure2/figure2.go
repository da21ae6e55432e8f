// Package figure2 reproduces Figure 2 of the paper: the autocorrelation of gradients of nets over a grid of
// inputs, against depth.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the paper's
// claims. [Draw] draws it.
package figure2

import (
	"context"
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
)

// Config describes Figure 2.
type Config struct {
	// Nets are the families of nets, one a panel; their Depth and Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Depths are the depths L of the curves of a panel, ascending.
	Depths []int `json:"depths"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights that a curve averages. Nets of different depths have other
	// draws; nets of one depth share theirs.
	Draws int `json:"draws"`

	// WhitenessDraws is the number of further draws on which the deep feedforward nets are tested for
	// whiteness: a share of 20 draws is too coarse to tell one rejection in 20 from one in 10.
	WhitenessDraws int `json:"whiteness_draws"`

	// Seed determines all weights and noises.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at the paper's size: 20 draws of nets of 200 units a layer on 256 inputs;
// feedforward nets with mean-centring, residual nets with batch normalisation and beta = 1 and 0.1.
func Paper() Config {
	return Config{
		Nets: []models.Config{paper.CentredFeedforward, paper.BatchResidual(1),
			paper.BatchResidual(0.1)},
		Depths: []int{2, 4, 10, 24, 50},
		Inputs: data.GridPoints,
		Draws:  20, WhitenessDraws: 200,
		Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	c.Nets = paper.Resized(c.Nets, 0, 32)
	c.Depths, c.Inputs, c.Draws, c.WhitenessDraws = []int{2, 4, 24, 50}, 128, 4, 4
	return c
}

// Result holds the curves of Figure 2.
type Result struct {
	Config Config

	// Series holds a curve for every kind of statistics, net and depth, in that order of nesting, and then
	// brown and white noise.
	Series []paper.Series

	// Whiteness holds the tests of the deep feedforward nets, for every kind of statistics and depth.
	Whiteness []Whiteness

	// Parts says where the numbers come from.
	Parts results.Parts
}

// Whiteness is the test of whether the gradients of a deep feedforward net are white noise.
type Whiteness struct {
	// Net is the architecture, Depth is L, and Statistics says whether the gradients hold the batch
	// statistics fixed (frozen) or go through them (coupled).
	Net        string           `json:"net" jsonschema:"enum=feedforward"`
	Depth      int              `json:"depth" jsonschema:"minimum=1"`
	Statistics norms.Statistics `json:"statistics" jsonschema:"enum=frozen,enum=coupled"`
	gradients.Whiteness
}

// Run computes Figure 2.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	p, err := config.plan()
	if err != nil {
		return nil, err
	}
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Parts: parts}
	for i, curve := range p.curves {
		series, err := curve.Series()
		if err != nil {
			return nil, err
		}
		if net := i / len(config.Depths); net < len(p.theories) && p.theories[net] != nil {
			series.Theory = (*p.theories[net])[i%len(config.Depths)].ACF
		}
		result.Series = append(result.Series, series)
	}
	if err := result.addNoises(); err != nil {
		return nil, err
	}
	for _, deep := range p.deep {
		net := deep.net
		result.Whiteness = append(result.Whiteness,
			Whiteness{net.Net, net.Depth, net.Statistics, *deep.tested})
	}
	return result, nil
}

// plan is the work of the figure: the structure of the gradients of the nets, the tests of those of deep
// nets, and the theory of gradients with frozen statistics, nil for nets that it does not cover.
type plan struct {
	*jobs.Plan
	curves   []*paper.Structure
	deep     []deepNet
	theories []*[]law.Curve
}

// deepNet is a net whose gradients are tested for whiteness.
type deepNet struct {
	net    models.Config
	tested *gradients.Whiteness
}

// plan lists the work, and checks the config by that.
func (c Config) plan() (*plan, error) {
	if err := paper.Ascending("depths", c.Depths); err != nil {
		return nil, err
	}
	p := &plan{Plan: jobs.NewPlan("Figure 2", kept)}
	for _, statistics := range paper.AllStatistics {
		for _, net := range c.Nets {
			for _, depth := range c.Depths {
				structure, err := paper.AddStructure(p.Plan, c.gradients(net, depth, statistics))
				if err != nil {
					return nil, err
				}
				p.curves = append(p.curves, structure)
			}
		}
		for _, depth := range c.whiteDepths() {
			config := c.whiteness(depth, statistics)
			tested, err := addWhiteness(p.Plan, config)
			if err != nil {
				return nil, err
			}
			p.deep = append(p.deep, deepNet{config.Net, tested})
		}
	}
	for _, net := range c.Nets {
		p.theories = append(p.theories, c.addTheory(p.Plan, net))
	}
	return p, nil
}

// addWhiteness adds to a plan the part that takes the gradients of a net and tests them for whiteness.
func addWhiteness(p *jobs.Plan, config gradients.Config) (*gradients.Whiteness, error) {
	tested, sample, err := paper.AddPart(p, "whiteness of gradients", gradients.Version, config,
		func(ctx context.Context, e *engine.Engine) (gradients.Whiteness, error) {
			found, err := gradients.Run(ctx, e, config)
			if err != nil {
				return gradients.Whiteness{}, err
			}
			tested, err := gradients.TestWhiteness(found.Gradients, config.Seed)
			if err != nil {
				return gradients.Whiteness{}, err
			}
			return *tested, nil
		})
	if err != nil {
		return nil, err
	}
	return tested, paper.CheckGradients(sample)
}

// addTheory adds the theory of a net at all depths; nil where it does not cover the net.
func (c Config) addTheory(p *jobs.Plan, net models.Config) *[]law.Curve {
	if len(c.Depths) == 0 {
		return nil
	}
	net.Depth, net.Statistics = c.Depths[len(c.Depths)-1], norms.Frozen
	if meanfield.Covers(net) != nil {
		return nil
	}
	return law.AddTheory(p, net, c.Inputs, c.Depths, false)
}

// addNoises appends the series of brown and white noise.
func (r *Result) addNoises() error {
	x, err := data.Grid(r.Config.Inputs, data.GridLow, data.GridHigh)
	if err != nil {
		return err
	}
	for _, name := range []string{paper.Brown, paper.White} {
		noise, err := paper.NewNoise(name, x, r.Config.Draws, r.Config.Seed)
		if err != nil {
			return err
		}
		series, err := noise.Series()
		if err != nil {
			return err
		}
		r.Series = append(r.Series, series)
	}
	return nil
}

// gradients returns the config of the gradients of a curve.
func (c Config) gradients(net models.Config, depth int, statistics norms.Statistics) gradients.Config {
	net.Depth, net.Statistics = depth, statistics
	return gradients.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws,
		First: uint64(depth) * paper.DrawsApart, Seed: c.Seed}
}

// whiteDepths returns the depths from which the gradients of feedforward nets can't be told from white noise.
func (c Config) whiteDepths() []int {
	if len(c.Nets) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.Depths), func(depth int) bool { return depth < whiteFrom })
}

// whiteness returns the config of the gradients on which the feedforward net of a depth is tested: draws that
// no curve uses.
func (c Config) whiteness(depth int, statistics norms.Statistics) gradients.Config {
	config := c.gradients(paper.CentredFeedforward, depth, statistics)
	config.Net.Width = c.Nets[0].Width
	config.First += uint64(c.Draws)
	config.Draws = c.WhitenessDraws
	return config
}

// Select returns the curves of one panel, in order of depth. For noise beta is 0 and statistics empty.
func (r *Result) Select(net string, beta float64, statistics norms.Statistics) []paper.Series {
	var selected []paper.Series
	for _, s := range r.Series {
		if s.Net == net && s.Statistics == statistics && paper.IsBeta(s.Beta, beta) {
			selected = append(selected, s)
		}
	}
	return selected
}

// Panel returns the curves of one panel, those of a net of the config, in order of depth, and what the net is
// called by.
func (r *Result) Panel(net models.Config, statistics norms.Statistics) (models.Name, []paper.Series) {
	name := paper.SeriesName(net)
	return name, slices.DeleteFunc(r.Select(net.Net, net.Beta, statistics),
		func(s paper.Series) bool { return s.Also != name.Also })
}
