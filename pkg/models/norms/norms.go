// Package norms holds the normalisations in front of the rectifiers: none, those over the batch
// (mean-centring, batch normalisation) and those of each input by itself (layer, group, RMS). One file a
// normalisation: it registers itself under its name. A normalisation of your own needs no registration: a
// Config takes any *Norm.
//
// A normalisation over a batch makes every output depend on every input. What "the gradient of the output
// with respect to the input" then means is a choice, [Statistics], which a normalisation honours by passing
// each batch statistic that it computes through the function hold.
package norms

import (
	"cmp"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// Norm is a normalisation of preactivations over the batch, without learnt scale and shift.
//
// It is used by pointer: two nets with the same *Norm share their compiled steps.
type Norm struct {
	// Name identifies the normalisation in results and on the command line.
	Name string

	// Title names the normalisation to readers, as in "with batch normalisation"; empty means Name.
	// ShortTitle does in the titles of figures; empty means Title. Adjective is what a list says of a net
	// that has it, as "mean-centred"; empty means ShortTitle.
	Title, ShortTitle, Adjective string

	// Apply builds the normalised x, of x's shape [batch, ..., features]. Every statistic taken over the
	// batch passes through hold before it is used.
	Apply func(x *graph.Node, hold func(statistic *graph.Node) *graph.Node) *graph.Node
}

// String returns the name.
func (n *Norm) String() string { return n.Name }

// Titled returns the normalisation's name in a sentence: its Title, or its Name.
func (n *Norm) Titled() string { return cmp.Or(n.Title, n.Name) }

// InTitle returns its name in the titles of figures.
func (n *Norm) InTitle() string { return cmp.Or(n.ShortTitle, n.Titled()) }

// OfNet returns what a list says of a net that has it.
func (n *Norm) OfNet() string { return cmp.Or(n.Adjective, n.InTitle()) }

// Named returns the registered normalisation of that name, or, to call it by its name, one that has nothing
// else.
func Named(name string) *Norm {
	if norm, err := Registry.Get(name); err == nil {
		return norm
	}
	return &Norm{Name: name}
}

// MarshalText writes the normalisation as its name, for results in JSON.
func (n *Norm) MarshalText() ([]byte, error) { return []byte(n.Name), nil }

// Registry holds the normalisations known by name.
var Registry = registry.New[*Norm]("normalisation")

func register(n *Norm) *Norm { return Registry.Register(n.Name, n) }

// Statistics says how the gradient treats the statistics of the batch.
type Statistics string

const (
	// Frozen holds the batch statistics fixed: the gradient is the derivative df/dx(x_i) of one function of
	// one input. It is the default; the empty string means Frozen.
	Frozen Statistics = "frozen"

	// Coupled differentiates through the batch statistics as well: the gradient with respect to x_i is that
	// of the sum of the outputs over the batch, what plain automatic differentiation of a batch computes.
	Coupled Statistics = "coupled"
)

// Check returns an error unless s is Frozen, Coupled or empty.
func (s Statistics) Check() error {
	switch s {
	case "", Frozen, Coupled:
		return nil
	}
	return fmt.Errorf("unknown statistics %q: choose one of %s, %s", string(s), Frozen, Coupled)
}

// Hold returns what Norm.Apply wants: the function each batch statistic passes through.
func (s Statistics) Hold() func(*graph.Node) *graph.Node {
	if s == Coupled {
		return func(statistic *graph.Node) *graph.Node { return statistic }
	}
	return graph.StopGradient
}

// batchAxes returns all axes of x but the last, over which the statistics of a feature are taken.
func batchAxes(x *graph.Node) []int {
	axes := make([]int, x.Rank()-1)
	for axis := range axes {
		axes[axis] = axis
	}
	return axes
}

// batchMean returns the mean of every feature of x, shaped to broadcast against x.
func batchMean(x *graph.Node) *graph.Node {
	return graph.ReduceAndKeep(x, graph.ReduceMean, batchAxes(x)...)
}
