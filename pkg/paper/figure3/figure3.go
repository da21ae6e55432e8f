// Package figure3 reproduces Figure 3 of the paper: activations and coactivations of rectifiers against
// depth.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the paper's
// claims. [Draw] draws it.
package figure3

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes Figure 3.
type Config struct {
	// Nets are the nets: feedforward without and with batch normalisation, which the paper shows, and
	// residual nets.
	Nets []models.Config `json:"nets"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights that a curve averages.
	Draws int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at the paper's size: 100 draws of nets of 50 layers and 100 units a layer, on 256
// inputs. To the paper's feedforward nets it adds residual nets of beta = 1, 0.3 and 0.1, without and with
// batch normalisation.
func Paper() Config {
	return Config{Nets: nets(50, 100), Inputs: data.GridPoints, Draws: 100, Seed: 1}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	return Config{Nets: nets(12, 32), Inputs: 64, Draws: 8, Seed: 1}
}

// nets returns the nets at a size.
func nets(depth, width int) []models.Config {
	return paper.Resized(paper.NormalizedNets(norms.None, norms.Batch), depth, width)
}

// Series holds the two curves of a net.
type Series struct {
	paper.Variant

	// Layers are 1..L, the rectifiers from input to output.
	Layers []int `json:"layers" jsonschema:"minimum=1"`

	// Active is the share of inputs at which a unit of the layer is active, Coactive that of the pairs of
	// distinct inputs at both of which it is; each averaged over the layer's units, and then summarised over
	// draws.
	Active   *stats.Curve `json:"active"`
	Coactive *stats.Curve `json:"coactive"`

	// Draws is the number of independent draws of the weights.
	Draws int `json:"draws" jsonschema:"minimum=2"`

	// Theory is the coactivation in infinitely wide nets, layer by layer; nil where the theory does not cover
	// the net.
	Theory []float64 `json:"theory,omitempty" jsonschema:"minimum=0,maximum=1"`

	// Climb is the coactivation of the last layer less that of the second, the first after a normalisation,
	// in the same net.
	Climb stats.Estimate `json:"climb"`
}

// Result holds the curves of Figure 3, in the order of the config's nets.
type Result struct {
	Config Config
	Series []Series
}

// Run computes Figure 3.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	plan := jobs.NewPlan("Figure 3", nil)
	var variants []paper.Variant
	var all []*paper.Shares
	var theories []*[]law.Curve
	for _, net := range config.Nets {
		shares, net, err := paper.AddShares(plan, activations.Config{Net: net, Inputs: config.Inputs,
			Draws: config.Draws, Seed: config.Seed})
		if err != nil {
			return nil, err
		}
		if net.Depth < 2 {
			return nil, fmt.Errorf("a net of Figure 3 has depth %d: give at least 2 layers, to see a change "+
				"with depth", net.Depth)
		}
		variants, all = append(variants, paper.VariantOf(net)), append(all, shares)
		var theory *[]law.Curve
		net.Statistics = norms.Frozen // which activations do not depend on
		if meanfield.Covers(net) == nil {
			theory = law.AddTheory(plan, net, config.Inputs, []int{net.Depth}, false)
		}
		theories = append(theories, theory)
	}
	if _, err := plan.Run(ctx, e); err != nil {
		return nil, err
	}
	result := &Result{Config: config}
	for i, shares := range all {
		series, err := newSeries(variants[i], shares)
		if err != nil {
			return nil, err
		}
		if theories[i] != nil {
			series.Theory = (*theories[i])[0].Coactive()
		}
		result.Series = append(result.Series, series)
	}
	return result, nil
}

// newSeries computes the curves of a net.
func newSeries(v paper.Variant, shares *paper.Shares) (Series, error) {
	s := Series{Variant: v, Draws: len(shares.Active)}
	for l := range s.Depth {
		s.Layers = append(s.Layers, l+1)
	}
	var err error
	if s.Active, err = stats.SummarizeCurve(shares.Active); err != nil {
		return s, err
	}
	if s.Coactive, err = stats.SummarizeCurve(shares.Coactive); err != nil {
		return s, err
	}
	s.Climb = stats.MeanOf(shares.Coactive, func(layers []float64) float64 {
		return layers[len(layers)-1] - layers[1]
	})
	return s, nil
}

// Select returns the curves of a net, or nil where there are none. beta is 0 for feedforward nets.
func (r *Result) Select(net string, norm *norms.Norm, beta float64) *Series {
	for i, s := range r.Series {
		if s.Is(net, norm, beta) {
			return &r.Series[i]
		}
	}
	return nil
}
