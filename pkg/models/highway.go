package models

import "math"

// highway is the registered name of the modified highway nets of Corollary 1.
const highway = "highway"

// Corollary 1: a_l+1 = gamma1 a_l + gamma2 W_l rho(norm(a_l)), gamma1^2 + gamma2^2 = 1.
var _ = Architectures.Register(highway, func(c Config) []Stage {
	return skipping(c, math.Sqrt(1-c.Gamma2*c.Gamma2), c.Gamma2)
})
