package models

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Rectify is what every layer begins with, rho(norm(a)): the piece that dense and convolutional blocks share.
type Rectify struct {
	// Features is the number of features that come in.
	Features int

	// Norm is the normalisation in front of rho; nil means norms.None.
	Norm *norms.Norm

	// Statistics says whether gradients go through the batch statistics; empty means norms.Frozen.
	Statistics norms.Statistics

	// Activation is rho; nil means activations.ReLU.
	Activation *activations.Activation
}

// withDefaults fills in what the zero values stand for.
func (r Rectify) withDefaults() Rectify {
	if r.Norm == nil {
		r.Norm = norms.None
	}
	if r.Activation == nil {
		r.Activation = activations.ReLU
	}
	return r
}

// check returns an error when something can't be built of it.
func (r Rectify) check() error {
	r = r.withDefaults()
	if err := sizes(size{"features", r.Features}); err != nil {
		return err
	}
	if err := checkNorm(r.Norm); err != nil {
		return err
	}
	if err := checkActivation(r.Activation); err != nil {
		return err
	}
	return r.Statistics.Check()
}

// rectifier returns the rectifier of the config for that many features.
func (c Config) rectifier(features int) Rectify {
	return Rectify{Features: features, Norm: c.Norm, Statistics: c.Statistics, Activation: c.Activation}
}

// bareRectifier returns it without the normalisation.
func (c Config) bareRectifier(features int) Rectify {
	c.Norm = norms.None
	return c.rectifier(features)
}

// Outputs returns the number of features that go out.
func (r Rectify) Outputs() int { return r.withDefaults().Activation.Outputs(r.Features) }

// params declares what the activation learns, under a name that ends in suffix.
func (r Rectify) params(suffix string) []Param {
	r = r.withDefaults()
	if r.Activation.Learnt == nil {
		return nil
	}
	return []Param{{Name: "activation" + suffix, Dims: []int{r.Features}, Init: r.Activation.LearntInit}}
}

// build returns rho(norm(a)) and what a tap sees of it. It takes the values of its params from the front of
// *weights.
func (r Rectify) build(weights *[]*Node, a *Node) (*Node, Rectifier) {
	r = r.withDefaults()
	argument := normalized(a, r.Norm, r.Statistics)
	seen := Rectifier{Preactivation: a, Argument: argument}
	if r.Activation.Learnt == nil {
		return r.Activation.Apply(argument), seen
	}
	parameter := (*weights)[0]
	*weights = (*weights)[1:]
	return r.Activation.Learnt(argument, parameter), seen
}

// normalized returns norm(a). The tokens of a sequence, [inputs, tokens, features], are normalised as inputs
// of their own are.
func normalized(a *Node, norm *norms.Norm, statistics norms.Statistics) *Node {
	dims := a.Shape().Dimensions
	if len(dims) != 3 {
		return norm.Apply(a, statistics.Hold())
	}
	return Reshape(norm.Apply(Reshape(a, -1, dims[2]), statistics.Hold()), dims...)
}
