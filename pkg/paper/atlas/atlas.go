// Package atlas makes the atlas of shattering: for many nets, those that are used today among them, how far
// the gradients at neighbouring inputs are correlated, at three depths, beside what else is said of deep
// nets at initialisation: how gradients grow, how many units never switch, how well layers are conditioned
// and whether the gradients of weights agree. docs/atlas-plan.md is its plan, written before its runs.
//
// A [Row] is a net at all depths. [Rows] are those of the project; a Config may have others:
//
//	config := atlas.Quick()
//	config.Rows = []atlas.Row{{Name: "mine", Title: "mine", Group: "yours", Net: atlas.At(net)}}
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the paper's
// claims. [Draw] and [DrawGrowth] draw it.
package atlas

import (
	"context"
	"fmt"
	"regexp"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes an atlas.
type Config struct {
	// Rows are the nets, each with a name of its own.
	Rows []Row `json:"rows"`

	// Depths are the depths L, ascending. The middle one orders the rows.
	Depths []int `json:"depths"`

	// Draws is the number of draws of the weights at each depth. All rows at one depth share their draws.
	Draws []int `json:"draws"`

	// Width is N, of all nets that don't say theirs, and Inputs M, the number of points of the grid on
	// [-2, 2].
	Width  int `json:"width"`
	Inputs int `json:"inputs"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at full size: all rows that are registered, at 10, 50 and 200 layers of 200 units.
func Paper() Config {
	return Config{
		Rows: Rows(), Depths: []int{10, 50, 200}, Draws: []int{20, 20, 12},
		Width: models.PaperWidth, Inputs: data.GridPoints, Seed: 1,
	}
}

// Quick returns a config of every fourth of the rows that takes half a minute on XLA.
func Quick() Config {
	c := Paper()
	for i := range c.Rows {
		if i%4 == 0 {
			c.Rows[i/4] = c.Rows[i]
		}
	}
	c.Rows = c.Rows[:(len(c.Rows)+3)/4]
	c.Depths, c.Draws = []int{4, 8, 16}, []int{3, 3, 3}
	c.Width, c.Inputs = 16, 48
	return c
}

// middle returns the depth that orders the rows.
func (c Config) middle() int { return c.Depths[len(c.Depths)/2] }

// rowName matches the names of rows, which are parts of identifiers.
var rowName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)

// check checks what the nets' configs do not.
func (c Config) check() error {
	switch {
	case len(c.Rows) == 0 || len(c.Depths) == 0:
		return fmt.Errorf("there are %d rows and %d depths: give at least one of each", len(c.Rows),
			len(c.Depths))
	case len(c.Draws) != len(c.Depths):
		return fmt.Errorf("there are %d depths and %d numbers of draws: give one for each depth",
			len(c.Depths), len(c.Draws))
	case c.Inputs <= 2*gradients.MaxLag:
		return fmt.Errorf("the number of inputs is %d: give at least %d, for the autocorrelation up to lag "+
			"%d", c.Inputs, 2*gradients.MaxLag+1, gradients.MaxLag)
	}
	if err := paper.Ascending("depths", c.Depths); err != nil {
		return err
	}
	for i, depth := range c.Depths {
		if c.Draws[i] < 2 {
			return fmt.Errorf("the number of draws at %d layers is %d: give at least 2, for the spread over "+
				"draws", depth, c.Draws[i])
		}
	}
	names := make(map[string]bool)
	for _, row := range c.Rows {
		switch {
		case !rowName.MatchString(row.Name):
			return fmt.Errorf("a row has the name %q: take lower-case letters, digits, hyphens and dots, "+
				"such as tanh-layer", row.Name)
		case names[row.Name]:
			return fmt.Errorf("two rows have the name %s: give each its own", row.Name)
		case row.Net == nil:
			return fmt.Errorf("the row %s has no net: give it one for each depth, by atlas.At for instance",
				row.Name)
		case row.Title == "" || row.Group == "":
			return fmt.Errorf("the row %s has the title %q and the group %q: give it both, for its readers",
				row.Name, row.Title, row.Group)
		}
		names[row.Name] = true
	}
	return cost.Steps(fmt.Sprintf("%d rows at %d depths", len(c.Rows), len(c.Depths)),
		float64(len(c.Rows))*float64(len(c.Depths)), "nets")
}

// Result is an atlas.
type Result struct {
	Config Config

	// Series holds one entry a row and depth, row by row in the order of the config.
	Series []Series

	// Rates are how the correlation lengths of rows fall with depth, of the rows that have one at each of
	// three depths or more.
	Rates []Rate

	// BrownLength and WhiteLength are the correlation lengths of brown and of white noise over the grid.
	BrownLength, WhiteLength float64

	// Parts says where the numbers come from.
	Parts results.Parts
}

// Run makes an atlas.
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
	result.BrownLength, result.WhiteLength, err = stats.NoiseLengths(config.Inputs, FarLag(config.Inputs))
	if err != nil {
		return nil, err
	}
	for _, cells := range p.cells {
		series, err := newSeries(cells, config.Inputs)
		if err != nil {
			return nil, fmt.Errorf("the row %s: %w", cells[0].row.Name, err)
		}
		result.Series = append(result.Series, series...)
		rate, err := newRate(series)
		if err != nil {
			return nil, fmt.Errorf("the row %s: %w", cells[0].row.Name, err)
		}
		if rate != nil {
			result.Rates = append(result.Rates, *rate)
		}
	}
	return result, nil
}

// cell is a row at a depth, with what is measured of it and, where there is one, its theory: the expected
// autocorrelation at the depth.
type cell struct {
	row      Row
	depth, n int // of layers, and of draws
	net      models.Config
	draws    *draws
	theory   *map[int][]float64
}

// plan is the work of an atlas, rows x depths.
type plan struct {
	*jobs.Plan
	cells [][]cell
}

// plan lists the work.
func (c Config) plan() (*plan, error) {
	p := &plan{Plan: jobs.NewPlan("the atlas", kept)}
	for _, row := range c.Rows {
		var cells []cell
		for i := range c.Depths {
			probe, err := c.probe(row, i)
			if err != nil {
				return nil, fmt.Errorf("the row %s at %d layers: %w", row.Name, c.Depths[i], err)
			}
			cell := cell{row: row, depth: c.Depths[i], n: c.Draws[i]}
			if cell.draws, cell.net, err = addDraws(p.Plan, probe); err != nil {
				return nil, fmt.Errorf("the row %s at %d layers: %w", row.Name, c.Depths[i], err)
			}
			if meanfield.Covers(probe.Net) == nil {
				cell.theory = law.AddACF(p.Plan, probe.Net, c.Inputs, []int{c.Depths[i]}, FarLag(c.Inputs))
			}
			cells = append(cells, cell)
		}
		p.cells = append(p.cells, cells)
	}
	return p, nil
}

// probe returns what is measured of a row at one of the depths.
func (c Config) probe(row Row, i int) (sampling.Config, error) {
	net, err := row.Net(c.Depths[i])
	if net.Width == 0 && !net.IsOwn() {
		net.Width = c.Width
	}
	if net.Statistics == norms.Coupled && err == nil {
		err = fmt.Errorf("statistics is %q: the gradients of the atlas hold the batch statistics fixed, "+
			"choose %s", norms.Coupled, norms.Frozen)
	}
	net.Statistics = norms.Frozen
	return sampling.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws[i],
		First: uint64(c.Depths[i]) * paper.DrawsApart, Seed: c.Seed}, err
}
