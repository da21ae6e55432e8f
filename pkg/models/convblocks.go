package models

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors/images"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// kernelSize is the height and width of every convolution's kernel.
const kernelSize = 3

// convolution is a 3 x 3 convolution with zero padding: from [inputs, height, width, In] to [inputs, height/Stride, width/Stride, Out].
type convolution struct {
	In, Out, Stride int
	Init            *initializers.Initializer
}

// Params declares the kernel, [3, 3, In, Out]. Outputs come last, as the initialisers' fan-in wants it: this is GoMLX's layout for
// channels last (for channels first it puts the outputs in front, and a fan-in taken from there would be wrong).
func (l convolution) Params() []Param {
	return []Param{{Name: "kernel", Dims: []int{kernelSize, kernelSize, l.In, l.Out}, Init: l.Init}}
}

// Build builds the convolution.
func (l convolution) Build(weights []*Node, x *Node) Signals {
	// A border of one on each side, whatever the stride: "same" padding would shift the centre off the shortcut's positions at stride 2.
	border := [][2]int{{kernelSize / 2, kernelSize / 2}, {kernelSize / 2, kernelSize / 2}}
	return Signals{Out: Convolve(x, weights[0]).ChannelsAxis(images.ChannelsLast).Strides(l.Stride).PaddingPerDim(border).Done()}
}

// convolutionLayer is a rectifier with a convolution behind it.
type convolutionLayer struct {
	Rectifier   rectifier
	Convolution convolution
}

// params declares the variables, under names that end in suffix.
func (l convolutionLayer) params(suffix string) []Param {
	params := l.Convolution.Params()
	params[0].Name += suffix
	return append(params, l.Rectifier.params(suffix)...)
}

// build builds the layer. It takes the values of its params from the front of *weights.
func (l convolutionLayer) build(weights *[]*Node, a *Node) (*Node, Rectifier) {
	kernel := (*weights)[:1]
	*weights = (*weights)[1:]
	h, seen := l.Rectifier.build(weights, a)
	return l.Convolution.Build(kernel, h).Out, seen
}

// Params implements Block for layers without a skip.
func (l convolutionLayer) Params() []Param { return l.params("") }

// Build builds conv(rho(norm(a))).
func (l convolutionLayer) Build(weights []*Node, a *Node) Signals {
	out, seen := l.build(&weights, a)
	return Signals{Out: out, Rectifiers: []Rectifier{seen}}
}

// residualBranch is Carry shortcut(a) + Gain branch(a), the branch being two layers, or one: see [convolutions]. Where the branch
// changes the shape, the shortcut takes every Stride-th position and sets the new channels to zero (option A of He et al. 2016), so that
// a residual net has the parameters of the feedforward net and no more.
type residualBranch struct {
	First, Second convolutionLayer
	Layers        int // 1 or 2
	Carry, Gain   float64
}

// Params declares the kernels of the layers.
func (b residualBranch) Params() []Param {
	params := b.First.params("_1")
	if b.Layers == 2 {
		params = append(params, b.Second.params("_2")...)
	}
	return params
}

// Build builds the shortcut and the branch.
func (b residualBranch) Build(weights []*Node, a *Node) Signals {
	h, seen := b.First.build(&weights, a)
	signals := Signals{Rectifiers: []Rectifier{seen}}
	if b.Layers == 2 {
		h, seen = b.Second.build(&weights, h)
		signals.Rectifiers = append(signals.Rectifiers, seen)
	}
	shape := b.First.Convolution
	signals.Out = skip(shortcut(a, shape.Stride, shape.Out-b.First.Rectifier.Features), h, b.Carry, b.Gain)
	return signals
}

// shortcut returns every stride-th position of a, with channels of zeros added.
func shortcut(a *Node, stride, channels int) *Node {
	if stride > 1 {
		a = Slice(a, AxisRange(), AxisRange().Stride(stride), AxisRange().Stride(stride), AxisRange())
	}
	if channels > 0 {
		shape := a.Shape().Clone()
		shape.Dimensions[3] = channels
		a = Concatenate([]*Node{a, Zeros(a.Graph(), shape)}, -1)
	}
	return a
}

// convolutionalReadout is a linear map to Outputs of the mean over space, or of all positions where Flatten is set, behind the net's
// last rectifier where there is one: from [inputs, height, width, features] to [inputs, Outputs].
type convolutionalReadout struct {
	Rectified     bool
	Rectifier     rectifier
	Height, Width int
	Outputs       int
	Flatten       bool
	Init          *initializers.Initializer
}

// Params declares the linear map, [features, Outputs], or [positions, features, Outputs] where Flatten is set: the features of a
// position stay together, as weights behind a rectifier want it.
func (r convolutionalReadout) Params() []Param {
	features, params := r.Rectifier.Features, []Param(nil)
	if r.Rectified {
		features, params = r.Rectifier.outputs(), r.Rectifier.params("")
	}
	dims := []int{features, r.Outputs}
	if r.Flatten {
		dims = append([]int{r.Height * r.Width}, dims...)
	}
	return append([]Param{{Name: "weights", Dims: dims, Init: r.Init}}, params...)
}

// Build builds the outputs.
func (r convolutionalReadout) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(-1, r.Height, r.Width, r.Rectifier.Features)
	var signals Signals
	rest := weights[1:]
	if r.Rectified {
		var seen Rectifier
		a, seen = r.Rectifier.build(&rest, a)
		signals.Rectifiers = []Rectifier{seen}
	}
	if r.Flatten {
		a = Reshape(a, a.Shape().Dimensions[0], -1)
	} else {
		a = ReduceMean(a, 1, 2)
	}
	signals.Out = MatMul(a, Reshape(weights[0], -1, r.Outputs))
	return signals
}

// imageStage returns the first convolution, which sees the image.
func imageStage(c Config) Stage {
	return Stage{"conv_1", convolution{In: c.Images.Channels, Out: c.filters(0), Stride: 1, Init: c.Initializer}}
}

// convolutionNames names the stage of convolutions first to last, counted from 1.
func convolutionNames(first, last int) string {
	if first == last {
		return fmt.Sprintf("conv_%d", first)
	}
	return fmt.Sprintf("conv_%d_%d", first, last)
}
