package models

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// Shortcut is what the skip of a convolutional residual net does where the branch changes the shape, that is,
// halves height and width and adds filters. Everywhere else the skip hands on what comes in. All shortcuts
// take the positions that the branch's stride leaves, every second one; they differ in how they come to the
// number of filters: by a matrix that all positions share, a 1 x 1 convolution, or without weights.
//
// It is used by pointer: two nets with the same *Shortcut share their compiled steps.
type Shortcut struct {
	// Name identifies the shortcut in results and on the command line, Title in figures and tables.
	Name, Title string

	// Rectified says that the shortcut takes what the branch's first convolution sees, rho(norm(a)), and not
	// a itself.
	Rectified bool

	// Init returns the initialiser of the matrix, [filters that come in, filters that go out]; nil for a
	// shortcut without weights.
	Init func(c Config) *initializers.Initializer

	// Widen returns a with that many filters, for a shortcut without weights; nil for one with a matrix.
	Widen func(a *Node, filters int) *Node
}

// String returns the name.
func (s *Shortcut) String() string { return s.Name }

// MarshalText writes the shortcut as its name, for results in JSON.
func (s *Shortcut) MarshalText() ([]byte, error) { return []byte(s.Name), nil }

// Shortcuts holds the shortcuts known by name.
var Shortcuts = registry.New[*Shortcut]("shortcut")

func registerShortcut(s *Shortcut) *Shortcut { return Shortcuts.Register(s.Name, s) }

// The shortcuts. How large a signal they hand on is told by the second moment, averaged over filters and
// draws of the weights.
var (
	// OptionA sets the new filters to zero (option A of He et al. 2016), so that a residual net has the
	// parameters of the feedforward net and no more. The sum over filters of the second moments stays as it
	// is; their mean halves where the number of filters doubles.
	OptionA = registerShortcut(&Shortcut{Name: "option-a", Title: "option A", Widen: padWithZeros})

	// Projection is a matrix on a, of variance 1/fan-in: a filter that goes out has the mean of the second
	// moments of those that come in.
	Projection = registerShortcut(&Shortcut{
		Name: "projection", Title: "projection",
		Init: func(Config) *initializers.Initializer { return initializers.LeCun },
	})

	// Preactivated is a matrix on rho(norm(a)), as in the pre-activation nets of He et al. 2016 (Identity
	// mappings in deep residual networks), where branch and shortcut share the first normalisation and
	// rectifier. Being weights after a rectifier, the matrix is drawn as the net's convolutions are: by
	// initializers.He its variance is 2/fan-in, which makes up for the half of the second moment that the
	// rectifier takes. So the second moment of norm(a) is handed on: without normalisation that of a, and
	// with batch normalisation 1, however large a has become; there the shortcut weighs as much as one branch
	// at beta = 1.
	Preactivated = registerShortcut(&Shortcut{
		Name: "preactivated", Title: "pre-activated projection", Rectified: true,
		Init: func(c Config) *initializers.Initializer { return c.behind(c.Initializer) },
	})

	// ChannelCopy repeats the old filters, in their order, in place of the new ones. Each has the second
	// moment of the filter that it repeats, so that the factor which keeps the mean over filters is 1; at
	// 1/sqrt(2) it would be the sum that stays, and the mean that halves.
	ChannelCopy = registerShortcut(&Shortcut{Name: "copy", Title: "channel copy", Widen: repeatFilters})
)

// check returns an error unless the shortcut says in one way how it comes to its filters.
func (s *Shortcut) check() error {
	if (s.Init == nil) == (s.Widen == nil) {
		return fmt.Errorf("shortcut %q must have either Init or Widen: set one, or use one of %v", s.Name,
			Shortcuts.Names())
	}
	return nil
}

// EffectiveShortcut returns the shortcut, OptionA where none is set.
func (i Images) EffectiveShortcut() *Shortcut {
	if i.Shortcut == nil {
		return OptionA
	}
	return i.Shortcut
}

// ConvolutionalShortcut is a Shortcut at its place in a [ResidualBranch]. The zero value hands on what comes
// in.
type ConvolutionalShortcut struct {
	// Kind is nil where the shape stays as it is.
	Kind *Shortcut

	// In and Out are the filters that come in and go out, and Stride what height and width are divided by.
	In, Out, Stride int

	// Init draws the matrix, [In, Out]; nil for a Kind without one.
	Init *initializers.Initializer
}

func (s ConvolutionalShortcut) check() error {
	switch {
	case s.Kind == nil:
		return nil
	case s.Kind.Init == nil && s.Kind.Widen == nil, s.Init == nil && s.Kind.Widen == nil:
		return fmt.Errorf("its shortcut %q has neither Init nor Widen: set Init, which draws the matrix, "+
			"or choose OptionA", s.Kind.Name)
	}
	return sizes(size{"in of its shortcut", s.In}, size{"out of its shortcut", s.Out},
		size{"stride of its shortcut", s.Stride})
}

// shortcut returns the shortcut over a branch that begins with a convolution of that shape.
func (c Config) shortcut(first Convolution) ConvolutionalShortcut {
	filters := first.In / c.Activation.Outputs(1)
	if first.Stride == 1 && first.Out == filters {
		return ConvolutionalShortcut{}
	}
	s := ConvolutionalShortcut{Kind: c.Images.EffectiveShortcut(), In: filters, Out: first.Out,
		Stride: first.Stride}
	if s.Kind.Rectified {
		s.In = first.In
	}
	if s.Kind.Init != nil {
		s.Init = s.Kind.Init(c)
	}
	return s
}

// params declares the matrix, where there is one.
func (s ConvolutionalShortcut) params() []Param {
	if s.Init == nil {
		return nil
	}
	return []Param{{Name: "shortcut", Dims: []int{s.In, s.Out}, Init: s.Init}}
}

// build returns the shortcut of a, which the branch's first convolution sees as rectified. The weights are
// the values of the params.
func (s ConvolutionalShortcut) build(weights []*Node, a, rectified *Node) *Node {
	if s.Kind == nil {
		return a
	}
	if s.Kind.Rectified {
		a = rectified
	}
	if s.Stride > 1 {
		a = Slice(a, AxisRange(), AxisRange().Stride(s.Stride), AxisRange().Stride(s.Stride), AxisRange())
	}
	if s.Init != nil {
		return Einsum("nhwi,io->nhwo", a, weights[0])
	}
	a = s.Kind.Widen(a, s.Out)
	a.AssertDims(-1, -1, -1, s.Out)
	return a
}

// padWithZeros returns a with filters of zeros after its own, that many in all.
func padWithZeros(a *Node, filters int) *Node {
	shape := a.Shape().Clone()
	shape.Dimensions[3] = filters - shape.Dimensions[3]
	if shape.Dimensions[3] <= 0 {
		return a
	}
	return Concatenate([]*Node{a, Zeros(a.Graph(), shape)}, -1)
}

// repeatFilters returns a with its filters repeated, from the first on, until there are that many.
func repeatFilters(a *Node, filters int) *Node {
	var copies []*Node
	for left, own := filters, a.Shape().Dim(3); left > 0; left -= own {
		copies = append(copies, Slice(a, AxisRange(), AxisRange(), AxisRange(), AxisRange(0, min(left, own))))
	}
	return Concatenate(copies, -1)
}
