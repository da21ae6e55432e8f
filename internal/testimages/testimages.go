// Package testimages makes small sets of images for tests.
package testimages

import (
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Noise returns n images of random bytes in the form of CIFAR-10, with all classes in turn. They come from
// the random stream at the path under the seed.
func Noise(n int, seed uint64, path ...uint64) *images.Set {
	s := images.NewSet(n)
	rng := random.Stream(seed, path...)
	for i := range s.Images {
		s.Images[i] = uint8(rng.IntN(256))
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(i % len(images.Classes))
	}
	return s
}

// Planes returns n images that are planes of brightness, each in a random direction: a set with structure.
// All are of class 0.
func Planes(n int) *images.Set {
	set := &images.Set{Labels: make([]uint8, n)}
	for i := range n {
		rng := random.Stream(1, uint64(i))
		dx, dy := rng.Float64(), rng.Float64()
		for y := range images.Side {
			for x := range images.Side {
				for range images.Channels {
					set.Images = append(set.Images,
						uint8(255*(dx*float64(x)+dy*float64(y))/float64(2*images.Side)))
				}
			}
		}
	}
	return set
}
