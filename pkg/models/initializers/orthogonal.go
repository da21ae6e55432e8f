package initializers

import (
	"math"
	"math/rand/v2"

	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
)

// Orthogonal draws a matrix in -> out, uniformly among those that keep lengths (Saxe et al., 2014): with
// orthonormal rows where there are at least as many outputs as inputs, so that no input is lost, and with
// orthonormal columns where there are fewer.
//
// A convolution kernel [height, width, in, out] is zero but for its centre tap, which is such a matrix: at
// stride one it is orthogonal as a map of whole images (the paper's orthogonal convolution; the
// delta-orthogonal one of Xiao et al., 2018).
var Orthogonal = register(&Initializer{Name: "orthogonal", Variance: 1, Fill: fillOrthogonal})

func fillOrthogonal(rng *random.Generator, dims []int, values []float32) {
	clear(values)
	if len(dims) < 2 {
		values[0] = 1 // a vector has nothing to be orthogonal to; of length 1
		return
	}
	in, out := dims[len(dims)-2], dims[len(dims)-1]
	tap := values[centre(dims)*in*out:][:in*out]
	q := orthonormalColumns(rng.Rand, max(in, out), min(in, out))
	for i := range in {
		for o := range out {
			if in >= out {
				tap[i*out+o] = float32(q.At(i, o))
			} else {
				tap[i*out+o] = float32(q.At(o, i))
			}
		}
	}
}

// centre returns the number of the centre tap of a kernel of these dimensions, the last two of which are
// inputs and outputs.
func centre(dims []int) int {
	tap := 0
	for _, dim := range dims[:len(dims)-2] {
		tap = tap*dim + dim/2
	}
	return tap
}

// orthonormalColumns draws a matrix with orthonormal columns, uniformly: the Q of a Gaussian matrix, each
// column times the sign of the diagonal of R, without which the distribution would depend on the algorithm
// (Mezzadri, 2007).
func orthonormalColumns(rng *rand.Rand, rows, columns int) *mat.Dense {
	gaussian := mat.NewDense(rows, columns, nil)
	for i := range rows {
		for j := range columns {
			gaussian.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(gaussian)
	var q, r mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	result := mat.NewDense(rows, columns, nil)
	for j := range columns {
		sign := math.Copysign(1, r.At(j, j))
		for i := range rows {
			result.Set(i, j, sign*q.At(i, j))
		}
	}
	return result
}
