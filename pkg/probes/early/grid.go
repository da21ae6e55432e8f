package early

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/look"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// GridConfig says which dense net is fitted to a sine, and how. The zero value of every field but Net and
// LearningRate is a default.
type GridConfig struct {
	// Net is a dense net. Its Statistics are not used: training goes through them, and it is looked at with
	// both.
	Net models.Config `json:"net"`

	// Inputs is M, the number of points of the grid on [-2, 2], all of which are in every batch; 0 means 256.
	Inputs int `json:"inputs"`

	// Frequency is that of the target sin(Frequency pi x); 0 means 1, two periods over the grid.
	Frequency float64 `json:"frequency"`

	// Steps are the numbers of updates after which the net is looked at, from 0 on; none stand for those of
	// [Steps].
	Steps []int `json:"steps"`

	// LearningRate is Adam's.
	LearningRate float64 `json:"learning_rate"`

	// Draw is the number of the draw of the weights under the Seed.
	Draw uint64 `json:"draw"`
	Seed uint64 `json:"seed"`
}

// GridRun is what was seen of a dense net in training.
type GridRun struct {
	// Config is the one that ran, defaults filled in. It is no part of the run's JSON, which is for keeping:
	// a net does not come back from it.
	Config GridConfig `json:"-"`

	// X is the grid and Target the sine over it, M values each.
	X, Target []float64

	// Losses are the mean squared errors after 0, 1, 2, ... updates, up to the last step.
	Losses []float64

	// Frozen holds the gradient g = (df/dx(x_1), ..., df/dx(x_M)) with the batch statistics held fixed, and
	// Coupled that of the sum of the outputs through them: a row of M values for each of the config's steps.
	// Without normalisation both are one, and Coupled is nil.
	Frozen, Coupled [][]float64
}

// Gradients returns the gradients of one kind, a row for each step; nil where that kind is the other.
func (r *GridRun) Gradients(statistics norms.Statistics) [][]float64 {
	if statistics == norms.Coupled {
		return r.Coupled
	}
	return r.Frozen
}

// RunGrid fits the net that the config describes and takes its gradients on the way. Every training step
// counts as a step of the progress. It returns an error when the config is wrong, the context ends, or a loss
// or a gradient is not finite.
func RunGrid(ctx context.Context, e *engine.Engine, config GridConfig) (*GridRun, error) {
	run, trained, looked, err := config.prepare()
	if err != nil {
		return nil, err
	}
	inputs, err := engine.Column(run.X, engine.DType)
	if err != nil {
		return nil, err
	}
	defer inputs.MustFinalizeAll()
	f := fit{backend: e.Backend(), net: trained, loss: loss.MeanSquaredError}
	from := start{
		draw: trained.Draw(run.Config.Seed, run.Config.Draw), rate: run.Config.LearningRate,
		next: wholeGrid(run.X, run.Target),
	}
	var last float64
	run.Losses, err = f.once(ctx, from, run.Config.Steps, func(weights *model.Scope) (err error) {
		last, err = run.look(ctx, e, looked, weights, inputs)
		return err
	})
	run.Losses = append(run.Losses, last)
	if err != nil {
		return nil, err
	}
	return run, nil
}

// wholeGrid returns what gives all points of the grid, with the target there, as every batch.
func wholeGrid(x, target []float64) func() (train.Batch, error) {
	narrow := numbers.Narrow(target)
	return func() (train.Batch, error) { // the trainer frees what it is given
		inputs, err := engine.Column(x, engine.DType)
		labels := tensors.FromFlatDataAndDimensions(narrow, len(narrow))
		return train.Batch{Inputs: []*tensors.Tensor{inputs}, Labels: []*tensors.Tensor{labels}}, err
	}
}

// look takes the gradients under the weights as they are now, and returns the mean squared error.
func (r *GridRun) look(ctx context.Context, e *engine.Engine, looked []*models.Net, weights *model.Scope,
	inputs *tensors.Tensor) (float64, error) {
	squares := 0.0
	for i, net := range looked {
		trace, err := look.Run(ctx, e,
			engine.Request{Net: net, Weights: net.Stored(weights), Inputs: inputs, Output: i == 0,
				Gradient: true})
		if err != nil {
			return 0, err
		}
		if net.Config.Statistics == norms.Coupled {
			r.Coupled = append(r.Coupled, trace.Gradient)
			continue
		}
		r.Frozen = append(r.Frozen, trace.Gradient)
		for k, y := range trace.Output {
			squares += (y - r.Target[k]) * (y - r.Target[k])
		}
	}
	return squares / float64(len(r.Target)), nil
}

// prepare fills in the config's defaults, checks it and makes what it takes to run it.
func (c GridConfig) prepare() (run *GridRun, trained *models.Net, looked []*models.Net, err error) {
	if c.Inputs == 0 {
		c.Inputs = data.GridPoints
	}
	if c.Frequency == 0 {
		c.Frequency = 1
	}
	if !numbers.Finite(c.Frequency) {
		return nil, nil, nil,
			fmt.Errorf("the frequency of the target is %g: give a finite number, or 0 for 1", c.Frequency)
	}
	if c.Steps, err = checkSteps(c.Steps); err != nil {
		return nil, nil, nil, err
	}
	if err := checkRate(c.LearningRate); err != nil {
		return nil, nil, nil, err
	}
	if trained, looked, err = look.Twins(c.Net); err != nil {
		return nil, nil, nil, err
	}
	if err := checkOnGrid(trained, c.Inputs); err != nil {
		return nil, nil, nil, err
	}
	c.Net = looked[0].Config
	run = &GridRun{Config: c}
	if run.X, err = data.Grid(c.Inputs, data.GridLow, data.GridHigh); err != nil {
		return nil, nil, nil, err
	}
	for _, x := range run.X {
		run.Target = append(run.Target, math.Sin(c.Frequency*math.Pi*x))
	}
	return run, trained, looked, nil
}

// checkOnGrid returns an error unless the net can be fitted to a number an input, on so many of them.
func checkOnGrid(net *models.Net, inputs int) error {
	if err := net.TakesNumbers(); err != nil {
		return err
	}
	if len(net.Output) > 0 {
		return fmt.Errorf("%v has outputs of shape %v, and is fitted to one number an input: end it with a "+
			"read-out, such as models.LinearReadout", net, net.Output)
	}
	if inputs < 1 { // which data.Grid refuses
		return nil
	}
	return net.CheckMemory(inputs, 4, training.WeightCopies, 1)
}
