// Package testimages makes small sets of images for tests.
package testimages

import (
	"github.com/shattered-gradients/shattered/pkg/data/cifar"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Noise returns n images of random bytes in the form of CIFAR-10, with all classes in turn. They come from the random stream at the path under the
// seed.
func Noise(n int, seed uint64, path ...uint64) *cifar.Set {
	s := &cifar.Set{Images: make([]uint8, n*cifar.Side*cifar.Side*cifar.Channels), Labels: make([]uint8, n)}
	rng := random.Stream(seed, path...)
	for i := range s.Images {
		s.Images[i] = uint8(rng.IntN(256))
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(i % len(cifar.Classes))
	}
	return s
}
