package initializers

import "github.com/shattered-gradients/shattered/pkg/random"

// Dirac makes the identity (Zagoruyko and Komodakis, 2017): output o is input o, as long as there are both. A
// convolution kernel [height, width, in, out] has it as its centre tap, so that with stride one and zero
// padding it is the identity of images.
var Dirac = register(&Initializer{Name: "dirac",
	Fill: func(_ *random.Generator, dims []int, values []float32) {
		clear(values)
		if len(dims) < 2 {
			values[0] = 1
			return
		}
		in, out := dims[len(dims)-2], dims[len(dims)-1]
		tap := values[centre(dims)*in*out:]
		for k := range min(in, out) {
			tap[k*out+k] = 1
		}
	}})
