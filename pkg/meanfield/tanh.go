package meanfield

import "math"

// Tanh is the dual of the hyperbolic tangent.
var Tanh = Smooth(math.Tanh, func(z float64) float64 {
	t := math.Tanh(z)
	return 1 - t*t
})
