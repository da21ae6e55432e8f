package early

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// ImagesConfig says which convolutional net is trained, and how. The zero value of every field but Net and LearningRate is a default.
type ImagesConfig struct {
	// Net is a convolutional net, such as that of one of training.Families. Its Statistics are not used: training goes through them, and it
	// is looked at with both.
	Net models.Config `json:"net"`

	// Batch is the number of images in a batch of training; 0 means 100.
	Batch int `json:"batch"`

	// Images is the number of test images that the net is looked at with, the first ones; 0 means 256.
	Images int `json:"images"`

	// Steps are the numbers of updates after which the net is looked at, from 0 on; none stand for those of [Steps].
	Steps []int `json:"steps"`

	// LearningRate is Adam's. Package training begins with 0.001.
	LearningRate float64 `json:"learning_rate"`

	// Seed determines the weights, the order of the images and their augmentation, as in package training.
	Seed uint64 `json:"seed"`
}

// ImagesRun is what was seen of a convolutional net in training.
type ImagesRun struct {
	// Config is the one that ran, defaults filled in.
	Config ImagesConfig

	// Losses are those of the training batches, in nats, each before its update.
	Losses []float64

	// Looks has an entry for each of the config's steps.
	Looks []Look
}

// Look is what was seen of a convolutional net at one step.
type Look struct {
	// Step is the number of updates before it.
	Step int

	// TrainLoss is the mean loss of the batches since the look before, as training saw them; at step 0 that of the first batch.
	TrainLoss float64

	// Rank is the effective rank r(D) of the gradients with respect to the test images, with the batch statistics held fixed, and CoupledRank that
	// of gradients through them. Without normalisation both are one.
	Rank, CoupledRank float64

	// WhiteRank is r(Y), the effective rank of white noise of the gradients' shape, the same at all steps.
	WhiteRank float64

	// Active and Coactive are the shares of the test images, and of pairs of them, at which a unit is active, averaged over the units of a
	// rectifier: one value for each, from input to output.
	Active, Coactive []float64
}

// Relative returns the relative effective rank r(D) / r(Y), as in Figure 5c: 1 for gradients that are like white noise.
func (l Look) Relative() float64 { return l.Rank / l.WhiteRank }

// CoupledRelative is Relative for gradients that go through the batch statistics.
func (l Look) CoupledRelative() float64 { return l.CoupledRank / l.WhiteRank }

// RunImages trains the net that the config describes and looks at it on the way. Every training step counts as a step of the progress. It
// returns an error when the config is wrong, the context ends, or a loss or a gradient is not finite.
func RunImages(ctx context.Context, e *engine.Engine, config ImagesConfig, data training.Data) (*ImagesRun, error) {
	run, trained, looked, err := config.prepare()
	if err != nil {
		return nil, err
	}
	images, err := firstImages(data, run.Config.Images)
	if err != nil {
		return nil, err
	}
	defer images.MustFinalizeAll()
	seed := run.Config.Seed
	white, err := rank.WhiteRank(run.Config.Images, images.Shape().Size()/run.Config.Images, random.Stream(seed, noiseStream))
	if err != nil {
		return nil, err
	}
	batches, err := data.Training(0, run.Config.Batch, seed)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(batches.Iter())
	defer stop()
	f := fit{
		backend: e.Backend(), net: trained, draw: trained.Draw(seed, 0), loss: loss.SparseCategoricalCrossEntropyLogits,
		rate: run.Config.LearningRate, steps: run.Config.Steps,
		next: func() (train.Batch, error) {
			batch, err, more := next()
			if !more {
				err = fmt.Errorf("the training data have ended: they must go on without end")
			}
			return batch, err
		},
	}
	run.Losses, err = f.run(ctx, func(weights *model.Scope) error {
		look, err := lookAtImages(ctx, e, looked, weights, images)
		look.Step, look.WhiteRank = run.Config.Steps[len(run.Looks)], white
		run.Looks = append(run.Looks, look)
		return err
	})
	if err != nil {
		return nil, err
	}
	run.addTrainLosses()
	return run, nil
}

// noiseStream is the path, under the seed, of the white noise; those of the weights are longer.
const noiseStream = 1

// prepare fills in the config's defaults, checks it and makes what it takes to run it.
func (c ImagesConfig) prepare() (run *ImagesRun, trained *models.Net, looked []*models.Net, err error) {
	if c.Batch == 0 {
		c.Batch = 100
	}
	if c.Images == 0 {
		c.Images = rank.PaperBatch
	}
	if c.Images < 2 {
		return nil, nil, nil, fmt.Errorf("%d images to look with: give at least 2, for there are pairs of them", c.Images)
	}
	if c.Steps, err = checkSteps(c.Steps); err != nil {
		return nil, nil, nil, err
	}
	if err := checkRate(c.LearningRate); err != nil {
		return nil, nil, nil, err
	}
	if trained, looked, err = twins(c.Net); err != nil {
		return nil, nil, nil, err
	}
	if trained.TakesNumbers() == nil {
		return nil, nil, nil, fmt.Errorf("a %s net does not take images: choose a convolutional net, conv-feedforward or conv-residual", c.Net.Net)
	}
	c.Net = looked[0].Config
	return &ImagesRun{Config: c}, trained, looked, nil
}

// firstImages returns the first test images, n x height x width x channels.
func firstImages(data training.Data, n int) (*tensors.Tensor, error) {
	set, err := data.Test(n, n)
	if err != nil {
		return nil, err
	}
	for batch, err := range set.Iter() {
		if err != nil {
			return nil, err
		}
		for _, labels := range batch.Labels {
			labels.MustFinalizeAll()
		}
		return batch.Inputs[0], nil
	}
	return nil, fmt.Errorf("there are no test images to look with: choose data that have some")
}

// lookAtImages looks at a net under the weights as they are now.
func lookAtImages(ctx context.Context, e *engine.Engine, looked []*models.Net, weights *model.Scope, images *tensors.Tensor) (look Look, err error) {
	n := images.Shape().Dim(0)
	for i, net := range looked {
		request := engine.Request{Net: net, Weights: net.Stored(weights), Inputs: images, Gradient: true}
		if i == 0 {
			request.Tap = activations.Counts
		}
		trace, err := e.Run(ctx, request)
		if err != nil {
			return look, err
		}
		if err := finite("the gradients", net, slices.Concat(append(trace.Taps, trace.Gradient)...)); err != nil {
			return look, err
		}
		effective, err := stats.EffectiveRank(stats.Gram(mat.NewDense(n, len(trace.Gradient)/n, trace.Gradient)))
		if err != nil {
			return look, err
		}
		look.CoupledRank = effective
		if net.Config.Statistics == norms.Frozen {
			look.Rank = effective
		}
		for _, counts := range trace.Taps {
			active, coactive := activations.Shares(counts, n)
			look.Active, look.Coactive = append(look.Active, active), append(look.Coactive, coactive)
		}
	}
	return look, nil
}

// addTrainLosses fills in the training losses of the looks.
func (r *ImagesRun) addTrainLosses() {
	r.Looks[0].TrainLoss = r.Losses[0]
	for i := 1; i < len(r.Looks); i++ {
		r.Looks[i].TrainLoss = stat.Mean(r.Losses[r.Looks[i-1].Step:r.Looks[i].Step], nil)
	}
}
