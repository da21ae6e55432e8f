package models

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// PaperWidth is the number of rectifiers a layer in the paper's Figures 1 and 2.
const PaperWidth = 200

// Config describes a net. The zero values of all fields but Net, Depth and, for residual nets, Beta are the
// paper's choices.
type Config struct {
	// Net is the architecture: "feedforward", "residual" or "highway".
	Net string `json:"net"`

	// Depth is L, the number of rectifiers from input to output, at least 1.
	Depth int `json:"depth"`

	// Width is N, the number of units of every layer. 0 means PaperWidth.
	Width int `json:"width"`

	// Norm is the normalisation in front of every rectifier but the first; nil means norms.None.
	Norm *norms.Norm `json:"norm"`

	// Statistics says whether gradients go through the batch statistics; empty means norms.Frozen.
	Statistics norms.Statistics `json:"statistics"`

	// Alpha rescales a whole residual layer (Eq. 2); 0 means 1. Residual nets only.
	Alpha float64 `json:"alpha,omitempty"`

	// Beta rescales the residual branch (Eq. 2). It has no default: a residual net without its beta is an error. Residual
	// nets only.
	Beta float64 `json:"beta,omitempty"`

	// Gamma2 weighs the rectified branch of a modified highway net (Corollary 1), in (0, 1]; gamma1 follows from
	// gamma1^2 + gamma2^2 = 1. 0 means sqrt(1/L), the corollary's choice. Highway nets only.
	Gamma2 float64 `json:"gamma2,omitempty"`

	// Activation is rho; nil means activations.ReLU.
	Activation *activations.Activation `json:"activation"`

	// Initializer draws the matrices W_l; nil means initializers.He.
	Initializer *initializers.Initializer `json:"initializer"`
}

// Architecture makes the stages of a net from its checked Config.
type Architecture func(Config) []Stage

// Architectures holds the architectures known by name.
var Architectures = registry.New[Architecture]("net")

// withDefaults fills in the defaults and checks every field.
func (c Config) withDefaults() (Config, error) {
	if c.Width == 0 {
		c.Width = PaperWidth
	}
	if c.Norm == nil {
		c.Norm = norms.None
	}
	if c.Statistics == "" {
		c.Statistics = norms.Frozen
	}
	if c.Activation == nil {
		c.Activation = activations.ReLU
	}
	if c.Initializer == nil {
		c.Initializer = initializers.He
	}
	switch {
	case c.Depth < 1:
		return c, fmt.Errorf("depth is %d: give the number of rectifiers from input to output, at least 1", c.Depth)
	case c.Width < 1:
		return c, fmt.Errorf("width is %d: give the number of units of a layer, at least 1", c.Width)
	case c.Norm.Apply == nil:
		return c, fmt.Errorf("normalisation %q has no Apply function: set one, or use one of package norms", c.Norm.Name)
	case c.Activation.Apply == nil:
		return c, fmt.Errorf("activation %q has no Apply function: set one, or use one of package activations", c.Activation.Name)
	case c.Initializer.Fill == nil:
		return c, fmt.Errorf("initialiser %q has no Fill function: set one, or use one of package initializers", c.Initializer.Name)
	}
	if err := c.Statistics.Check(); err != nil {
		return c, err
	}
	return c.withBranchWeights()
}

// withBranchWeights fills in and checks what weighs the skips and the branches: Alpha, Beta and Gamma2.
func (c Config) withBranchWeights() (Config, error) {
	positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
	if c.Net == residual {
		if c.Alpha == 0 {
			c.Alpha = 1
		}
		switch {
		case !positive(c.Alpha):
			return c, fmt.Errorf("alpha is %g: give the scale of a residual layer, a finite number above 0 (the paper's is 1)", c.Alpha)
		case !positive(c.Beta):
			return c, fmt.Errorf("beta is %g: give the scale of the residual branch, a finite number above 0 (1 for plain residual nets, 0.1 to 0.3 as recommended)", c.Beta)
		}
	} else if c.Alpha != 0 || c.Beta != 0 {
		return c, fmt.Errorf("a %s net has neither alpha nor beta (got %g and %g): leave them out, or choose the net %q", c.Net, c.Alpha, c.Beta, residual)
	}
	if c.Net == highway {
		if c.Gamma2 == 0 {
			c.Gamma2 = math.Sqrt(1 / float64(c.Depth))
		}
		if !(c.Gamma2 > 0 && c.Gamma2 <= 1) {
			return c, fmt.Errorf("gamma2 is %g: give the weight of the rectified branch, above 0 and at most 1 (the default is sqrt(1/depth))", c.Gamma2)
		}
	} else if c.Gamma2 != 0 {
		return c, fmt.Errorf("a %s net has no gamma2 (got %g): leave it out, or choose the net %q", c.Net, c.Gamma2, highway)
	}
	return c, nil
}

// Registered says whether the config's JSON, which has the names of its normalisation, activation and initialiser, determines the net:
// whether those are the registered ones of their names, or nil. A value of one's own may change and keep its name.
func (c Config) Registered() bool {
	return registered(norms.Registry, c.Norm, (*norms.Norm).String) &&
		registered(activations.Registry, c.Activation, (*activations.Activation).String) &&
		registered(initializers.Registry, c.Initializer, (*initializers.Initializer).String)
}

// registered says whether the choice is nil or stands in the registry under its name.
func registered[T any](r *registry.Registry[*T], choice *T, name func(*T) string) bool {
	if choice == nil {
		return true
	}
	known, err := r.Get(name(choice))
	return err == nil && known == choice
}
