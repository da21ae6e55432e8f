package models

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors/images"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// kernelSize is the height and width of every convolution's kernel.
const kernelSize = 3

// Convolution is a 3 x 3 convolution with zero padding: from [inputs, height, width, In] to [inputs,
// height/Stride, width/Stride, Out], rounded up.
type Convolution struct {
	In, Out, Stride int

	// Init draws the kernel; nil means initializers.He.
	Init *initializers.Initializer
}

// Params declares the kernel, [3, 3, In, Out]. Outputs come last, as the initialisers' fan-in wants it: this
// is GoMLX's layout for channels last (for channels first it puts the outputs in front, and a fan-in taken
// from there would be wrong).
func (l Convolution) Params() []Param {
	return []Param{{Name: "kernel", Dims: []int{kernelSize, kernelSize, l.In, l.Out},
		Init: cmp.Or(l.Init, initializers.He)}}
}

// Build builds the convolution.
func (l Convolution) Build(weights []*Node, x *Node) Signals {
	// A border of one on each side, whatever the stride: "same" padding would shift the centre off the
	// shortcut's positions at stride 2.
	border := [][2]int{{kernelSize / 2, kernelSize / 2}, {kernelSize / 2, kernelSize / 2}}
	return Signals{Out: Convolve(x,
		weights[0]).ChannelsAxis(images.ChannelsLast).Strides(l.Stride).PaddingPerDim(border).Done()}
}

func (l Convolution) check() error {
	return checks(sizes(size{"in", l.In}, size{"out", l.Out}, size{"stride", l.Stride}), checkInit(l.Init))
}

// ConvolutionLayer is a rectifier with a convolution after it, conv(rho(norm(a))).
type ConvolutionLayer struct {
	Rectify     Rectify
	Convolution Convolution
}

// params declares the variables, under names that end in suffix.
func (l ConvolutionLayer) params(suffix string) []Param {
	params := l.Convolution.Params()
	params[0].Name += suffix
	return append(params, l.Rectify.params(suffix)...)
}

// build builds the layer, and returns what its convolution sees as well. It takes the values of its params
// from the front of *weights.
func (l ConvolutionLayer) build(weights *[]*Node, a *Node) (rectified, out *Node, seen Rectifier) {
	kernel := (*weights)[:1]
	*weights = (*weights)[1:]
	rectified, seen = l.Rectify.build(weights, a)
	return rectified, l.Convolution.Build(kernel, rectified).Out, seen
}

// Params declares the kernel, and what the activation learns.
func (l ConvolutionLayer) Params() []Param { return l.params("") }

// Build builds conv(rho(norm(a))).
func (l ConvolutionLayer) Build(weights []*Node, a *Node) Signals {
	_, out, seen := l.build(&weights, a)
	return Signals{Out: out, Rectifiers: []Rectifier{seen}}
}

func (l ConvolutionLayer) check() error {
	if err := checks(l.Rectify.check(), l.Convolution.check()); err != nil {
		return err
	}
	if out := l.Rectify.Outputs(); out != l.Convolution.In {
		return fmt.Errorf("its rectifier puts out %d features and its convolution takes in %d: give them "+
			"one number", out, l.Convolution.In)
	}
	return nil
}

// WithStatistics implements [Statistical].
func (l ConvolutionLayer) WithStatistics(s norms.Statistics) Block {
	l.Rectify.Statistics = s
	return l
}

// ResidualBranch is Carry shortcut(a) + Gain branch(a), the branch being two layers, or one, of convolutions.
type ResidualBranch struct {
	First, Second ConvolutionLayer

	// Layers is 2, or 1 for a branch of the First alone.
	Layers int

	// Shortcut is what the skip does where the branch changes the shape.
	Shortcut    ConvolutionalShortcut
	Carry, Gain float64
}

// Params declares the kernels of the layers, and then what the shortcut has: the kernels are the same ones
// whatever the shortcut.
func (b ResidualBranch) Params() []Param {
	params := b.First.params("_1")
	if b.Layers == 2 {
		params = append(params, b.Second.params("_2")...)
	}
	return append(params, b.Shortcut.params()...)
}

// Build builds the shortcut and the branch.
func (b ResidualBranch) Build(weights []*Node, a *Node) Signals {
	rectified, h, seen := b.First.build(&weights, a)
	signals := Signals{Rectifiers: []Rectifier{seen}}
	if b.Layers == 2 {
		_, h, seen = b.Second.build(&weights, h)
		signals.Rectifiers = append(signals.Rectifiers, seen)
	}
	signals.Out = carryAndGain(b.Shortcut.build(weights, a, rectified), h, b.Carry, b.Gain)
	return signals
}

func (b ResidualBranch) check() error {
	if b.Layers != 1 && b.Layers != 2 {
		return fmt.Errorf("layers is %d: give 2, or 1 for a branch of the first layer alone", b.Layers)
	}
	if err := checks(b.First.check(), b.Shortcut.check(), checkGain(b.Carry, b.Gain)); err != nil ||
		b.Layers == 1 {
		return err
	}
	return b.Second.check()
}

// WithStatistics implements [Statistical].
func (b ResidualBranch) WithStatistics(s norms.Statistics) Block {
	b.First.Rectify.Statistics, b.Second.Rectify.Statistics = s, s
	return b
}

// ConvolutionalReadout is a linear map to Outputs of the mean over space, or of all positions where Flatten
// is set, after the net's last rectifier where there is one: from [inputs, height, width, features] to
// [inputs, Outputs].
type ConvolutionalReadout struct {
	// Rectified says that there is a rectifier. Where there is none, only its Features count.
	Rectified bool
	Rectify   Rectify

	Height, Width int
	Outputs       int
	Flatten       bool

	// Init draws the linear map; nil means initializers.LeCun.
	Init *initializers.Initializer
}

// Params declares the linear map, [features, Outputs], or [positions, features, Outputs] where Flatten is
// set: the features of a position stay together, as weights after a rectifier want it.
func (r ConvolutionalReadout) Params() []Param {
	features, params := r.Rectify.Features, []Param(nil)
	if r.Rectified {
		features, params = r.Rectify.Outputs(), r.Rectify.params("")
	}
	dims := []int{features, r.Outputs}
	if r.Flatten {
		dims = append([]int{r.Height * r.Width}, dims...)
	}
	return append([]Param{{Name: "weights", Dims: dims, Init: cmp.Or(r.Init, initializers.LeCun)}}, params...)
}

// Build builds the outputs.
func (r ConvolutionalReadout) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(-1, r.Height, r.Width, r.Rectify.Features)
	var signals Signals
	rest := weights[1:]
	if r.Rectified {
		var seen Rectifier
		a, seen = r.Rectify.build(&rest, a)
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

func (r ConvolutionalReadout) check() error {
	all := sizes(size{"height", r.Height}, size{"width", r.Width}, size{"outputs", r.Outputs})
	return checks(r.Rectify.check(), all, checkInit(r.Init))
}

// WithStatistics implements [Statistical].
func (r ConvolutionalReadout) WithStatistics(s norms.Statistics) Block {
	r.Rectify.Statistics = s
	return r
}

// imageStage returns the first convolution, which sees the image.
func imageStage(c Config) Stage {
	return Stage{Name: "conv_1",
		Block: Convolution{In: c.Images.Channels, Out: c.filters(0), Stride: 1, Init: c.Initializer}}
}

// convolutionNames names the stage of convolutions first to last, counted from 1.
func convolutionNames(first, last int) string {
	if first == last {
		return fmt.Sprintf("conv_%d", first)
	}
	return fmt.Sprintf("conv_%d_%d", first, last)
}
