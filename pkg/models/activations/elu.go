package activations

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// ELU is the exponential linear unit of Clevert et al. 2016 with alpha = 1: x where x > 0, exp(x) - 1
// elsewhere.
var ELU = register(&Activation{Name: "elu", Title: "ELU", Apply: func(x *Node) *Node {
	return Where(GreaterThan(x, ZerosLike(x)), x, expm1OfNegative(x))
}, Curve: &Curve{Kink: true, At: func(x float64) (value, slope float64) {
	if x > 0 {
		return x, 1
	}
	return math.Expm1(x), math.Exp(x)
}}})

// expm1OfNegative builds exp(x) - 1 where x < 0, and 0 elsewhere, where the exponential would overflow and
// spoil the gradient of the branch that isn't taken. It is 2 t / (1 - t) with t = tanh(x/2), which loses
// nothing near 0: GoMLX's Expm1 has no gradient.
func expm1OfNegative(x *Node) *Node {
	t := TanH.Apply(MulScalar(Where(GreaterThan(x, ZerosLike(x)), ZerosLike(x), x), 0.5))
	return Div(MulScalar(t, 2), OneMinus(t))
}
