package models

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Residual nets as He et al. (2015) had them first, with the rectifier behind the sum: h' = rho(alpha (h +
// beta norm(W h))). With skips over m layers the branch is norm(W_m rho(norm( ... W_1 h))).
var _ = Architectures.Register("post-residual",
	dense("post-activation resnet", Config.withPostBranch, func(c Config) []Stage {
		if c.Depth == 1 {
			return shallow(c)
		}
		stages := append(stem(c), Stage{Name: "rectifier", Block: Rectified{c.rectifier(c.Width)}})
		stages = append(stages, c.branchStages(c.Depth-2, func(inits []*initializers.Initializer) Block {
			sum := Skip(c.Alpha, c.fixedGain(), c.postBranch(inits)...)
			return Chain(sum, Rectified{c.bareRectifier(c.Width)})
		})...)
		return append(stages, linearReadout(c))
	}))

// postBranch returns the blocks of a branch between rectifiers, before its fixed weight.
func (c Config) postBranch(inits []*initializers.Initializer) []Block {
	blocks := []Block{Linear{In: c.Width, Out: c.Width, Init: inits[0]}}
	for _, init := range inits[1:] {
		blocks = append(blocks, Layer{Rectify: c.rectifier(c.Width), Gain: 1, Init: init})
	}
	if c.Norm != norms.None {
		blocks = append(blocks, Normalize{Norm: c.Norm, Statistics: c.Statistics})
	}
	return append(blocks, c.learntWeight()...)
}

// withPostBranch fills in and checks what a residual net with its rectifiers behind the sums has.
func (c Config) withPostBranch() (Config, error) {
	if c.Activation.Outputs(1) != 1 {
		return c, fmt.Errorf("activation %s has several outputs a unit, and the skips of a %s net add them "+
			"to one: choose another, or the net \"residual\"", c.Activation, c.Net)
	}
	return c.withBranch()
}
