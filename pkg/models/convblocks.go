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

// build builds the layer, and returns what its convolution sees as well. It takes the values of its params from the front of *weights.
func (l convolutionLayer) build(weights *[]*Node, a *Node) (rectified, out *Node, seen Rectifier) {
	kernel := (*weights)[:1]
	*weights = (*weights)[1:]
	rectified, seen = l.Rectifier.build(weights, a)
	return rectified, l.Convolution.Build(kernel, rectified).Out, seen
}

// Params implements Block for layers without a skip.
func (l convolutionLayer) Params() []Param { return l.params("") }

// Build builds conv(rho(norm(a))).
func (l convolutionLayer) Build(weights []*Node, a *Node) Signals {
	_, out, seen := l.build(&weights, a)
	return Signals{Out: out, Rectifiers: []Rectifier{seen}}
}

// residualBranch is Carry shortcut(a) + Gain branch(a), the branch being two layers, or one: see [convolutions].
type residualBranch struct {
	First, Second convolutionLayer
	Layers        int // 1 or 2
	Shortcut      convolutionalShortcut
	Carry, Gain   float64
}

// Params declares the kernels of the layers, and then what the shortcut has: the kernels are the same ones whatever the shortcut.
func (b residualBranch) Params() []Param {
	params := b.First.params("_1")
	if b.Layers == 2 {
		params = append(params, b.Second.params("_2")...)
	}
	return append(params, b.Shortcut.params()...)
}

// Build builds the shortcut and the branch.
func (b residualBranch) Build(weights []*Node, a *Node) Signals {
	rectified, h, seen := b.First.build(&weights, a)
	signals := Signals{Rectifiers: []Rectifier{seen}}
	if b.Layers == 2 {
		_, h, seen = b.Second.build(&weights, h)
		signals.Rectifiers = append(signals.Rectifiers, seen)
	}
	signals.Out = skip(b.Shortcut.build(weights, a, rectified), h, b.Carry, b.Gain)
	return signals
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
