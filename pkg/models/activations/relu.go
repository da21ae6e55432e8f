package activations

import . "github.com/gomlx/gomlx/core/graph"

// ReLU is the rectifier of the paper, rho(x) = max(0, x), with slope 0 at 0, where a unit counts as inactive.
//
// GoMLX's own has slope 1 there. That matters in narrow nets without normalisation: at an input where no unit
// of the first layer is active all further arguments are exactly 0, and gradients would flow through units
// that are off.
var ReLU = register(&Activation{Name: "relu", Title: "ReLU", Slopes: Slopes{0, 1},
	Apply: func(x *Node) *Node {
		return Where(GreaterThan(x, ZerosLike(x)), x, ZerosLike(x))
	}})
