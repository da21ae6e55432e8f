// Package images holds labelled images as CIFAR-10 has them, and makes the batches that nets are trained on
// and probed with.
//
//	data := must.M1(cifar.Load(s.Context))
//	moments := data.Train.Moments()
//	training := must.M1(images.NewDataset(data.Train, images.Training(128, seed, moments)))
//	test := must.M1(images.NewDataset(data.Test, images.Evaluation(500, moments)))
//
// A [Dataset] is what GoMLX trains on: normalised, shuffled and augmented from a seed, and able to continue
// at any step. [Set.Batch] and [Set.Sample] are what a probe needs: one minibatch. The package knows no
// network, so that programs that are given their images link none.
package images

import "slices"

// The size of an image.
const (
	// Side is the height and the width of an image in pixels.
	Side = 32

	// Channels is the number of colours of a pixel: red, green and blue.
	Channels = 3

	// pixels is the number of pixels of an image, values that of its bytes.
	pixels = Side * Side
	values = pixels * Channels
)

// Classes are the names of the classes; a label is an index into them.
var Classes = [10]string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
	"truck"}

// Set is a set of labelled images, of N images as the comments say.
type Set struct {
	// Images are N x 32 x 32 x 3 bytes, from 0 to 255: image, row from the top, column from the left, and
	// red, green, blue.
	Images []uint8

	// Labels are N indices into Classes.
	Labels []uint8
}

// NewSet returns a set of n black images of the first class, to be filled.
func NewSet(n int) *Set { return &Set{Images: make([]uint8, n*values), Labels: make([]uint8, n)} }

// Len returns N, the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Image returns the 32 x 32 x 3 bytes of image i, from 0 to N-1: row, column and channel. They are those of
// the set, not a copy.
func (s *Set) Image(i int) []uint8 { return slices.Clip(s.Images[i*values : (i+1)*values]) }

// Class returns the name of the class of image i, from 0 to N-1.
func (s *Set) Class(i int) string { return Classes[s.Labels[i]] }

// Data is all of CIFAR-10.
type Data struct {
	// Train has the 50000 training images in the order of the five batches, Test the 10000 test images.
	Train, Test *Set

	// Origin says in a line where the data came from, and what was mended on the way.
	Origin string
}
