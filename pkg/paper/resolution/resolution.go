// Package resolution asks what it depends on whether gradients over a grid look white: over which distance of
// the input they are correlated, and whether the grid resolves that distance.
package resolution

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
	Name  = "resolution"
	Title = "What looks white: the correlation length of gradients over the input, and the grid"
)

// Family is a kind of net, with the grids on which it is looked at.
type Family struct {
	// Net is the net; its depth and width are filled in.
	Net models.Config `json:"net"`

	// Grids are the numbers of inputs M for which there is theory, ascending, and Depth is the largest depth.
	Grids []int `json:"grids"`
	Depth int   `json:"depth"`

	// Measured are the grids on which nets are measured, in the order of their inputs.
	Measured []Grid `json:"measured"`
}

// Grid is a number of inputs with the depths at which nets are measured on it, ascending.
type Grid struct {
	Inputs int   `json:"inputs"`
	Depths []int `json:"depths"`
}

// Config describes the experiment.
type Config struct {
	Families []Family `json:"families"`

	// Width is N.
	Width int `json:"width"`

	// Values is the number of draws of the weights times that of the inputs, and MostDraws bounds the draws
	// on coarse grids; there are at least a few on fine ones.
	Values    int `json:"values"`
	MostDraws int `json:"most_draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at full size. It takes four minutes of one processor, one of them for the theory
// of 4096 inputs, which needs 3 GB. The theory of nets with batch normalisation costs the third power of the
// number of inputs, 13 s of one processor for 256 and 50 layers, so it ends there: 1024 inputs would take a
// quarter of an hour. Without normalisation inputs don't know of each other, and a coarser grid is part of a
// finer one, so that a single grid says everything.
func Paper() Config {
	return Config{
		Families: []Family{
			{
				Net:   models.Config{Net: "feedforward", Norm: norms.Center},
				Grids: []int{64, 128, 256, 512, 1024, 2048, 4096}, Depth: 48,
				Measured: []Grid{
					{64, []int{8, 12, 16, 20}}, {128, []int{12, 16, 20, 24}},
					{256, []int{12, 16, 20, 24, 28}},
					{512, []int{16, 20, 24, 28, 32}}, {1024, []int{20, 24, 28, 32, 36}},
					{2048, []int{24, 28, 32, 36, 40, 44}},
					{4096, []int{12, 16, 20, 24, 28, 32, 36, 40, 44, 48}},
				},
			},
			{
				Net:   models.Config{Net: "feedforward", Norm: norms.Batch},
				Grids: []int{32, 64, 128, 256}, Depth: 28,
				Measured: []Grid{{64, []int{8, 12, 16, 20}}, {128, []int{12, 16, 20, 24}},
					{256, []int{12, 16, 20, 24, 28}}},
			},
			{
				Net:   models.Config{Net: "residual", Norm: norms.Batch, Beta: 1},
				Grids: []int{64, 128, 256}, Depth: 50,
				Measured: []Grid{{64, []int{10, 24, 50}}, {256, []int{10, 24, 50}}},
			},
			{
				Net:   models.Config{Net: "feedforward", Norm: norms.None},
				Grids: []int{512}, Depth: 50,
				Measured: []Grid{{512, []int{4, 10, 24, 50}}},
			},
		},
		Width: models.PaperWidth, Values: 16384, MostDraws: 64, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	for i := range c.Families {
		f := &c.Families[i]
		f.Grids, f.Measured, f.Depth = []int{16, 32, 64}, nil, 14
		for _, inputs := range f.Grids {
			f.Measured = append(f.Measured, Grid{inputs, []int{4, 8, 12}})
		}
	}
	c.Width, c.Values, c.MostDraws = 24, 128, 4
	return c
}

// leastDraws is the number of draws on the finest grids at least, for a spread over draws.
const leastDraws = 24

// draws returns the number of draws on a grid.
func (c Config) draws(inputs int) int {
	return min(max(c.Values/inputs, min(leastDraws, c.MostDraws)), c.MostDraws)
}

// check checks what the nets' own configs do not.
func (c Config) check() error {
	if len(c.Families) == 0 || c.MostDraws < 2 {
		return fmt.Errorf("there are %d families of nets and at most %d draws: give at least 1 and 2",
			len(c.Families), c.MostDraws)
	}
	for _, f := range c.Families {
		net := f.Net
		net.Depth = f.Depth
		if err := meanfield.Covers(net); err != nil {
			return err
		}
		sizes := slices.Clone(f.Grids)
		for _, g := range f.Measured {
			if err := paper.Ascending(fmt.Sprintf("depths on %d inputs", g.Inputs), g.Depths); err != nil {
				return err
			}
			sizes = append(sizes, g.Inputs)
		}
		if f.Depth < 2 || len(f.Grids) == 0 {
			return fmt.Errorf("a family has depth %d and %d grids: give a depth of at least 2, and a grid",
				f.Depth, len(f.Grids))
		}
		if err := paper.Ascending("grids of a family", f.Grids); err != nil {
			return err
		}
		if least := slices.Min(sizes); least < 8 {
			return fmt.Errorf("a grid has %d inputs: give at least 8", least)
		}
	}
	return nil
}

// neighbours is what the gradients of nets of one depth on one grid say of the grid: how neighbours are
// correlated, and over which distance gradients are, nil where neighbours are less than half correlated
// already, or inputs half a grid apart more than half.
type neighbours struct {
	Depth       int             `json:"depth"`
	Correlation stats.Estimate  `json:"correlation"`
	Length      *stats.Estimate `json:"length,omitempty"`
}

// Result holds what came out.
type Result struct {
	Config Config

	// Series hold for each family and grid, theory and measurement apart, the quantities Correlation and
	// Length against the depth; and then for each family White against the number of inputs.
	Series []law.Series

	// Parts says where the numbers come from.
	Parts results.Parts
}

// The quantities of the series.
const (
	Correlation = "correlation of neighbours"
	Length      = "correlation length over the input"
	White       = "depth at which the grid looks white"
)

// grid is a grid with what belongs to it once the plan has run.
type grid struct {
	inputs   int
	theory   *[]neighbours
	measured []*neighbours
}

// plan is the work of the experiment.
type plan struct {
	*jobs.Plan
	grids [][]grid // families x their grids
}

// plan lists the work.
func (c Config) plan() (*plan, error) {
	p := &plan{Plan: jobs.NewPlan("resolution", kept), grids: make([][]grid, len(c.Families))}
	for i, f := range c.Families {
		for _, inputs := range f.sizes() {
			g := grid{inputs: inputs}
			if slices.Contains(f.Grids, inputs) {
				g.theory = addTheory(p.Plan, f, inputs)
			}
			for _, measured := range f.Measured {
				if measured.Inputs != inputs {
					continue
				}
				for _, depth := range measured.Depths {
					part, err := c.addMeasured(p.Plan, f.Net, inputs, depth)
					if err != nil {
						return nil, err
					}
					g.measured = append(g.measured, part)
				}
			}
			p.grids[i] = append(p.grids[i], g)
		}
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
	for i, f := range config.Families {
		result.addCurves(f, p.grids[i])
	}
	for i, f := range config.Families {
		result.addWhite(f, p.grids[i])
	}
	return result, nil
}

// sizes returns the numbers of inputs of the family's grids, ascending.
func (f Family) sizes() []int {
	all := slices.Clone(f.Grids)
	for _, g := range f.Measured {
		all = append(all, g.Inputs)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// addTheory adds the theory of a family on a grid: of all depths in one pass.
func addTheory(plan *jobs.Plan, f Family, inputs int) *[]neighbours {
	net := f.Net
	var depths []int
	for depth := 2; depth <= f.Depth; depth++ {
		depths = append(depths, depth)
	}
	return jobs.Add(plan, law.TheorySpec(net, inputs, depths, "correlation over the input"),
		func(ctx context.Context, _ *engine.Engine) ([]neighbours, error) {
			x, err := data.Grid(inputs, data.GridLow, data.GridHigh)
			if err != nil {
				return nil, err
			}
			var all []neighbours
			err = meanfield.Each(ctx, meanfield.Config{Net: net, X: x}, depths,
				func(r *meanfield.Result) error {
					correlation, err := r.Correlation(inputs / 2)
					if err != nil {
						return err
					}
					n := neighbours{Depth: r.Config.Net.Depth, Correlation: stats.Exact(correlation[1])}
					if length := lengthOf(correlation, x[1]-x[0]); length > 0 {
						exact := stats.Exact(length)
						n.Length = &exact
					}
					all = append(all, n)
					return nil
				})
			return all, err
		})
}

// deepest is the number of binary digits of the largest depth whose draws are kept apart from those of other
// grids.
const deepest = 12

// addMeasured adds the measurement of nets of a depth on a grid.
func (c Config) addMeasured(plan *jobs.Plan, net models.Config, inputs, depth int) (*neighbours, error) {
	net.Depth, net.Width = depth, c.Width
	// Nets of different depths share nothing, so that slopes over depths are of independent points.
	apart := uint64(inputs)<<deepest + uint64(depth)
	config := gradients.Config{Net: net, Inputs: inputs, Draws: c.draws(inputs),
		First: apart * paper.DrawsApart, Seed: c.Seed}
	part, _, err := paper.AddPart(plan, "correlation of gradients over the input", gradients.Version, config,
		func(ctx context.Context, e *engine.Engine) (neighbours, error) {
			result, err := gradients.Run(ctx, e, config)
			if err != nil {
				return neighbours{}, err
			}
			return measure(result, depth), nil
		})
	return part, err
}
