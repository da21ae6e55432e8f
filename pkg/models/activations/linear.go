package activations

import "github.com/gomlx/gomlx/core/graph"

// Linear is the identity: a net of it is a linear map, the baseline without any nonlinearity.
var Linear = register(&Activation{Name: "linear", Slopes: Slopes{1, 1},
	Apply: func(x *graph.Node) *graph.Node { return x }})
