package main

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// trainingBatch is the number of images of a training step.
const trainingBatch = 128

// shape is that of CIFAR-10.
var shape = training.Shape{Height: images.Side, Width: images.Side, Channels: images.Channels,
	Classes: len(images.Classes)}

// minibatch returns white noise for images, and random labels.
func minibatch(images int) ([]float32, []int32, error) {
	pixels, err := rank.WhiteNoise{Seed: seed}.Minibatch([]int{shape.Height, shape.Width, shape.Channels},
		images, 0)
	labels, rng := make([]int32, images), random.Stream(seed)
	for i := range labels {
		labels[i] = int32(rng.IntN(shape.Classes))
	}
	return pixels, labels, err
}

// noise are the images to train on. It implements training.Data and training.Dataset: the same batch,
// whenever it is asked for a step.
type noise struct {
	pixels []float32
	labels []int32
	asked  chan struct{}
}

func (n *noise) Shape() training.Shape                               { return shape }
func (n *noise) Checksum() string                                    { return "noise" }
func (n *noise) Training(int, int, uint64) (training.Dataset, error) { return n, nil }
func (n *noise) Test(int, int) (train.Dataset, error)                { return n, nil } // never reached
func (n *noise) Name() string                                        { return "noise" }
func (n *noise) EpochSteps() int                                     { return cost.MostSteps }
func (n *noise) Seek(int) error                                      { return nil }

func (n *noise) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for range n.asked {
			batch := train.Batch{
				Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(n.pixels, len(n.labels),
					shape.Height, shape.Width, shape.Channels)},
				Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(n.labels, len(n.labels), 1)},
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// stepJob trains a net of Figure 6 step by step: a round is a step, and what comes of it the loss before it.
// There are as many as a run may have.
func stepJob(family string) func(*engine.Engine, size) (job, error) {
	return func(e *engine.Engine, s size) (job, error) {
		pixels, labels, err := minibatch(cmp.Or(s.inputs, trainingBatch))
		if err != nil {
			return nil, err
		}
		data, losses, ended := &noise{pixels, labels, make(chan struct{})}, make(chan float64),
			make(chan error, 1)
		runner := &training.Runner{Backend: e.Backend(), Data: data, Attach: func(loop *train.Loop) {
			loop.OnStep("bench", 1, func(_ *train.Loop, metrics []*tensors.Tensor) error {
				losses <- float64(tensors.ToScalar[float32](metrics[0]))
				return nil
			})
		}}
		config := training.Config{
			Family: family, Depth: cmp.Or(s.depth, paperDepth), Seed: seed,
			Budget: training.Budget{Steps: cost.MostSteps, Batch: len(labels), EvalEvery: cost.MostSteps},
		}
		running := false
		return func(ctx context.Context, _ uint64) (arrays, error) {
			if !running {
				running = true
				go func() {
					_, err := runner.Run(ctx, config)
					ended <- cmp.Or(err, errors.New("the training ended by itself"))
				}()
			}
			select {
			case data.asked <- struct{}{}:
			case err := <-ended:
				return nil, err
			}
			select {
			case loss := <-losses:
				return arrays{{"loss", []float64{loss}, []int{1}}}, nil
			case err := <-ended:
				return nil, err
			}
		}, nil
	}
}
