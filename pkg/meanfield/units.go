package meanfield

import "math"

// The duals of smooth units that have no closed form here. Those of ELU and SELU are not among them: the
// quadrature of [Smooth] steps over the kink of their slopes, and E[rho'(z)^2] comes out wrong by up to a
// part in a hundred.
var (
	silu     = Smooth(func(z float64) float64 { return z * sigmoid(z) }, siluSlope)
	softplus = Smooth(func(z float64) float64 {
		return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
	}, sigmoid)
)

// sigmoid returns 1 / (1 + exp(-z)).
func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// siluSlope returns the derivative of z sigmoid(z).
func siluSlope(z float64) float64 { return sigmoid(z) * (1 + z*sigmoid(-z)) }
