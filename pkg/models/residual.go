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
	stages := append(stem(c), c.branchStages(c.Depth-1, func(inits []*initializers.Initializer) Block {
		layer := Layer{Rectify: c.rectifier(c.Width), Carry: carry, Gain: gain, Init: inits[0]}
		if c.Branch == (Branch{}) {
			return layer
		}
		var blocks []Block
		for _, init := range inits {
			blocks = append(blocks, Layer{Rectify: layer.Rectify, Gain: 1, Init: init})
		}
		return Skip(carry, gain, append(blocks, c.learntWeight()...)...)
	})...)
	return append(stages, linearReadout(c))
}

// linearReadout returns the end of nets that no rectifier comes in front of, or one whose block it isn't in.
func linearReadout(c Config) Stage {
	return Stage{Name: "readout", Block: LinearReadout{In: c.Width, Init: initializers.LeCun}}
}
