package meanfield

import "gonum.org/v1/gonum/stat/distuv"

// GELU is the dual of the Gaussian error linear unit, z Phi(z), with the normal distribution function Phi.
var GELU = Smooth(
	func(z float64) float64 { return z * distuv.UnitNormal.CDF(z) },
	func(z float64) float64 { return distuv.UnitNormal.CDF(z) + z*distuv.UnitNormal.Prob(z) },
)
