package models

import (
	"fmt"
	"math"
)

// Corollary 1: a_l+1 = gamma1 a_l + gamma2 W_l rho(norm(a_l)), gamma1^2 + gamma2^2 = 1.
var _ = Architectures.Register("highway", dense("highway", Config.withGamma2, func(c Config) []Stage {
	return skipping(c, math.Sqrt(1-c.Gamma2*c.Gamma2), c.Gamma2)
}))

// withGamma2 fills in and checks what weighs the rectified branch of a highway net.
func (c Config) withGamma2() (Config, error) {
	if c.Gamma2 == 0 {
		c.Gamma2 = math.Sqrt(1 / float64(c.Depth))
	}
	if !(c.Gamma2 > 0 && c.Gamma2 <= 1) {
		return c, fmt.Errorf("gamma2 is %g: give the weight of the rectified branch, above 0 and at most 1 "+
			"(the default is sqrt(1/depth))", c.Gamma2)
	}
	return c, c.withoutRescaling()
}
