package models

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Stem is the first layer of dense nets, h = rho(x v - b) with v = (1,...,1) and b ~ Normal(0, 1): from
// [inputs, 1] to [inputs, units]. It is never normalised: normalising x v - b over a batch of scalars would
// remove b and make all units equal.
type Stem struct{ Rectify Rectify }

// Params declares the biases b.
func (l Stem) Params() []Param {
	bias := Param{Name: "bias", Dims: []int{l.Rectify.Features}, Init: initializers.StandardNormal}
	return append([]Param{bias}, l.Rectify.params("")...)
}

// Build builds h.
func (l Stem) Build(weights []*Node, x *Node) Signals {
	x.AssertDims(-1, 1)
	argument := Sub(x, ExpandAxes(weights[0], 0)) // [inputs, 1] - [1, width]
	rest := weights[1:]
	h, seen := l.Rectify.build(&rest, argument)
	return Signals{Out: h, Rectifiers: []Rectifier{seen}}
}

func (l Stem) check() error {
	if norm := l.Rectify.withDefaults().Norm; norm != norms.None {
		return fmt.Errorf("it has the normalisation %s, which would make all its units equal: leave it out",
			norm)
	}
	return l.Rectify.check()
}

// Linear is a linear map a = W h, W ~ Init, of the last axis: from [inputs, ..., In] to [inputs, ..., Out].
type Linear struct {
	In, Out int

	// Init draws W; nil means initializers.He, which suits weights after a rectifier.
	Init *initializers.Initializer
}

// Params declares W, [In, Out].
func (l Linear) Params() []Param {
	return []Param{{Name: "weights", Dims: []int{l.In, l.Out}, Init: cmp.Or(l.Init, initializers.He)}}
}

// Build builds a.
func (l Linear) Build(weights []*Node, h *Node) Signals {
	dims := h.Shape().Dimensions
	if len(dims) == 2 {
		return Signals{Out: MatMul(h, weights[0])}
	}
	rows := Reshape(h, -1, l.In)
	return Signals{Out: Reshape(MatMul(rows, weights[0]), append(slices.Clone(dims[:len(dims)-1]), l.Out)...)}
}

func (l Linear) check() error {
	return checks(sizes(size{"in", l.In}, size{"out", l.Out}), checkInit(l.Init))
}

// Layer is the repeated layer of dense nets, Carry a + Gain W rho(norm(a)), W ~ Init: from [inputs,
// Rectify.Features] to the same. Carry = 0 and Gain = 1 make it a feedforward layer, and Carry = 1 and Gain =
// beta a residual one (Eq. 2).
type Layer struct {
	Rectify     Rectify
	Carry, Gain float64

	// Init draws W; nil means initializers.He.
	Init *initializers.Initializer
}

// Params declares W, [features that rho puts out, Rectify.Features].
func (l Layer) Params() []Param {
	weights := Param{Name: "weights", Dims: []int{l.Rectify.Outputs(), l.Rectify.Features},
		Init: cmp.Or(l.Init, initializers.He)}
	return append([]Param{weights}, l.Rectify.params("")...)
}

// Build builds the layer.
func (l Layer) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(-1, l.Rectify.Features)
	rest := weights[1:]
	h, seen := l.Rectify.build(&rest, a)
	return Signals{Out: carryAndGain(a, MatMul(h, weights[0]), l.Carry, l.Gain),
		Rectifiers: []Rectifier{seen}}
}

func (l Layer) check() error {
	return checks(l.Rectify.check(), checkGain(l.Carry, l.Gain), checkInit(l.Init))
}

// WithStatistics implements [Statistical].
func (l Layer) WithStatistics(s norms.Statistics) Block {
	l.Rectify.Statistics = s
	return l
}

// Rectified is a rectifier alone, rho(norm(a)): from [inputs, ..., Rectify.Features] to [inputs, ...,
// features that rho puts out].
type Rectified struct{ Rectify Rectify }

// Params declares what the activation learns.
func (r Rectified) Params() []Param { return r.Rectify.params("") }

