package activations

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// SiLU is the sigmoid linear unit, or Swish, x / (1 + exp(-x)) (Elfwing et al., 2018; Ramachandran et al.,
// 2017).
var SiLU = register(&Activation{Name: "silu", Title: "SiLU", Apply: func(x *Node) *Node {
	return Mul(x, Logistic(x))
}, Curve: &Curve{At: func(x float64) (value, slope float64) {
	s := sigmoid(x)
	return x * s, s * (1 + x*sigmoid(-x))
}}})

// sigmoid returns 1 / (1 + exp(-x)).
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
