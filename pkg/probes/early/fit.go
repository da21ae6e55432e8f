// Package early probes the gradients of nets with respect to their inputs early in training: as they are at
// initialisation, and after the first steps.
//
// [RunGrid] fits a dense net to a sine over the grid of one-dimensional inputs and takes its gradients over
// the grid. [RunImages] trains a convolutional net to classify images, as package training does, and measures
// the effective rank of its gradients and the activity of its rectifiers on images that it is not trained on.
// Both stop at the steps of a list, such as [Steps], of which step 0 is the initialisation, and look as
// package look does, with gradients that hold the batch statistics fixed and with gradients that go through
// them.
package early

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
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

// fit is the training of a net.
type fit struct {
	backend compute.Backend
	net     *models.Net
	draw    *models.Draw
	loss    train.LossFn
	rate    float64
	steps   []int

	// next returns the batch of the next step.
	next func() (train.Batch, error)
}

// run trains with GoMLX's Adam up to the last of the steps, and calls look at each of them, with the scope of
// the weights as they are then. It returns the loss of every batch, before its update.
func (f fit) run(ctx context.Context, look func(weights *model.Scope) error) (losses []float64, err error) {
	store := model.NewStore()
	defer store.Finalize()
	weights := store.RootScope().At(netScope)
	if err := f.net.Initialize(weights, f.draw, dtypes.Float32); err != nil {
		return nil, err
	}
	forward := func(scope *model.Scope, inputs *graph.Node) *graph.Node {
		return f.net.Build(scope.At(netScope), inputs)
	}
	var trainer *train.Trainer
	if err := exceptions.TryCatch[error](func() {
		trainer = train.NewTrainer(f.backend, store, forward, f.loss,
			optimizer.Adam().LearningRate(f.rate).Done(), nil, nil)
	}); err != nil {
		return nil, err
	}
	defer trainer.ResetComputationGraphs()
	for _, step := range f.steps {
		for len(losses) < step {
			loss, err := f.step(ctx, trainer)
			if err != nil {
				return nil, fmt.Errorf("training %v failed at step %d: %w", f.net, len(losses), err)
			}
			losses = append(losses, loss)
			progress.Step(ctx)
		}
		if err := look(weights); err != nil {
			return nil, err
		}
	}
	return losses, nil
}

// step trains on the next batch and returns its loss.
func (f fit) step(ctx context.Context, trainer *train.Trainer) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	batch, err := f.next()
	if err != nil {
		return 0, err
	}
	var loss float64
	if caught := exceptions.TryCatch[error](func() {
		metrics, failed := trainer.TrainStep(batch)
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
		err = fmt.Errorf("the loss is %g: choose a smaller learning rate than %g", loss, f.rate)
	}
	return loss, err
}
