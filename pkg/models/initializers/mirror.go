package initializers

import (
	"sync"

	"github.com/shattered-gradients/shattered/pkg/random"
)

// mirrored remembers the mirror of each initialiser: blocks are compared by the initialiser they have.
var mirrored sync.Map

// Mirror returns the looks-linear form of an initialiser, for weights after a concatenated rectifier
// (rho(x), rho(-x)): it draws W for the first half of the inputs and sets the other half to -W, so that W
// rho(x) - W rho(-x) = W x. The number of inputs, the last dimension but one, must be even. The same
// initialiser has one mirror.
func Mirror(base *Initializer) *Initializer {
	if found, ok := mirrored.Load(base); ok {
		return found.(*Initializer)
	}
	mirror := &Initializer{Name: "mirrored " + base.Name,
		Fill: func(rng *random.Generator, dims []int, values []float32) {
			fillMirrored(base, rng, dims, values)
		}}
	found, _ := mirrored.LoadOrStore(base, mirror)
	return found.(*Initializer)
}

// fillMirrored draws a kernel of half the inputs and spreads it out, tap by tap (a matrix is a single tap).
func fillMirrored(base *Initializer, rng *random.Generator, dims []int, values []float32) {
	last := len(dims) - 1
	halfDims := append([]int(nil), dims...)
	halfDims[last-1] /= 2
	half := make([]float32, len(values)/2)
	base.Fill(rng, halfDims, half)
	tap := halfDims[last-1] * dims[last]
	for t := range len(half) / tap {
		for k, value := range half[t*tap:][:tap] {
			values[2*t*tap+k] = value
			values[(2*t+1)*tap+k] = -value
		}
	}
}
