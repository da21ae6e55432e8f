// Package initializers draws the weights of the nets. One file an initialiser: it registers itself under its
// name. An initialiser of your own needs no registration: a Config takes any *Initializer.
//
// Weights are drawn in Go, from an explicit stream of random numbers, and not by the backend: the same seed
// gives the same weights on XLA, on the pure-Go backend and in every precision.
package initializers

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/registry"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Initializer draws the values of one variable.
type Initializer struct {
	// Name identifies the initialiser in results and on the command line.
	Name string

	// Fill writes values for a variable of the given dimensions, in row-major order. The last dimension
	// counts the outputs, the ones before it multiply to the fan-in.
	Fill func(rng *random.Generator, dims []int, values []float32)

	// Variance is that of the entries of a matrix that it fills, times the fan-in, where they have the mean 0
	// and act in wide layers as independent ones do; 0 for all others. What is derived for such weights takes
	// it: the theory of wide nets, and counting paths.
	Variance float64

	base *Initializer // of one that Scaled has made; nil for all others
	gain float64
}

// Unscaled returns the base and the gain of an initialiser that [Scaled] has made, which draws the gain times
// what the base draws, and any other initialiser with the gain 1.
func (i *Initializer) Unscaled() (base *Initializer, gain float64) {
	if i.base == nil {
		return i, 1
	}
	return i.base, i.gain
}

// MatrixVariance returns the Variance, or an error where there is none to derive anything for.
func (i *Initializer) MatrixVariance() (float64, error) {
	if !(i.Variance > 0) || math.IsInf(i.Variance, 0) {
		return 0, fmt.Errorf("initialiser %q has no theory here: choose he, lecun or orthogonal of package "+
			"initializers, one of them times a gain other than 0 whose square is a number, or one with a "+
			"Variance", i)
	}
	return i.Variance, nil
}

// String returns the name.
func (i *Initializer) String() string { return i.Name }

// MarshalText writes the initialiser as its name, for results in JSON.
func (i *Initializer) MarshalText() ([]byte, error) { return []byte(i.Name), nil }

// Registry holds the initialisers known by name.
var Registry = registry.New[*Initializer]("initialiser")

func register(i *Initializer) *Initializer { return Registry.Register(i.Name, i) }

// The family of initialisers that are another's times a gain. Their names have it in full, so that results
// that have the name determine the initialiser.
func init() { Registry.RegisterFamily("INITIALISER-times-GAIN", scaledNamed) }

// FanIn returns the number of inputs a unit sums over: the product of all dimensions but the last, the
// outputs. That of a single number is 1.
func FanIn(dims []int) int {
	fanIn := 1
	if len(dims) == 0 {
		return fanIn
	}
	for _, dim := range dims[:len(dims)-1] {
		fanIn *= dim
	}
	return fanIn
}

// normal returns an initialiser that draws independent normals of mean zero and a variance over the fan-in.
func normal(name string, variance float64) *Initializer {
	return register(&Initializer{Name: name, Variance: variance,
		Fill: func(rng *random.Generator, dims []int, values []float32) {
			rng.FillNormal(values, math.Sqrt(variance/float64(FanIn(dims))))
		}})
}