// Build builds rho(norm(a)).
func (r Rectified) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(append(slices.Repeat([]int{-1}, a.Rank()-1), r.Rectify.Features)...)
	out, seen := r.Rectify.build(&weights, a)
	return Signals{Out: out, Rectifiers: []Rectifier{seen}}
}

func (r Rectified) check() error { return r.Rectify.check() }

// WithStatistics implements [Statistical].
func (r Rectified) WithStatistics(s norms.Statistics) Block {
	r.Rectify.Statistics = s
	return r
}

// Normalize is a normalisation alone, norm(a), with no rectifier behind it.
type Normalize struct {
	Norm *norms.Norm

	// Statistics says whether gradients go through the batch statistics; empty means norms.Frozen.
	Statistics norms.Statistics
}

// Params declares nothing.
func (n Normalize) Params() []Param { return nil }

// Build builds norm(a).
func (n Normalize) Build(_ []*Node, a *Node) Signals {
	return Signals{Out: normalized(a, n.Norm, n.Statistics)}
}

func (n Normalize) check() error {
	if n.Norm == nil {
		return errors.New("it has no normalisation: set Norm, such as norms.Layer")
	}
	return checks(checkNorm(n.Norm), n.Statistics.Check())
}

// WithStatistics implements [Statistical].
func (n Normalize) WithStatistics(s norms.Statistics) Block {
	n.Statistics = s
	return n
}

// Scale multiplies what comes in by one learnt number, such as the weight of a branch: at the end of a
// [Skip].
type Scale struct {
	// Init draws the number; nil means initializers.Zero.
	Init *initializers.Initializer
}

// Params declares the number, of no dimensions.
func (s Scale) Params() []Param {
	return []Param{{Name: "scale", Init: cmp.Or(s.Init, initializers.Zero)}}
}

// Build builds the product.
func (s Scale) Build(weights []*Node, a *Node) Signals { return Signals{Out: Mul(a, weights[0])} }

func (s Scale) check() error { return checkInit(s.Init) }

// carryAndGain returns carry a + gain branch, without the operations that weights of 0 and 1 save.
func carryAndGain(a, branch *Node, carry, gain float64) *Node {
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

// LinearReadout is f = w^T a, w ~ Init: from [inputs, In] to [inputs]. A read-out of several outputs is a
// [Linear].
type LinearReadout struct {
	In int

	// Init draws w; nil means initializers.LeCun.
	Init *initializers.Initializer
}

// Params declares w, [In, 1].
func (r LinearReadout) Params() []Param {
	return []Param{{Name: "weights", Dims: []int{r.In, 1}, Init: cmp.Or(r.Init, initializers.LeCun)}}
}

// Build builds f.
func (r LinearReadout) Build(weights []*Node, a *Node) Signals {
	return Signals{Out: Squeeze(MatMul(a, weights[0]), -1)}
}

func (r LinearReadout) check() error { return checks(sizes(size{"in", r.In}), checkInit(r.Init)) }

// RectifiedReadout is f = w^T rho(norm(a)), w ~ Init, with the net's last rectifier: from [inputs,
// Rectify.Features] to [inputs].
type RectifiedReadout struct {
	Rectify Rectify

	// Init draws w; nil means initializers.LeCun.
	Init *initializers.Initializer
}

// linear returns the linear read-out after the rectifier.
func (r RectifiedReadout) linear() LinearReadout {
	return LinearReadout{In: r.Rectify.Outputs(), Init: r.Init}
}

// Params declares w, [features that rho puts out, 1].
func (r RectifiedReadout) Params() []Param {
	return append(r.linear().Params(), r.Rectify.params("")...)
}

// Build builds f.
func (r RectifiedReadout) Build(weights []*Node, a *Node) Signals {
	rest := weights[1:]
	h, seen := r.Rectify.build(&rest, a)
	return Signals{Out: r.linear().Build(weights, h).Out, Rectifiers: []Rectifier{seen}}
}

func (r RectifiedReadout) check() error { return checks(r.Rectify.check(), checkInit(r.Init)) }

// WithStatistics implements [Statistical].
func (r RectifiedReadout) WithStatistics(s norms.Statistics) Block {
	r.Rectify.Statistics = s
	return r
}
