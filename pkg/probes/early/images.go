package early

import (
	"context"
	"fmt"
	"iter"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/look"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/stat"
)

// ImagesConfig says which convolutional net is trained, and how. The zero value of every field but Net and
// LearningRate is a default.
type ImagesConfig struct {
	// Net is a convolutional net, such as that of one of training.Families. Its Statistics are not used:
	// training goes through them, and it is looked at with both.
	Net models.Config `json:"net"`

	// Batch is the number of images in a batch of training; 0 means 100.
	Batch int `json:"batch"`

	// Images is the number of test images that the net is looked at with, the first ones; 0 means 256.
	Images int `json:"images"`

	// Steps are the numbers of updates after which the net is looked at, from 0 on; none stand for those of
	// [Steps].
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

	// TrainLoss is the mean loss of the batches since the look before, as training saw them; at step 0 that
	// of the first batch.
	TrainLoss float64

	// Look is what was seen of the net with the test images. Its WhiteRank is the same at all steps.
	look.Look
}

// RunImages trains the net that the config describes and looks at it on the way. Every training step counts
// as a step of the progress. It returns an error when the config is wrong, the context ends, or a loss or a
// gradient is not finite.
func RunImages(ctx context.Context, e *engine.Engine, config ImagesConfig,
	data training.Data) (*ImagesRun, error) {
	run, trained, looked, err := config.prepare()
	if err != nil {
		return nil, err
	}
	images, err := firstImages(data, run.Config.Images)
	if err != nil {
		return nil, err
	}
	seed := run.Config.Seed
	minibatch, err := look.NewMinibatch(images, random.Stream(seed, noiseStream))
	if err != nil {
		return nil, err
	}
	defer minibatch.Free()
	batches, err := data.Training(0, run.Config.Batch, seed)
	if err != nil {
		return nil, err
	}
	next, stop := inTurn(batches)
	defer stop()
	f := fit{backend: e.For(trained).Backend(), net: trained, loss: loss.SparseCategoricalCrossEntropyLogits}
	from := start{draw: trained.Draw(seed, 0), rate: run.Config.LearningRate, next: next}
	run.Losses, err = f.once(ctx, from, run.Config.Steps, func(weights *model.Scope) error {
		seen, err := minibatch.At(ctx, e, looked, looked[0].Stored(weights))
		run.Looks = append(run.Looks, Look{Step: run.Config.Steps[len(run.Looks)], Look: seen})
		return err
	})
	if err != nil {
		return nil, err
	}
	run.addTrainLosses()
	return run, nil
}

// inTurn returns what gives the batches of a data set one after the other, and what ends that.
func inTurn(batches train.Dataset) (next func() (train.Batch, error), stop func()) {
	pull, stop := iter.Pull2(batches.Iter())
	return func() (train.Batch, error) {
		batch, err, more := pull()
		if !more {
			err = fmt.Errorf("the training data have ended: they must go on without end")
		}
		return batch, err
	}, stop
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
		return nil, nil, nil,
			fmt.Errorf("%d images to look with: give at least 2, for there are pairs of them", c.Images)
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
	if err := checkOnImages(trained, max(c.Batch, c.Images)); err != nil {
		return nil, nil, nil, err
	}
	c.Net = looked[0].Config
	return &ImagesRun{Config: c}, trained, looked, nil
}

// checkOnImages returns an error unless the net can be trained on so many images at a time.
func checkOnImages(net *models.Net, images int) error {
	if net.TakesNumbers() == nil {
		return fmt.Errorf("%v does not take images: choose a convolutional net, conv-feedforward or "+
			"conv-residual, or one of your own", net)
	}
	return net.CheckMemory(images, 4, training.WeightCopies, 1)
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

// addTrainLosses fills in the training losses of the looks.
func (r *ImagesRun) addTrainLosses() {
	r.Looks[0].TrainLoss = r.Losses[0]
	for i := 1; i < len(r.Looks); i++ {
		r.Looks[i].TrainLoss = stat.Mean(r.Losses[r.Looks[i-1].Step:r.Looks[i].Step], nil)
	}
}
