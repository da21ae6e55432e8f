package models

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// input is the first layer, h = rho(x v - b) with v = (1,...,1): from [inputs, 1] to [inputs, units]. It is never
// normalised: normalising x v - b over a batch of scalars would remove b and make all units equal.
type input struct {
	Width      int
	Activation *activations.Activation
}

// Params declares the biases b.
func (l input) Params() []Param {
	return []Param{{Name: "bias", Dims: []int{l.Width}, Init: initializers.StandardNormal}}
}

// Build builds h.
func (l input) Build(weights []*Node, x *Node) Signals {
	x.AssertDims(-1, 1)
	argument := Sub(x, ExpandAxes(weights[0], 0)) // [inputs, 1] - [1, width]
	return Signals{Out: l.Activation.Apply(argument), Preactivation: argument, Argument: argument}
}

// linear is the first linear map, a_1 = W_0 h: from [inputs, In] to [inputs, Out].
type linear struct {
	In, Out int
	Init    *initializers.Initializer
}

// Params declares W_0.
func (l linear) Params() []Param {
	return []Param{{Name: "weights", Dims: []int{l.In, l.Out}, Init: l.Init}}
}

// Build builds a_1.
func (l linear) Build(weights []*Node, h *Node) Signals {
	return Signals{Out: MatMul(h, weights[0])}
}

// layer is the repeated layer of every net, Carry a + Gain W rho(norm(a)): from [inputs, Width] to [inputs, Width].
// Carry = 0 and Gain = 1 make it a feedforward layer.
type layer struct {
	Width       int
	Carry, Gain float64
	Norm        *norms.Norm
	Statistics  norms.Statistics
	Activation  *activations.Activation
	Init        *initializers.Initializer
}

// Params declares W.
func (l layer) Params() []Param {
	return []Param{{Name: "weights", Dims: []int{l.Activation.Outputs(l.Width), l.Width}, Init: l.Init}}
}

// Build builds the layer.
func (l layer) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(-1, l.Width)
	argument := l.Norm.Apply(a, l.Statistics.Hold())
	out := MatMul(l.Activation.Apply(argument), weights[0])
	if l.Gain != 1 {
		out = MulScalar(out, l.Gain)
	}
	switch l.Carry {
	case 0:
	case 1:
		out = Add(a, out)
	default:
		out = Add(MulScalar(a, l.Carry), out)
	}
	return Signals{Out: out, Preactivation: a, Argument: argument}
}

// linearReadout is f = w^T a: from [inputs, In] to [inputs].
type linearReadout struct{ In int }

// Params declares w ~ Normal(0, 1/In).
func (r linearReadout) Params() []Param {
	return []Param{{Name: "weights", Dims: []int{r.In, 1}, Init: initializers.LeCun}}
}

// Build builds f.
func (r linearReadout) Build(weights []*Node, a *Node) Signals {
	return Signals{Out: Squeeze(MatMul(a, weights[0]), -1)}
}

// rectifiedReadout is f = w^T rho(norm(a)), with the net's last rectifier: from [inputs, Width] to [inputs].
type rectifiedReadout struct {
	Width      int
	Norm       *norms.Norm
	Statistics norms.Statistics
	Activation *activations.Activation
}

// linear returns the linear read-out behind the rectifier.
func (r rectifiedReadout) linear() linearReadout { return linearReadout{r.Activation.Outputs(r.Width)} }

// Params declares w ~ Normal(0, 1/N).
func (r rectifiedReadout) Params() []Param { return r.linear().Params() }

// Build builds f.
func (r rectifiedReadout) Build(weights []*Node, a *Node) Signals {
	argument := r.Norm.Apply(a, r.Statistics.Hold())
	signals := r.linear().Build(weights, r.Activation.Apply(argument))
	return Signals{Out: signals.Out, Preactivation: a, Argument: argument}
}
