package rank

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Names of the sources.
const (
	ImagesName     = "CIFAR-10"
	WhiteNoiseName = "white noise"
)

// Source gives minibatches of images.
type Source interface {
	// Name names the source in results.
	Name() string

	// Key determines the images, for results that are kept.
	Key() string

	// Minibatch returns minibatch number index: images of the given shape, [height, width, channels], one
	// after the other. The same arguments give the same images.
	Minibatch(shape []int, images int, index uint64) ([]float32, error)
}

// Images is the source of images of a set, such as the training set of CIFAR-10: each minibatch has different
// ones, chosen at random, each channel with the mean of the set subtracted and divided by its deviation.
type Images struct {
	Set     *images.Set
	Moments images.Moments
	Seed    uint64
}

// NewImages returns the source of a set's images, normalised by the set's own moments.
func NewImages(set *images.Set, seed uint64) Images {
	return Images{Set: set, Moments: set.Moments(), Seed: seed}
}

// imageStream is the first step of the path of the random numbers that choose or make images.
const imageStream = 100

// Name implements Source.
func (s Images) Name() string { return ImagesName }

// Key implements Source. Sets of equal size and equal moments, to six digits, are taken for equal: the last
// ones differ between processors.
func (s Images) Key() string {
	return fmt.Sprintf("%s %d %.6g %d", s.Name(), s.Set.Len(), s.Moments, s.Seed)
}

// Minibatch implements Source.
func (s Images) Minibatch(shape []int, count int, index uint64) ([]float32, error) {
	if !slices.Equal(shape, []int{images.Side, images.Side, images.Channels}) {
		return nil, fmt.Errorf("the net takes images of shape %v, those of CIFAR-10 have %d x %d x %d: "+
			"leave the sizes of images in the net's config out", shape, images.Side,
			images.Side, images.Channels)
	}
	chosen, err := s.Set.Sample(random.Stream(s.Seed, imageStream, index), count)
	if err != nil {
		return nil, err
	}
	return s.Set.Batch(chosen, &s.Moments)
}

// WhiteNoise is the source of images of independent standard normals: as large as normalised images, without
// their structure.
type WhiteNoise struct{ Seed uint64 }

// Name implements Source.
func (s WhiteNoise) Name() string { return WhiteNoiseName }

// Key implements Source.
func (s WhiteNoise) Key() string { return fmt.Sprintf("%s %d", s.Name(), s.Seed) }

// Minibatch implements Source.
func (s WhiteNoise) Minibatch(shape []int, images int, index uint64) ([]float32, error) {
	size := images
	for _, dim := range shape {
		size *= dim
	}
	values, rng := make([]float32, size), random.Stream(s.Seed, imageStream, index)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return values, nil
}
