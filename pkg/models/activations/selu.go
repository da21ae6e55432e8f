package activations

import . "github.com/gomlx/gomlx/core/graph"

// The constants of Klambauer et al. 2017, which make mean 0 and variance 1 a fixed point of SELU at weights
// of variance 1/fan-in.
const (
	seluScale = 1.0507009873554804934193349852946
	seluAlpha = 1.6732632423543772848170429916717
)

// SELU is the scaled exponential linear unit of Klambauer et al. 2017: s x where x > 0, and elsewhere
// s alpha (exp(x) - 1).
var SELU = register(&Activation{Name: "selu", Title: "SELU", Apply: func(x *Node) *Node {
	negative := MulScalar(expm1OfNegative(x), seluAlpha)
	return MulScalar(Where(GreaterThan(x, ZerosLike(x)), x, negative), seluScale)
}, Curve: &Curve{Kink: true, At: func(x float64) (value, slope float64) {
	value, slope = ELU.Curve.At(x)
	if x > 0 {
		return seluScale * value, seluScale * slope
	}
	return seluScale * seluAlpha * value, seluScale * seluAlpha * slope
}}})
