package atlastraining

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"gonum.org/v1/gonum/stat"
)

// version is raised whenever the same net gives other numbers, beyond rounding.
const version = 1

// probe is what is done with a row at a depth.
type probe struct {
	early.Budget

	// Inputs, Points and Images are the config's.
	Inputs int     `json:"inputs,omitempty"`
	Points int     `json:"points"`
	Images *Images `json:"images,omitempty"`
}

// outcome is what comes of it.
type outcome struct {
	structure

	// Start are the losses before the first update, one a draw, and Final those at the end of the budget,
	// rates x draws; nil where a loss is not finite.
	Start []*float64   `json:"start"`
	Final [][]*float64 `json:"final"`
}

// structure is what gradients with respect to the input say at initialisation.
type structure struct {
	// NotFinite says that numbers leave float32, for infinity or for 0: there is nothing else then.
	NotFinite bool `json:"not_finite,omitempty"`

	// Length is the correlation length; nil where gradients are the same at all inputs in every draw.
	Length *float64 `json:"length,omitempty"`

	// LogSize is the logarithm to base 2 of E g^2, over draws and inputs.
	LogSize float64 `json:"log_size,omitempty"`
}

// task is what nets are trained for.
type task interface {
	// structure measures gradients at initialisation, of the same draws of the weights as train trains from.
	structure(ctx context.Context, e *engine.Engine, p probe) (structure, error)
	train(ctx context.Context, e *engine.Engine, p probe) (early.Trainings, error)

	// checksum is that of the data, and last over how many losses the loss at the end is averaged.
	checksum() string
	last() int
}

// cell is a row at a depth.
type cell struct {
	row   atlas.Row
	probe probe
	*outcome
}

// plan lists the work, rows x depths.
func (c Config) plan(t task, archive *jobs.Archive) (*jobs.Plan, []cell, error) {
	p := jobs.NewPlan("the trainings of the atlas", archive)
	var cells []cell
	for _, row := range c.Rows {
		for _, depth := range c.Depths {
			net, err := row.Net(depth)
			if err == nil {
				if net.Width == 0 && !net.IsOwn() {
					net.Width = c.Width
				}
				net.Statistics = norms.Frozen
				_, err = models.New(net)
			}
			if err != nil {
				return nil, nil, fmt.Errorf("the row %s at %d layers: %w", row.Name, depth, err)
			}
			own := probe{Inputs: c.Inputs, Points: c.Points, Images: c.Images,
				Budget: early.Budget{Net: net, Steps: c.Steps, Rates: c.Rates, Draws: c.Draws,
					First: uint64(depth) * paper.DrawsApart, Seed: c.Seed}}
			compute := func(p probe) func(context.Context, *engine.Engine) (outcome, error) {
				return func(ctx context.Context, e *engine.Engine) (outcome, error) {
					return p.measure(ctx, e, t)
				}
			}
			// What is compared is there before training: one update says as much as all.
			again := own
			again.Steps, again.Rates = 1, own.Rates[:min(1, len(own.Rates))]
			cells = append(cells, cell{row, own,
				jobs.AddCompared(p, own.spec(row, t), compute(own), jobs.Compared[outcome]{
					Of: own.steady, Again: compute(again), Weight: again.weight()})})
		}
	}
	return p, cells, nil
}

// spec describes the job of a row at a depth.
func (p probe) spec(row atlas.Row, t task) jobs.Spec {
	key := struct {
		paper.Key
		Summary int `json:"summary"`
	}{paper.Key{Probe: "early", Version: early.Version, Config: p, Data: t.checksum()}, version}
	return jobs.Spec{
		Name: fmt.Sprintf("%d-layer %s", p.Net.Depth, row.Title),
		Key:  key, Weight: p.weight(), Passing: !p.Net.Registered(),
	}
}

// weight is proportional to the multiplications of all trainings.
func (p probe) weight() float64 {
	batch := p.Inputs
	if p.Images != nil {
		batch = p.Images.Batch
	}
	return paper.TrainingWeight(p.Net, batch, []int{p.Steps}) * float64(max(len(p.Rates)*p.Draws, 1))
}

// measure looks at a net at initialisation and trains it. Training begins from the same draws of the weights.
func (p probe) measure(ctx context.Context, e *engine.Engine, t task) (outcome, error) {
	seen, err := t.structure(ctx, e, p)
	if errors.Is(err, engine.ErrNotFinite) || errors.Is(err, path.ErrZero) {
		seen, err = structure{NotFinite: true}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	trained, err := t.train(ctx, e, p)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{structure: seen}
	for i, draws := range trained {
		var final []*float64
		for _, losses := range draws {
			if i == 0 {
				o.Start = append(o.Start, first(losses))
			}
			final = append(final, atEnd(losses, p.Steps, t.last()))
		}
		o.Final = append(o.Final, final)
	}
	return o, nil
}

// first returns the first loss; nil where it is not finite.
func first(losses []float64) *float64 {
	if len(losses) == 0 {
		return nil
	}
	return &losses[0]
}

// atEnd returns the mean of the last losses up to that after so many steps; nil where one is not finite.
func atEnd(losses []float64, steps, last int) *float64 {
	if len(losses) <= steps {
		return nil
	}
	mean := stat.Mean(losses[max(0, len(losses)-last):], nil)
	return &mean
}

// run does the work, and says what came of it.
func (c Config) run(ctx context.Context, e *engine.Engine, t task, archive *jobs.Archive) (*Result, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p, cells, err := c.plan(t, archive)
	if err != nil {
		return nil, err
	}
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	result := &Result{Config: c, Parts: parts}
	for _, cell := range cells {
		result.Series = append(result.Series, cell.series())
	}
	result.Analysis, err = analyse(result.Series, c.Resamples, c.Seed)
	return result, err
}

// sized returns the structure of gradients of that mean square.
func sized(square float64, length *float64) structure {
	if square < atlas.SmallestSquare {
		return structure{NotFinite: true}
	}
	return structure{Length: length, LogSize: math.Log2(square)}
}
