package images

import (
	"math/rand/v2"

	"github.com/shattered-gradients/shattered/pkg/random"
)

// MaxShift is how far augmentation shifts an image at most, in pixels, in each direction.
const MaxShift = 4

// change says how an image is changed: shifted down and to the right by that many pixels, then flipped from
// left to right. The zero value leaves it as it is.
type change struct {
	down, right int
	flip        bool
}

// The streams of random numbers under a data set's seed: of the order of an epoch, at (orders, epoch), and of
// the augmentation of an image, at (changes, epoch, index of the image). An image is augmented alike whatever
// the size of the batches and the order.
const (
	orders = iota
	changes
)

// newChange draws a change: shifts from -MaxShift to MaxShift, each equally likely, and a flip with
// probability 1/2.
func newChange(seed uint64, epoch, image int) change {
	rng := random.Stream(seed, changes, uint64(epoch), uint64(image))
	return change{down: newShift(rng), right: newShift(rng), flip: rng.IntN(2) == 1}
}

func newShift(rng *rand.Rand) int { return rng.IntN(2*MaxShift+1) - MaxShift }

// render writes the changed image as the numbers that a network sees. Pixels that come in from beyond the
// edge are black, which is zero before the normalisation, as in the usual implementations.
func (c change) render(to []float32, image []uint8, scale *scale) {
	for y := range Side {
		for x := range Side {
			fromY, fromX := y-c.down, x
			if c.flip {
				fromX = Side - 1 - x
			}
			fromX -= c.right
			var pixel [Channels]uint8
			if fromY >= 0 && fromY < Side && fromX >= 0 && fromX < Side {
				at := Channels * (Side*fromY + fromX)
				pixel = [Channels]uint8(image[at : at+Channels])
			}
			at := Channels * (Side*y + x)
			for k, value := range pixel {
				to[at+k] = scale[k][value]
			}
		}
	}
}
