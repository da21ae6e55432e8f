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
	"github.com/shattered-gradients/shattered/pkg/results"
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

	// Parts says where the numbers come from.
	Parts results.Parts
}

// plan is the work of the figure, net by net: activations, and their theory, nil where it does not cover the
// net.
type plan struct {
	*jobs.Plan
	variants []paper.Variant
	measured []*curves
	theories []*[]law.Curve
}

// curves are what is measured of a net: what a [Series] has.
type curves struct {
	Active   *stats.Curve   `json:"active"`
	Coactive *stats.Curve   `json:"coactive"`
	Climb    stats.Estimate `json:"climb"`
}

// plan lists the work.
func (c Config) plan() (*plan, error) {
	p := &plan{Plan: jobs.NewPlan("Figure 3", kept)}
	for _, net := range c.Nets {
		measured, net, err := addCurves(p.Plan, activations.Config{Net: net, Inputs: c.Inputs,
			Draws: c.Draws, Seed: c.Seed})
		if err != nil {
			return nil, err
		}
		p.variants, p.measured = append(p.variants, paper.VariantOf(net)), append(p.measured, measured)
		var theory *[]law.Curve
		net.Statistics = norms.Frozen // which activations do not depend on
		if meanfield.Covers(net) == nil {
			theory = law.AddTheory(p.Plan, net, c.Inputs, []int{net.Depth}, false)
		}
		p.theories = append(p.theories, theory)
	}
	return p, nil
}

// addCurves adds to a plan the part that counts the activations of a net, and returns the net's config with
// its defaults filled in.
func addCurves(p *jobs.Plan, config activations.Config) (*curves, models.Config, error) {
	measured, sample, err := paper.AddPart(p, "activations", activations.Version, config,
		func(ctx context.Context, e *engine.Engine) (curves, error) {
			found, err := activations.Run(ctx, e, config)
			if err != nil {
				return curves{}, err
			}
			return curvesOf(found)
		})
	if err != nil {
		return nil, models.Config{}, err
	}
	net := sample.Config.Net
	if net.Depth < 2 {
		return nil, net, fmt.Errorf("a net of Figure 3 has depth %d: give at least 2 layers, to see a "+
			"change with depth", net.Depth)
	}
	return measured, net, nil
}

// curvesOf summarises activations over their draws.
func curvesOf(found *activations.Result) (c curves, err error) {
	if c.Active, err = stats.SummarizeCurve(found.Active); err != nil {
		return c, err
	}
	if c.Coactive, err = stats.SummarizeCurve(found.Coactive); err != nil {
		return c, err
	}
	c.Climb = stats.MeanOf(found.Coactive, func(layers []float64) float64 {
		return layers[len(layers)-1] - layers[1]
	})
	return c, nil
}

// Run computes Figure 3.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	p, err := config.plan()
	if err != nil {
		return nil, err
	}
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Parts: parts}
	for i, measured := range p.measured {
		series := newSeries(p.variants[i], *measured)
		if p.theories[i] != nil {
			series.Theory = (*p.theories[i])[0].Coactive()
		}
		result.Series = append(result.Series, series)
	}
	return result, nil
}

// newSeries returns the curves of a net.
func newSeries(v paper.Variant, c curves) Series {
	s := Series{Variant: v, Draws: c.Active.Draws, Active: c.Active, Coactive: c.Coactive, Climb: c.Climb}
	for l := range s.Depth {
		s.Layers = append(s.Layers, l+1)
	}
	return s
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
