// Package law is what the experiments about the theory of wide nets share: the theory of a net as a part of
// an experiment, series of it beside what was measured, and the claim that one follows the other.
//
// A figure that shows gradients of nets on the grid has the theory under its curves in a few lines:
//
//	theory := law.AddTheory(plan, net, inputs, depths, false)  // a part of the experiment's plan
//	...                                                         // once the plan has run:
//	claim := law.Decide(Name, id, title, width, (*theory)[d].ACF, &measured.Curve)
//	panel.Curve(law.Line("theory", lags, (*theory)[d].ACF))     // thin and dark
//
// [AddACF] is quicker for nets of hundreds of layers whose autocorrelation is all that is wanted.
package law

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// version belongs to the keys of the theory's parts: raise it when one of them comes out otherwise.
const version = 1

// Curve is the theory of a net at a depth.
type Curve struct {
	Depth int `json:"depth"`

	// ACF is the expected autocorrelation of the gradients at lags 0 to [gradients.MaxLag], where there are
	// as many inputs.
	ACF []float64 `json:"acf"`

	// Coupled is the same by the guess for coupled statistics; nil unless it was asked for.
	Coupled []float64 `json:"coupled,omitempty"`

	// Layers are the net's rectifiers: activation, coactivation, and Definition 1's C and R.
	Layers []meanfield.Layer `json:"layers"`
}

// Coactive returns the coactivation of the net's rectifiers: a curve of Figure 3.
func (c Curve) Coactive() []float64 {
	coactive := make([]float64, len(c.Layers))
	for i, layer := range c.Layers {
		coactive[i] = layer.Coactive
	}
	return coactive
}

// grid returns the paper's grid with so many inputs, 0 being the paper's number.
func grid(inputs int) ([]float64, error) {
	return data.Grid(cmp.Or(inputs, data.GridPoints), data.GridLow, data.GridHigh)
}

// Theory returns the theory of a net at several depths, ascending, on the paper's grid with so many
// inputs, 0 being the paper's number; with the guess for coupled statistics where that is wanted. Where it
// does not cover the net it returns an error.
func Theory(ctx context.Context, net models.Config, inputs int, depths []int, coupled bool) ([]Curve, error) {
	x, err := grid(inputs)
	if err != nil {
		return nil, err
	}
	lags := min(gradients.MaxLag, len(x)-1)
	net.Statistics = "" // the guess belongs to nets of frozen ones
	var curves []Curve
	err = meanfield.Each(ctx, meanfield.Config{Net: net, X: x, Coupled: coupled}, depths,
		func(r *meanfield.Result) error {
			acf, err := r.ACF(lags)
			if err != nil {
				return err
			}
			curve := Curve{Depth: r.Config.Net.Depth, ACF: acf, Layers: r.Layers}
			if coupled {
				if curve.Coupled, err = stats.ExpectedACF(r.Coupled, lags); err != nil {
					return err
				}
			}
			curves = append(curves, curve)
			return nil
		})
	return curves, err
}

// AddTheory adds Theory to a plan, as one part.
func AddTheory(p *jobs.Plan, net models.Config, inputs int, depths []int, coupled bool) *[]Curve {
	spec := TheorySpec(net, inputs, depths, "autocorrelation")
	if coupled {
		spec = TheorySpec(net, inputs, depths, "coupled autocorrelation")
	}
	return jobs.Add(p, spec, func(ctx context.Context, _ *engine.Engine) ([]Curve, error) {
		return Theory(ctx, net, inputs, depths, coupled)
	})
}

// leap is by how much the theory of a net may be off a leap over layers where its autocorrelation alone is
// wanted. What that makes of an autocorrelation is a thousand times smaller than what curves are allowed.
const leap = 1e-5

// AddACF adds to a plan the expected autocorrelation of a net's gradients at each of some depths, at lags 0
// to maxLag, as one part. Other than AddTheory it says nothing of layers, and leaps over those of nets with
// skips that hardly differ: nets of hundreds of layers take seconds. Highway nets take one depth. A depth at
// which the gradient is the same at all inputs, as in nets that start out linear, or so nearly the same that
// rounding hides how it varies, is left out.
func AddACF(p *jobs.Plan, net models.Config, inputs int, depths []int, maxLag int) *map[int][]float64 {
	net.Statistics, net.Width = "", 0 // which the theory is not about
	spec := TheorySpec(net, inputs, depths, fmt.Sprintf("autocorrelation to lag %d, leaps of %g", maxLag,
		leap))
	spec.Weight /= 4 // a leap is some layers
	return jobs.Add(p, spec, func(ctx context.Context, _ *engine.Engine) (map[int][]float64, error) {
		x, err := grid(inputs)
		if err != nil {
			return nil, err
		}
		acfs := make(map[int][]float64)
		err = meanfield.Each(ctx, meanfield.Config{Net: net, X: x, Tolerance: leap}, depths,
			func(r *meanfield.Result) error {
				acf, err := r.ACF(maxLag)
				if errors.Is(err, stats.ErrConstant) || errors.Is(err, stats.ErrIndefinite) {
					return nil
				}
				if err != nil {
					return err
				}
				acfs[r.Config.Net.Depth] = acf
				return err
			})
		return acfs, err
	})
}

// AddLayers adds to a plan Definition 1's C and R in infinitely wide nets, from pairs of inputs at least a
// distance apart, 0 being 1: of a net of so many layers between neuron and read-out the entries from 0 to
// that number, and of a highway net, whose layers depend on the depth, as Corollary 1 has them.
func AddLayers(p *jobs.Plan, net models.Config, inputs int, distance float64, depth int) *[]meanfield.Layer {
	if net.Net == "highway" && net.Gamma2 == 0 {
		net.Gamma2 = math.Sqrt(1 / float64(depth))
	}
	net.Depth, net.Statistics, net.Width = depth+1, "", 0 // rectifiers, the first of them below the neuron
	spec := TheorySpec(net, inputs, []int{net.Depth}, fmt.Sprintf("definition 1, distance %g", distance))
	return jobs.Add(p, spec, func(ctx context.Context, _ *engine.Engine) ([]meanfield.Layer, error) {
		x, err := grid(inputs)
		if err != nil {
			return nil, err
		}
		r, err := meanfield.Run(ctx, meanfield.Config{Net: net, X: x, Distance: distance})
		if err != nil {
			return nil, err
		}
		return r.Layers, nil
	})
}

// TheorySpec describes a part that is a quantity of a net's theory at several depths.
func TheorySpec(net models.Config, inputs int, depths []int, quantity string) jobs.Spec {
	deepest := 0
	for _, depth := range depths {
		deepest = max(deepest, depth)
	}
	m := float64(inputs)
	// As many multiplications as paper.AddPart counts in the same time.
	weight := 300 * m * m * float64(max(deepest, 1))
	if net.Norm == norms.Batch {
		weight *= 1 + m/4
	}
	return jobs.Spec{
		Name: fmt.Sprintf("theory of the %s, %d inputs", net.Title(), inputs),
		Key: struct {
			Theory   string        `json:"theory"`
			Version  int           `json:"version"`
			Net      models.Config `json:"net"`
			Inputs   int           `json:"inputs"`
			Depths   []int         `json:"depths"`
			Quantity string        `json:"quantity"`
		}{"meanfield", version, net, inputs, depths, quantity},
		Weight: max(weight, 1), Passing: !net.Registered(),
	}
}
