package models

import "github.com/shattered-gradients/shattered/pkg/models/initializers"

// Eq. 2: a_l+1 = alpha (a_l + beta W_l rho(norm(a_l))). With skips over m layers, a_l+m = alpha (a_l + beta
// branch(a_l)), where the branch is m layers W rho(norm(a)), one after the other.
var _ = Architectures.Register("residual", dense(residualTitle, Config.withBranch, func(c Config) []Stage {
	return skipping(c, c.Alpha, c.fixedGain())
}))

// skipping returns a net whose L-1 layers all lie under skips of weight carry, read out linearly: Figure 1(c)
// shows gradients whose mean is far from zero, which a read-out through batch normalisation could not give.
func skipping(c Config, carry, gain float64) []Stage {
	if c.Depth == 1 {
		return shallow(c)
	}
	stages := append(stem(c), branchStages(c, c.Depth-1, carry, gain)...)
	return append(stages, Stage{Name: "readout", Block: LinearReadout{In: c.Width, Init: initializers.LeCun}})
}
