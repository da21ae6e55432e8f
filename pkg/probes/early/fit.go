// Package early probes the gradients of nets with respect to their inputs early in training: as they are at
// initialisation, and after the first steps.
//
// [RunGrid] fits a dense net to a sine over the grid of one-dimensional inputs and takes its gradients over
// the grid. [RunImages] trains a convolutional net to classify images, as package training does, and measures
// the effective rank of its gradients and the activity of its rectifiers on images that it is not trained on.
// Both stop at the steps of a list, such as [Steps], of which step 0 is the initialisation, and look as
// package look does, with gradients that hold the batch statistics fixed and with gradients that go through
// them. [GridBudget] and [ImageBudget] train such nets with several learning rates and draws of the weights
// for a number of steps, and look at the losses alone.
package early

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/support/exceptions"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// Version is raised whenever the same config gives other numbers, beyond rounding: by a change here, or in
// what the probe is made of. Results that were kept under another version are computed anew. TestVersion
// fails when it was forgotten.
const Version = 1

// Steps returns the steps at which nets are looked at unless a config says otherwise: evenly spread on a
// logarithmic scale, behind the initialisation.
func Steps() []int { return []int{0, 1, 3, 10, 30, 100, 300} }

// checkSteps returns the steps, those of Steps where there are none, or an error unless they are at least two
// that begin with 0 and ascend.
func checkSteps(steps []int) ([]int, error) {
	if len(steps) == 0 {
		return Steps(), nil
	}
	right := len(steps) > 1 && steps[0] == 0
	for i := 1; i < len(steps); i++ {
		right = right && steps[i] > steps[i-1]
	}
	if !right {
		return nil, fmt.Errorf("the steps are %v: give at least two, ascending from 0, which is the "+
			"initialisation", steps)
	}
	last := steps[len(steps)-1]
	return steps, cost.Steps(fmt.Sprintf("a look after step %d", last), float64(last), "steps")
}

// checkRate returns an error unless the learning rate is a finite number above 0.
func checkRate(rate float64) error {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("the learning rate is %g: give a finite number above 0, such as 0.0001", rate)
	}
	return nil
}

// netScope is the scope of the net's variables in the Store.
const netScope = "net"

// ErrDiverged is what errors of trainings wrap whose loss is not finite.
var ErrDiverged = errors.New("choose a smaller learning rate")

// fit is how a net is trained.
type fit struct {
	backend compute.Backend
	net     *models.Net
	loss    train.LossFn
}

// start is where a training starts from: the weights, Adam's learning rate, and what returns the batch of the
// next step.
type start struct {
	draw *models.Draw
	rate float64
	next func() (train.Batch, error)
}

// trainer trains a net with GoMLX's Adam, as often as is wanted: the step is compiled once.
type trainer struct {
	fit
	store   *model.Store
	weights *model.Scope
	steps   *train.Trainer
}

// trainer returns what trains the net. Whoever is done with it closes it.
func (f fit) trainer() (*trainer, error) {
	t := &trainer{fit: f, store: model.NewStore()}
	t.weights = t.store.RootScope().At(netScope)
	forward := func(scope *model.Scope, inputs *graph.Node) *graph.Node {
		return f.net.Build(scope.At(netScope), inputs)
	}
	err := exceptions.TryCatch[error](func() {
		t.steps = train.NewTrainer(f.backend, t.store, forward, f.loss, optimizer.Adam().Done(), nil, nil)
	})
	if err != nil {
		t.store.Finalize()
		return nil, err
	}
	return t, nil
}

// close frees what the trainer holds.
func (t *trainer) close() {
	t.steps.ResetComputationGraphs()
	t.store.Finalize()
}

// run trains from the start up to the last of the steps, and calls look at each of them, with the scope of
// the weights as they are then. It returns the loss of every batch, before its update; also with an error,
// which wraps ErrDiverged where a loss is not finite.
func (t *trainer) run(ctx context.Context, from start, steps []int,
	look func(weights *model.Scope) error) (losses []float64, err error) {
	if err := t.reset(from); err != nil {
		return nil, err
	}
	for _, step := range steps {
		for len(losses) < step {
			loss, err := t.step(ctx, from)
			if err != nil {
				return losses, fmt.Errorf("training %v failed at step %d: %w", t.net, len(losses), err)
			}
			losses = append(losses, loss)
			progress.Step(ctx)
		}
		if err := look(t.weights); err != nil {
			return losses, err
		}
	}
	return losses, nil
}

// reset gives the net its weights and Adam its learning rate. What a training before it has left in the
// Store, Adam's moments and counters of steps, is set to what it began with: 0.
func (t *trainer) reset(from start) error {
	if err := t.net.Initialize(t.weights, from.draw, dtypes.Float32); err != nil {
		return err
	}
	rate := optimizer.LearningRateVar(t.store.RootScope(), dtypes.Float32, from.rate)
	for v := range t.store.IterVariables() {
		if v == rate || v.Trainable || !v.HasValue() {
			continue
		}
		if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
			return err
		}
	}
	return rate.SetValue(tensors.FromScalar(float32(from.rate)))
}

// step trains on the next batch and returns its loss.
func (t *trainer) step(ctx context.Context, from start) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	batch, err := from.next()
	if err != nil {
		return 0, err
	}
	var loss float64
	if caught := exceptions.TryCatch[error](func() {
		metrics, failed := t.steps.TrainStep(batch)
		if err = failed; err != nil {
			return
		}
		loss = shapes.ConvertTo[float64](metrics[0].Value())
		for _, metric := range metrics {
			metric.MustFinalizeAll()
		}
	}); caught != nil {
		return 0, caught
	}
	if err == nil && !numbers.Finite(loss) {
		err = fmt.Errorf("the loss is %g: %w than %g", loss, ErrDiverged, from.rate)
	}
	return loss, err
}

// once trains a net a single time: see trainer.run.
func (f fit) once(ctx context.Context, from start, steps []int,
	look func(weights *model.Scope) error) ([]float64, error) {
	t, err := f.trainer()
	if err != nil {
		return nil, err
	}
	defer t.close()
	return t.run(ctx, from, steps, look)
}
