package images

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/shattered-gradients/shattered/internal/numbers"
)

// Moments are the mean and the standard deviation of each channel (red, green, blue), of pixels scaled to [0,
// 1].
type Moments struct {
	Mean, Std [Channels]float64
}

// Moments returns the set's moments over all images and pixels, for what is normalised by them: as a rule
// those of all of the training set, for the test set too. The standard deviation is that of the population,
// with 1/n.
func (s *Set) Moments() Moments {
	var sums, squares [Channels]uint64 // exact: up to 2^32 images
	for i := 0; i < len(s.Images); i += Channels {
		for c, value := range s.Images[i : i+Channels] {
			v := uint64(value)
			sums[c] += v
			squares[c] += v * v
		}
	}
	n := float64(len(s.Images) / Channels)
	var m Moments
	for c := range Channels {
		mean := float64(sums[c]) / n
		m.Mean[c] = mean / 255
		m.Std[c] = math.Sqrt(max(0, float64(squares[c])/n-mean*mean)) / 255
	}
	return m
}

// scale gives the number that a network sees for each value of each channel.
type scale [Channels][256]float32

// newScale returns (x/255 - mean) / std, or x/255 without moments.
func newScale(m *Moments) (*scale, error) {
	if m == nil {
		m = &Moments{Std: [Channels]float64{1, 1, 1}}
	}
	var s scale
	for c := range Channels {
		if mean, std := m.Mean[c], m.Std[c]; !(std > 0) || !numbers.Finite(std) || !numbers.Finite(mean) {
			return nil, fmt.Errorf("channel %d can't be normalised by the mean %g and the standard "+
				"deviation %g: give finite moments and a positive deviation, such as those of the training "+
				"set", c, mean, std)
		}
		for x := range s[c] {
			s[c][x] = float32((float64(x)/255 - m.Mean[c]) / m.Std[c])
		}
	}
	return &s, nil
}

// Batch returns the images at n indices as n x 32 x 32 x 3 numbers: image, row, column and channel. A value x
// from 0 to 255 becomes
//
//	(x/255 - mean) / std
//
// with the moments of its channel, or x/255 where moments is nil. It returns an error when an index is not
// one from 0 to N-1, or the moments are not finite with positive deviations.
func (s *Set) Batch(indices []int, moments *Moments) ([]float32, error) {
	scale, err := newScale(moments)
	if err != nil {
		return nil, err
	}
	batch := make([]float32, len(indices)*values)
	for k, i := range indices {
		if i < 0 || i >= s.Len() {
			return nil, fmt.Errorf("there is no image %d among %d: give an index from 0 to %d", i, s.Len(),
				s.Len()-1)
		}
		change{}.render(batch[k*values:(k+1)*values], s.Image(i), scale)
	}
	return batch, nil
}

// Sample returns n indices of different images, drawn at random with rng (see
// [github.com/shattered-gradients/shattered/pkg/random.Stream]); every choice and every order is equally
// likely. It returns an error when n is not from 1 to N, or rng is nil.
func (s *Set) Sample(rng *rand.Rand, n int) ([]int, error) {
	if n < 1 || n > s.Len() {
		return nil, fmt.Errorf("%d images can't be drawn from %d: give a number from 1 to %d", n, s.Len(),
			s.Len())
	}
	if rng == nil {
		return nil, fmt.Errorf("a sample needs a source of random numbers: give one, such as " +
			"random.Stream(seed)")
	}
	return rng.Perm(s.Len())[:n], nil
}
