package images

import (
	"errors"
	"fmt"
	"iter"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// DatasetConfig says which images a [Dataset] gives, and how. [Training] and [Evaluation] are what most need.
type DatasetConfig struct {
	// Batch is the number of images in a batch.
	Batch int

	// First and Count choose the images from First to First+Count-1 of the set; Count 0 means all from First
	// on.
	First, Count int

	// Epochs is how often all images are gone through; 0 means without end.
	Epochs int

	// Partial keeps the last batch of an epoch where it is smaller than the others, as evaluation must.
	// Without it the images that are left over are dropped (others in every epoch, when shuffled): a batch of
	// another size would be compiled anew, and batch statistics of a few images are poor.
	Partial bool

	// Shuffle puts the images into another order in every epoch.
	Shuffle bool

	// Augment shifts every image in every epoch by up to MaxShift pixels in each direction, with black where
	// nothing is, and flips it from left to right with probability 1/2.
	Augment bool

	// Seed determines the orders and the augmentation.
	Seed uint64

	// Moments are what images are normalised by, see [Set.Batch]: those of all of the training set. Nil
	// scales to [0, 1] alone.
	Moments *Moments
}

// Training returns the config for training without end: shuffled, augmented, normalised, and all batches of
// one size.
func Training(batch int, seed uint64, moments Moments) DatasetConfig {
	return DatasetConfig{Batch: batch, Shuffle: true, Augment: true, Seed: seed, Moments: &moments}
}

// Evaluation returns the config for going through all images once, in order and as they are but for the
// normalisation.
func Evaluation(batch int, moments Moments) DatasetConfig {
	return DatasetConfig{Batch: batch, Epochs: 1, Partial: true, Moments: &moments}
}

// Dataset gives batches of a set to GoMLX. It implements train.Dataset: a batch has one input of n x 32 x 32
// x 3 float32, and as labels n x 1 int32, which is what GoMLX's losses and metrics of sparse categories want.
//
// Batch t, counted over epochs from 0, depends on the set, the config and t alone. So training that was
// interrupted after t steps continues exactly with Seek(t). Iterations are independent of each other, but for
// where Seek lets them start.
type Dataset struct {
	set    *Set
	config DatasetConfig
	scale  *scale
	start  int
}

var _ train.Dataset = (*Dataset)(nil)

// NewDataset returns a dataset that starts at batch 0. It returns an error when the set is not whole, or a
// field of the config is out of range.
func NewDataset(set *Set, config DatasetConfig) (*Dataset, error) {
	if set == nil || set.Len() == 0 || len(set.Images) != set.Len()*values {
		return nil, fmt.Errorf("a dataset needs a set of images, %d values for every label: load one with "+
			"cifar.Load", values)
	}
	if config.First < 0 || config.Count < 0 || config.First >= set.Len() ||
		config.Count > set.Len()-config.First {
		return nil, fmt.Errorf("%d images from image %d on are not within the set: give a part of its %d "+
			"images", config.Count, config.First, set.Len())
	}
	if config.Count == 0 {
		config.Count = set.Len() - config.First
	}
	if config.Batch < 1 || config.Batch > config.Count && !config.Partial {
		return nil, fmt.Errorf("whole batches of %d images can't be made of %d images: give a size from 1 "+
			"to that number, or keep partial batches", config.Batch, config.Count)
	}
	if config.Epochs < 0 {
		return nil, fmt.Errorf("a dataset can't be gone through %d times: give a positive number, or 0 for "+
			"no end", config.Epochs)
	}
	if err := cost.Steps(fmt.Sprintf("%d epochs of %d images", config.Epochs, config.Count),
		float64(config.Epochs)*float64(config.Count), "images"); err != nil {
		return nil, err
	}
	scale, err := newScale(config.Moments)
	if err != nil {
		return nil, err
	}
	return &Dataset{set: set, config: config, scale: scale}, nil
}

// Name implements train.Dataset.
func (d *Dataset) Name() string { return fmt.Sprintf("CIFAR-10, %d images", d.config.Count) }

// EpochSteps returns the number of batches in an epoch.
func (d *Dataset) EpochSteps() int {
	if d.config.Partial {
		return (d.config.Count + d.config.Batch - 1) / d.config.Batch
	}
	return d.config.Count / d.config.Batch
}

// Seek makes iterations that begin from now on start at batch step, counted over epochs from 0. It returns an
// error when that is negative or beyond the end.
func (d *Dataset) Seek(step int) error {
	if end := d.config.Epochs * d.EpochSteps(); step < 0 || d.config.Epochs > 0 && step > end {
		return fmt.Errorf("the dataset has no batch %d: give a number from 0 on, and at most %d when it "+
			"ends after %d epochs", step, end, d.config.Epochs)
	}
	d.start = step
	return nil
}

// Iter implements train.Dataset. Each iteration starts at the batch of the last Seek, or at 0: an epoch after
// another comes from one iteration, as in Loop.RunSteps, and not from many, as in Loop.RunEpochs.
func (d *Dataset) Iter() iter.Seq2[train.Batch, error] {
	start := d.start
	return func(yield func(train.Batch, error) bool) {
		steps := d.EpochSteps()
		var order []int
		for t := start; d.config.Epochs == 0 || t < d.config.Epochs*steps; t++ {
			if order == nil || t%steps == 0 {
				order = d.order(t / steps)
			}
			first := (t % steps) * d.config.Batch
			batch, err := d.batch(t/steps, order[first:min(first+d.config.Batch, len(order))])
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

// order returns the indices of the images in the order of an epoch.
func (d *Dataset) order(epoch int) []int {
	order := make([]int, d.config.Count)
	for k := range order {
		order[k] = d.config.First + k
	}
	if d.config.Shuffle {
		rng := random.Stream(d.config.Seed, orders, uint64(epoch))
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

// batch returns the images at the indices as they are in an epoch.
func (d *Dataset) batch(epoch int, indices []int) (train.Batch, error) {
	images := tensors.FromShape(shapes.Make(dtypes.Float32, len(indices), Side, Side, Channels))
	labels := tensors.FromShape(shapes.Make(dtypes.Int32, len(indices), 1))
	err := errors.Join(
		tensors.MutableFlatData(images, func(flat []float32) {
			for k, i := range indices {
				var as change
				if d.config.Augment {
					as = newChange(d.config.Seed, epoch, i)
				}
				as.render(flat[k*values:(k+1)*values], d.set.Image(i), d.scale)
			}
		}),
		tensors.MutableFlatData(labels, func(flat []int32) {
			for k, i := range indices {
				flat[k] = int32(d.set.Labels[i])
			}
		}))
	return train.Batch{Inputs: []*tensors.Tensor{images}, Labels: []*tensors.Tensor{labels}}, err
}
