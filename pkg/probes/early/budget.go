package early

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// Budget says how often, and how long, a net is trained: from each of Draws draws of its weights, those
// numbered First, First+1, ... under the Seed, with each of the Rates, Adam's learning rates, for Steps
// updates.
type Budget struct {
	// Net is the net. Training goes through its batch statistics, whatever its Statistics are.
	Net models.Config `json:"net"`

	Steps int       `json:"steps"`
	Rates []float64 `json:"learning_rates"`
	Draws int       `json:"draws"`
	First uint64    `json:"first"`
	Seed  uint64    `json:"seed"`
}

// Trainings are the losses that a Budget comes to, rates x draws x steps: each before its update, one more of
// them than there are updates. They end before the first that is not finite.
type Trainings [][][]float64

// check checks the budget and makes the net.
func (b Budget) check() (*models.Net, error) {
	if b.Steps < 1 || len(b.Rates) == 0 || b.Draws < 1 {
		return nil, fmt.Errorf("there are %d steps, %d learning rates and %d draws: give at least one of "+
			"each",
			b.Steps, len(b.Rates), b.Draws)
	}
	for _, rate := range b.Rates {
		if err := checkRate(rate); err != nil {
			return nil, err
		}
	}
	trainings := len(b.Rates) * b.Draws
	if err := cost.Steps(fmt.Sprintf("%d trainings of %d steps", trainings, b.Steps),
		float64(trainings)*float64(b.Steps), "steps"); err != nil {
		return nil, err
	}
	b.Net.Statistics = norms.Coupled
	return models.New(b.Net)
}

// run trains the net that often. begin returns where the training from a draw starts, less its rate, and what
// ends its batches.
func (b Budget) run(ctx context.Context, f fit, begin func(draw uint64) (start, func(), error)) (Trainings,
	error) {
	t, err := f.trainer()
	if err != nil {
		return nil, err
	}
	defer t.close()
	all := make(Trainings, len(b.Rates))
	for i, rate := range b.Rates {
		for draw := range uint64(b.Draws) {
			from, stop, err := begin(draw)
			if err != nil {
				return nil, err
			}
			from.draw, from.rate = f.net.Draw(b.Seed, b.First+draw), rate
			losses, err := t.run(ctx, from, []int{b.Steps + 1}, func(*model.Scope) error { return nil })
			stop()
			if err != nil && !errors.Is(err, ErrDiverged) {
				return nil, err
			}
			all[i] = append(all[i], losses)
		}
	}
	return all, nil
}

// GridBudget fits a dense net to [SmoothTarget] over a grid of so many inputs on [-2, 2], all of which are in
// every batch, by mean squared error. It returns an error when the config is wrong or the context ends; a
// loss that is not finite is none.
func GridBudget(ctx context.Context, e *engine.Engine, b Budget, inputs int) (Trainings, error) {
	net, err := b.check()
	if err != nil {
		return nil, err
	}
	if err := checkOnGrid(net, inputs); err != nil {
		return nil, err
	}
	x, err := data.Grid(inputs, data.GridLow, data.GridHigh)
	if err != nil {
		return nil, err
	}
	target := make([]float64, len(x))
	for i := range x {
		target[i] = SmoothTarget(x[i])
	}
	from := start{next: wholeGrid(x, target)}
	return b.run(ctx, fit{backend: e.Backend(), net: net, loss: loss.MeanSquaredError},
		func(uint64) (start, func(), error) { return from, func() {}, nil })
}

// SmoothTarget is the function that GridBudget fits, sin(3x) + x/2.
func SmoothTarget(x float64) float64 { return math.Sin(3*x) + x/2 }

// ImageBudget trains a convolutional net to classify so many of the training images, by cross-entropy, in
// batches of that size. Order and augmentation of the images follow from the Seed and the number of the draw,
// and are the same for all rates. Errors are as in GridBudget.
func ImageBudget(ctx context.Context, e *engine.Engine, b Budget, from training.Data,
	images, batch int) (Trainings, error) {
	net, err := b.check()
	if err != nil {
		return nil, err
	}
	if err := checkOnImages(net, batch); err != nil {
		return nil, err
	}
	return b.run(ctx, fit{backend: e.For(net).Backend(), net: net,
		loss: loss.SparseCategoricalCrossEntropyLogits},
		func(draw uint64) (start, func(), error) {
			batches, err := from.Training(images, batch, b.Seed+b.First+draw)
			if err != nil {
				return start{}, nil, err
			}
			next, stop := inTurn(batches)
			return start{next: next}, stop, nil
		})
}
