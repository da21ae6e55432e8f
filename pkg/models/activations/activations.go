// Package activations holds the nonlinearities of the nets. One file a nonlinearity: it registers itself
// under its name. A nonlinearity of your own needs no registration: a Config takes any *Activation.
package activations

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// Activation is a nonlinearity rho, applied to every unit.
//
// It is used by pointer: two nets with the same *Activation share their compiled steps.
type Activation struct {
	// Name identifies the activation in results and on the command line.
	Name string

	// Title names the activation to readers; empty means Name.
	Title string

	// Apply builds rho(x) for x of shape [..., features]. The result has shape [..., Expand*features].
	Apply func(x *graph.Node) *graph.Node

	// Slopes are those of an activation with a straight line on each side of 0, and zeros for all others. The
	// theory of wide nets knows such an activation by them.
	Slopes Slopes

	// Curve is the function in float64, without a backend, of those that are not piecewise linear; nil in all
	// others. The theory of wide nets knows an activation by it, and [DKS] is computed from it.
	Curve *Curve

	// Expand is the number of outputs an input feature becomes: 1 for pointwise functions (0 means 1).
	Expand int

	// Learnt takes the place of Apply in an activation with one learnt number a feature: it builds rho(x)
	// from x and these numbers, shaped [features]. LearntInit draws what they start from.
	Learnt     func(x, parameter *graph.Node) *graph.Node
	LearntInit *initializers.Initializer
}

// Slopes are those of a piecewise linear activation at negative and at positive arguments.
type Slopes struct{ Negative, Positive float64 }

// Curve is an activation of one number as a function in float64.
type Curve struct {
	// At returns rho(x) and rho'(x). It may be called concurrently.
	At func(x float64) (value, slope float64)

	// Kink says that rho or one of its derivatives jumps where x = 0: expansions in polynomials fail there.
	Kink bool
}

// Outputs returns the number of features that Apply makes of the given number of features.
func (a *Activation) Outputs(features int) int { return max(a.Expand, 1) * features }

// String returns the name.
func (a *Activation) String() string { return a.Name }

// Titled returns the activation's name to readers: its Title, or its Name.
func (a *Activation) Titled() string { return cmp.Or(a.Title, a.Name) }

// Named returns the registered activation of that name, or, to call it by its name, one that has nothing
// else.
func Named(name string) *Activation {
	if activation, err := Registry.Get(name); err == nil {
		return activation
	}
	return &Activation{Name: name}
}

// MarshalText writes the activation as its name, for results in JSON.
func (a *Activation) MarshalText() ([]byte, error) { return []byte(a.Name), nil }

// Registry holds the activations known by name.
var Registry = registry.New[*Activation]("activation")

func register(a *Activation) *Activation { return Registry.Register(a.Name, a) }

// The families of activations that have a parameter. Their names have it in full, so that results that have
// the name determine the activation.
func init() {
	Registry.RegisterFamily("leaky-SLOPE", leakyNamed)
	Registry.RegisterFamily("tailored-LAYERS-CORRELATION", tailoredNamed)
	Registry.RegisterFamily("dks-ACTIVATION-LAYERS-SLOPE", dksNamed)
}
