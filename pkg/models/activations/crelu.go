package activations

import . "github.com/gomlx/gomlx/core/graph"

// CReLU is the concatenated rectifier, x -> (rho(x), rho(-x)): twice as many outputs as inputs (Shang et al.,
// 2016). With mirrored weights (W, -W) after it, W rho(x) - W rho(-x) = W x: the map starts out linear,
// which is the looks-linear initialisation.
//
// The paper prints the second part as -rho(-x). With weights (W, -W) that sign would give W |x|, which is not
// linear; the form here is the one that its argument needs.
var CReLU = register(&Activation{Name: "crelu", Title: "CReLU", Expand: 2, Apply: func(x *Node) *Node {
	return Concatenate([]*Node{ReLU.Apply(x), ReLU.Apply(Neg(x))}, -1)
}})
