package activations

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// TanH is the hyperbolic tangent.
var TanH = register(&Activation{Name: "tanh", Apply: graph.Tanh,
	Curve: &Curve{At: func(x float64) (value, slope float64) {
		t := math.Tanh(x)
		return t, (1 - t) * (1 + t)
	}}})
