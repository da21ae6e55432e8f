package models

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// input is the first layer, h = rho(x v - b) with v = (1,...,1): from [inputs, 1] to [inputs, units]. It is never
// normalised: normalising x v - b over a batch of scalars would remove b and make all units equal.
type input struct{ Rectifier rectifier }

// Params declares the biases b.
func (l input) Params() []Param {
	bias := Param{Name: "bias", Dims: []int{l.Rectifier.Features}, Init: initializers.StandardNormal}
	return append([]Param{bias}, l.Rectifier.params("")...)
}

// Build builds h.
func (l input) Build(weights []*Node, x *Node) Signals {
	x.AssertDims(-1, 1)
	argument := Sub(x, ExpandAxes(weights[0], 0)) // [inputs, 1] - [1, width]
	rest := weights[1:]
	h, seen := l.Rectifier.build(&rest, argument)
	return Signals{Out: h, Rectifiers: []Rectifier{seen}}
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

// layer is the repeated layer of every net, Carry a + Gain W rho(norm(a)): from [inputs, width] to [inputs, width].
// Carry = 0 and Gain = 1 make it a feedforward layer.
type layer struct {
	Rectifier   rectifier
	Carry, Gain float64
	Init        *initializers.Initializer
}

// Params declares W.
func (l layer) Params() []Param {
	weights := Param{Name: "weights", Dims: []int{l.Rectifier.outputs(), l.Rectifier.Features}, Init: l.Init}
	return append([]Param{weights}, l.Rectifier.params("")...)
}

// Build builds the layer.
func (l layer) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(-1, l.Rectifier.Features)
	rest := weights[1:]
	h, seen := l.Rectifier.build(&rest, a)
	return Signals{Out: skip(a, MatMul(h, weights[0]), l.Carry, l.Gain), Rectifiers: []Rectifier{seen}}
}

// skip returns carry a + gain branch, without the operations that weights of 0 and 1 save.
func skip(a, branch *Node, carry, gain float64) *Node {
	if gain != 1 {
		branch = MulScalar(branch, gain)
	}
	switch carry {
	case 0:
		return branch
	case 1:
		return Add(a, branch)
	}
	return Add(MulScalar(a, carry), branch)
}

// linearReadout is f = w^T a: from [inputs, In] to [inputs].
type linearReadout struct {
	In   int
	Init *initializers.Initializer
}

// Params declares w.
func (r linearReadout) Params() []Param {
	return []Param{{Name: "weights", Dims: []int{r.In, 1}, Init: r.Init}}
}

// Build builds f.
func (r linearReadout) Build(weights []*Node, a *Node) Signals {
	return Signals{Out: Squeeze(MatMul(a, weights[0]), -1)}
}

// rectifiedReadout is f = w^T rho(norm(a)), with the net's last rectifier: from [inputs, width] to [inputs].
type rectifiedReadout struct {
	Rectifier rectifier
	Init      *initializers.Initializer
}

// linear returns the linear read-out behind the rectifier.
func (r rectifiedReadout) linear() linearReadout {
	return linearReadout{In: r.Rectifier.outputs(), Init: r.Init}
}

// Params declares w.
func (r rectifiedReadout) Params() []Param {
	return append(r.linear().Params(), r.Rectifier.params("")...)
}

// Build builds f.
func (r rectifiedReadout) Build(weights []*Node, a *Node) Signals {
	rest := weights[1:]
	h, seen := r.Rectifier.build(&rest, a)
	return Signals{Out: r.linear().Build(weights, h).Out, Rectifiers: []Rectifier{seen}}
}
