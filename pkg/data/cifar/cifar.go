// Package cifar loads CIFAR-10 (Krizhevsky, Learning multiple layers of features from tiny images, 2009),
// complete and checked: 50000 training and 10000 test images of 32 x 32 pixels in ten classes.
//
//	data := must.M1(cifar.Load(s.Context))
//
// [Load] finds the data where they are, or fetches them once for all notebooks. What is done with them is in
// package images, which fetches nothing.
package cifar

import "github.com/shattered-gradients/shattered/pkg/data/images"

// pixels is the number of pixels of an image, values that of its bytes.
const (
	pixels = images.Side * images.Side
	values = pixels * images.Channels
)
