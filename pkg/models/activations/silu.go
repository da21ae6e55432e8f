package activations

import . "github.com/gomlx/gomlx/core/graph"

// SiLU is the sigmoid linear unit, or Swish, x / (1 + exp(-x)) (Elfwing et al., 2018; Ramachandran et al.,
// 2017).
var SiLU = register(&Activation{Name: "silu", Title: "SiLU", Apply: func(x *Node) *Node {
	return Mul(x, Logistic(x))
}})
