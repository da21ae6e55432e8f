package training

import (
	"crypto/sha256"
	"fmt"
	"iter"

	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Shape is what the images of a data set are.
type Shape struct {
	// Height, Width and Channels are the shape of an image, Classes the number of its possible labels.
	Height, Width, Channels, Classes int
}

// Data are labelled images to train on and to test with. [CIFAR10] has those of the paper.
type Data interface {
	// Shape returns what the images are.
	Shape() Shape

	// Checksum determines the images and labels, and their order.
	Checksum() string

	// Training returns the data set to train on: batches of that many images, without end, shuffled and
	// augmented from the seed. It goes through a number of training images that are the same for every seed;
	// 0 means all of them.
	Training(images, batch int, seed uint64) (Dataset, error)

	// Test returns the data set to test with, which ends: the first of the test images, as they are; 0 means
	// all of them.
	Test(images, batch int) (train.Dataset, error)
}

// Dataset is a GoMLX data set that training can continue with where it was: batch t depends on what the data
// set was made with and on t alone. A batch has one input, n x height x width x channels float32, and as
// labels n x 1 int32.
type Dataset interface {
	train.Dataset

	// EpochSteps returns the number of batches in an epoch.
	EpochSteps() int

	// Seek makes the next iteration begin with batch step, counted from 0 over all epochs.
	Seek(step int) error
}

// cifar10 implements Data.
type cifar10 struct {
	data     *images.Data
	moments  images.Moments
	checksum string
}

// CIFAR10 returns CIFAR-10 as the paper trains on it: normalised by the mean and deviation of each colour
// over all training images, with shifts of up to 4 pixels and flips with probability 1/2. Where a run has
// only some of the training images, they are the first of a fixed random order.
func CIFAR10(data *images.Data) Data {
	hash := sha256.New()
	for _, set := range []*images.Set{data.Train, data.Test} {
		fmt.Fprintln(hash, set.Len())
		hash.Write(set.Images)
		hash.Write(set.Labels)
	}
	return &cifar10{data: data, moments: data.Train.Moments(), checksum: fmt.Sprintf("%x", hash.Sum(nil))}
}

// Shape implements Data.
func (c *cifar10) Shape() Shape {
	return Shape{Height: images.Side, Width: images.Side, Channels: images.Channels,
		Classes: len(images.Classes)}
}

// Checksum implements Data.
func (c *cifar10) Checksum() string { return c.checksum }

// subsetSeed determines which training images are taken where not all are.
const subsetSeed = 1

// Training implements Data.
func (c *cifar10) Training(count, batch int, seed uint64) (Dataset, error) {
	set := c.data.Train
	if count != 0 {
		chosen, err := set.Sample(random.Stream(subsetSeed), count)
		if err != nil {
			return nil, err
		}
		set = subset(set, chosen)
	}
	return images.NewDataset(set, images.Training(batch, seed, c.moments))
}

// Test implements Data.
func (c *cifar10) Test(count, batch int) (train.Dataset, error) {
	config := images.Evaluation(batch, c.moments)
	config.Count = count
	return images.NewDataset(c.data.Test, config)
}

// subset returns the images at the indices.
func subset(set *images.Set, indices []int) *images.Set {
	part := new(images.Set)
	for _, i := range indices {
		part.Images = append(part.Images, set.Image(i)...)
		part.Labels = append(part.Labels, set.Labels[i])
	}
	return part
}

// stoppable is a data set that ends with an error when it is told to stop, so that a long evaluation can be
// interrupted.
type stoppable struct {
	train.Dataset
	stopped func() error
}

// Iter implements train.Dataset.
func (s stoppable) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for batch, err := range s.Dataset.Iter() {
			if stopped := s.stopped(); stopped != nil {
				err = stopped
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}
