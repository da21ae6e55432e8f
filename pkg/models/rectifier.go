package models

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// rectifier is what every layer begins with, rho(norm(a)): the piece that dense and convolutional blocks share.
type rectifier struct {
	// Features is the number of features that come in.
	Features   int
	Norm       *norms.Norm
	Statistics norms.Statistics
	Activation *activations.Activation
}

// rectifier returns the rectifier of the config for that many features.
func (c Config) rectifier(features int) rectifier {
	return rectifier{Features: features, Norm: c.Norm, Statistics: c.Statistics, Activation: c.Activation}
}

// outputs is the number of features that go out.
func (r rectifier) outputs() int { return r.Activation.Outputs(r.Features) }

// params declares what the activation learns, under a name that ends in suffix.
func (r rectifier) params(suffix string) []Param {
	if r.Activation.Learnt == nil {
		return nil
	}
	return []Param{{Name: "activation" + suffix, Dims: []int{r.Features}, Init: r.Activation.LearntInit}}
}

// build returns rho(norm(a)) and what a tap sees of it. It takes the values of its params from the front of *weights.
func (r rectifier) build(weights *[]*Node, a *Node) (*Node, Rectifier) {
	argument := r.Norm.Apply(a, r.Statistics.Hold())
	seen := Rectifier{Preactivation: a, Argument: argument}
	if r.Activation.Learnt == nil {
		return r.Activation.Apply(argument), seen
	}
	parameter := (*weights)[0]
	*weights = (*weights)[1:]
	return r.Activation.Learnt(argument, parameter), seen
}
