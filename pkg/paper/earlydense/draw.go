package earlydense

import (
	"context"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// draw is what the figure needs of one draw of a net's weights, in training.
type draw struct {
	// Losses are the logarithms to base 10 of the mean squared errors at the steps.
	Losses []float64 `json:"losses"`

	// ACF holds the autocorrelation of the gradient for each kind of statistics that the net has, steps x
	// lags; nil where a gradient is the same at all inputs.
	ACF map[norms.Statistics][][]float64 `json:"acf"`

	// First holds the whole of the first draw; nil in the others.
	First map[norms.Statistics]FirstDraw `json:"first,omitempty"`
}

// FirstDraw is one draw of a net in training.
type FirstDraw struct {
	// X is the grid, and Gradients the gradient over it at each of the steps.
	X         []float64   `json:"x"`
	Gradients [][]float32 `json:"gradients"`

	// Losses are the mean squared errors after 0, 1, 2, ... updates, up to the last step.
	Losses []float32 `json:"losses"`
}

// version is that of what newDraw makes of a run. Whoever changes its numbers raises it: parts of another
// version are not used.
const version = 1

// plan is the work: the trainings of the nets, nets x draws.
type plan struct {
	*jobs.Plan
	draws [][]*draw
}

// plan lists the work.
func (c Config) plan() *plan {
	p := &plan{Plan: jobs.NewPlan("early training of dense nets", kept)}
	for _, net := range c.Nets {
		var draws []*draw
		for i := range c.Draws {
			draws = append(draws, c.add(p.Plan, net, i))
		}
		p.draws = append(p.draws, draws)
	}
	return p
}

// add adds a draw of a net to the plan, and returns where it will be.
func (c Config) add(plan *jobs.Plan, net models.Config, i int) *draw {
	spec, probe := c.spec(net, i)
	again := probe
	looks, steps := paper.LooksAlike(net, c.Steps, lastAlike)
	again.Steps = steps
	compute := func(probe early.GridConfig) func(context.Context, *engine.Engine) (draw, error) {
		return func(ctx context.Context, e *engine.Engine) (draw, error) {
			run, err := early.RunGrid(ctx, e, probe)
			if err != nil {
				return draw{}, err
			}
			return newDraw(run, paper.StatisticsOf(net), i == 0)
		}
	}
	return jobs.AddCompared(plan, spec, compute(probe), jobs.Compared[draw]{
		Of:     func(d draw) any { return d.first(looks) },
		Again:  compute(again),
		Weight: paper.TrainingWeight(net, c.Inputs, again.Steps),
	})
}

// spec describes the job of a draw of a net, and what its probe is to do.
func (c Config) spec(net models.Config, i int) (jobs.Spec, early.GridConfig) {
	probe := early.GridConfig{
		Net: net, Inputs: c.Inputs, Frequency: c.Frequency, Steps: c.Steps, LearningRate: c.LearningRate,
		Draw: uint64(i), Seed: c.Seed,
	}
	key := struct {
		paper.Key
		Summary int `json:"summary"`
	}{paper.Key{Probe: "early", Version: early.Version, Config: probe}, version}
	return jobs.Spec{
		Name:   fmt.Sprintf("%s, draw %d", paper.NewEarlyNet(net).Title(), i),
		Key:    key,
		Weight: paper.TrainingWeight(net, c.Inputs, c.Steps), Passing: !net.Registered(),
	}, probe
}

// newDraw returns what the figure needs of a run, and all of it where it is the first.
func newDraw(run *early.GridRun, statistics []norms.Statistics, first bool) (draw, error) {
	d := draw{ACF: make(map[norms.Statistics][][]float64)}
	for _, step := range run.Config.Steps {
		d.Losses = append(d.Losses, math.Log10(run.Losses[step]))
	}
	for _, kind := range statistics {
		var acfs [][]float64
		for _, gradient := range run.Gradients(kind) {
			var acf []float64
			if !paper.IsConstant(gradient) {
				var err error
				if acf, err = stats.ACF(gradient, gradients.MaxLag); err != nil {
					return draw{}, err
				}
			}
			acfs = append(acfs, acf)
		}
		d.ACF[kind] = acfs
		if first {
			if d.First == nil {
				d.First = make(map[norms.Statistics]FirstDraw)
			}
			d.First[kind] = firstDraw(run, kind)
		}
	}
	return d, nil
}

// firstDraw returns all of a run. The numbers are those of a net that computes in float32.
func firstDraw(run *early.GridRun, statistics norms.Statistics) FirstDraw {
	first := FirstDraw{X: run.X, Losses: numbers.Narrow(run.Losses)}
	for _, gradient := range run.Gradients(statistics) {
		first.Gradients = append(first.Gradients, numbers.Narrow(gradient))
	}
	return first
}

// first returns what the first looks say.
func (d draw) first(looks int) draw {
	before := draw{Losses: d.Losses[:looks], ACF: make(map[norms.Statistics][][]float64)}
	for kind, acfs := range d.ACF {
		before.ACF[kind] = acfs[:looks]
	}
	return before
}
