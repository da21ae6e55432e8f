package activations

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// GELU is the Gaussian error linear unit of Hendrycks and Gimpel 2016,
//
//	x Phi(x) = x (1 + erf(x / sqrt 2)) / 2,
//
// the exact one, not its approximation by a tanh.
var GELU = register(&Activation{Name: "gelu", Title: "GELU", Apply: func(x *Node) *Node {
	return Mul(x, MulScalar(AddScalar(Erf(MulScalar(x, 1/math.Sqrt2)), 1), 0.5))
}, Curve: &Curve{At: func(x float64) (value, slope float64) {
	below := math.Erfc(-x/math.Sqrt2) / 2
	return x * below, below + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
}}})
