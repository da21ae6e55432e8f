package models

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// Architecture makes nets of Configs.
type Architecture struct {
	// Title names the architecture to readers; empty means the name it is registered under. ShortTitle does
	// where all nets in sight are of images, or none is; empty means Title.
	Title, ShortTitle string

	// Width is what a Config's Width of 0 stands for.
	Width int

	// Positions is the number of positions that have Width units each, as the tokens of a sequence do; 0
	// means one. It is not told of images.
	Positions int

	// Check fills in the defaults of the fields that only some architectures have and returns an error where
	// one is wrong or is not this architecture's. All other fields are filled in and checked before.
	Check func(Config) (Config, error)

	// Input returns the shape of one input.
	Input func(Config) []int

	// Output returns the shape of the output for one input: empty for a single number.
	Output func(Config) []int

	// Stages makes the stages of a checked Config.
	Stages func(Config) []Stage
}

// Architectures holds the architectures known by name.
var Architectures = registry.New[Architecture]("net")

// withRescaling fills in and checks what weighs the skips and branches of a residual net: Alpha and Beta.
func (c Config) withRescaling() (Config, error) {
	positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
	if c.Alpha == 0 {
		c.Alpha = 1
	}
	switch {
	case !positive(c.Alpha):
		return c, fmt.Errorf("alpha is %g: give the scale of a residual layer, a finite number above 0 "+
			"(the paper's is 1)", c.Alpha)
	case !positive(c.Beta) && !(c.Branch.Learnt && c.Beta == 0):
		return c, fmt.Errorf("beta is %g: give the scale of the residual branch, a finite number above 0 "+
			"(1 for plain residual nets, 0.1 to 0.3 as recommended)", c.Beta)
	}
	return c, c.withoutGamma2()
}

// withoutWeighedSkips checks that a net has none of what weighs skips and branches.
func (c Config) withoutWeighedSkips() (Config, error) {
	if err := c.withoutRescaling(); err != nil {
		return c, err
	}
	if c.Images.Shortcut != nil {
		return c, fmt.Errorf("a %s net has no skips, and no shortcut (got %s): leave it out, or choose the "+
			"net \"conv-residual\"", c.Net, c.Images.Shortcut)
	}
	return c, c.withoutGamma2()
}

func (c Config) withoutRescaling() error {
	if err := c.withoutBranch(); err != nil {
		return err
	}
	if c.Alpha != 0 || c.Beta != 0 {
		return fmt.Errorf("a %s net has neither alpha nor beta (got %g and %g): leave them out, or choose "+
			"a residual net", c.Net, c.Alpha, c.Beta)
	}
	return nil
}

func (c Config) withoutGamma2() error {
	if c.Gamma2 != 0 {
		return fmt.Errorf("a %s net has no gamma2 (got %g): leave it out, or choose the net \"highway\"",
			c.Net, c.Gamma2)
	}
	return nil
}

func (c Config) withoutImages() error {
	if c.Images != (Images{}) {
		return fmt.Errorf("a %s net takes numbers, not images (got %+v): leave images out, or choose a "+
			"convolutional net", c.Net, c.Images)
	}
	return nil
}
