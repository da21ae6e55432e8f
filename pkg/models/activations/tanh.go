package activations

import "github.com/gomlx/gomlx/core/graph"

// TanH is the hyperbolic tangent.
var TanH = register(&Activation{Name: "tanh", Apply: graph.Tanh})
