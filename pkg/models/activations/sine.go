package activations

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Sine is sin(x), without the frequency that Sitzmann et al. 2020 multiply x by.
var Sine = register(&Activation{Name: "sine", Apply: graph.Sin, Curve: &Curve{At: math.Sincos}})
