package activations

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// SoftPlus is log(1 + exp(x)), the rectifier made smooth (Dugas et al., 2001), computed as
// max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
var SoftPlus = register(&Activation{Name: "softplus", Apply: func(x *Node) *Node {
	positive := GreaterThan(x, ZerosLike(x))
	// Not Abs, whose slope at 0 is 0: half of the slope 1/2 of softplus would be lost there.
	return Add(Where(positive, x, ZerosLike(x)), Log1p(Exp(Where(positive, Neg(x), x))))
}, Curve: &Curve{At: func(x float64) (value, slope float64) {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))), sigmoid(x)
}}})
