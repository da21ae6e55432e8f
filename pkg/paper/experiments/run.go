package experiments

import (
	"context"

	"github.com/shattered-gradients/shattered/pkg/data/cifar"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// runner is the Run of an experiment.
type runner = func(ctx context.Context, e *engine.Engine, size string) (Result, error)

// onGrid returns the Run of an experiment on inputs that it draws itself.
func onGrid[C any, R Result](
	run func(context.Context, *engine.Engine, C) (R, error), paper, quick func() C,
) runner {
	return func(ctx context.Context, e *engine.Engine, size string) (Result, error) {
		return run(ctx, e, sized(size, paper, quick))
	}
}

// trainingSet and both choose what an experiment takes of CIFAR-10: the training images, or these and the
// test images.
func trainingSet(data *images.Data) *images.Set { return data.Train }
func both(data *images.Data) training.Data      { return training.CIFAR10(data) }

// onImages returns the Run of an experiment on images of CIFAR-10.
func onImages[C, D any, R Result](
	run func(context.Context, *engine.Engine, C, D) (R, error), paper, quick func() C,
	of func(*images.Data) D,
) runner {
	return func(ctx context.Context, e *engine.Engine, size string) (Result, error) {
		data, err := cifar.Load(ctx)
		if err != nil {
			return nil, err
		}
		return run(ctx, e, sized(size, paper, quick), of(data))
	}
}

// trained returns the Run of an experiment that is made of the trainings that are kept with the code, at
// every size.
func trained[C any, R Result](config func() C, of func(C, []training.Result) (R, error)) runner {
	return func(context.Context, *engine.Engine, string) (Result, error) {
		runs, err := figure6.CommittedRuns()
		if err != nil {
			return nil, err
		}
		return of(config(), runs)
	}
}

// sized returns the config for a size.
func sized[C any](size string, paper, quick func() C) C {
	if size == results.Quick {
		return quick()
	}
	return paper()
}
