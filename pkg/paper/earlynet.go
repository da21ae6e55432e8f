package paper

import (
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// EarlyNet names a net among those that are looked at early in training.
type EarlyNet struct {
	Variant

	// Activation is the name of the activation: relu or crelu.
	Activation string `json:"activation"`

	// LooksLinear says that the net starts out linear.
	LooksLinear bool `json:"looks_linear"`
}

// NewEarlyNet returns the name of a net.
func NewEarlyNet(c models.Config) EarlyNet {
	if c.Norm == nil {
		c.Norm = norms.None
	}
	if c.Activation == nil {
		c.Activation = activations.ReLU
	}
	net := EarlyNet{Variant: VariantOf(c), Activation: c.Activation.Name, LooksLinear: c.LooksLinear}
	// What has a field of its own isn't said twice.
	c.Activation = nil
	if c.LooksLinear && c.Initializer == initializers.Orthogonal {
		c.Initializer = nil
	}
	c.LooksLinear = false
	net.Also = c.Also()
	return net
}

// Title names the net to readers.
func (n EarlyNet) Title() string { return n.Name().Called(n.Activation, n.LooksLinear) }

// ID names the net in the ids of claims.
func (n EarlyNet) ID() string {
	switch {
	case n.LooksLinear && n.Norm == norms.None.Name:
		return n.Net + "-looks-linear" + alsoID(n.Also)
	case n.Activation == activations.CReLU.Name && n.Norm == norms.None.Name:
		return n.Net + "-crelu" + alsoID(n.Also)
	}
	id := n.Variant.ID()
	if n.Activation != activations.ReLU.Name {
		id += "-" + n.Activation
	}
	if n.LooksLinear {
		id += "-looks-linear"
	}
	return id
}

// Shatters says whether the net is one of rectifiers without skips, which the paper calls feedforward.
func (n EarlyNet) Shatters() bool {
	return n.plain() && n.Activation == activations.ReLU.Name
}

// plain says whether the net has neither skips nor the looks-linear initialisation.
func (n EarlyNet) plain() bool {
	return (n.Net == "feedforward" || n.Net == "conv-feedforward") && !n.LooksLinear
}

// LooksAlike returns how many of the looks at a net in training, behind so many updates each, come out alike
// on every processor, and on any number of them: those up to update last, and of a net with neither skips
// nor the looks-linear initialisation those before the first update. After it, gradients that have shattered
// do so with the rounding as well. Again are the steps of a training that has these looks: two at least,
// where there are two, as probes want them.
func LooksAlike(net models.Config, steps []int, last int) (looks int, again []int) {
	if NewEarlyNet(net).plain() {
		last = 0
	}
	for _, step := range steps {
		if step <= last {
			looks++
		}
	}
	return looks, steps[:min(max(looks, 2), len(steps))]
}
