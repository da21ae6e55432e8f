package realnets

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
)

// family is an ensemble with what its theorem is.
type family struct {
	Kind     kind `json:"kind"`
	Ensemble `json:"ensemble"`

	// Config is the experiment's, less the ensembles.
	Config Config `json:"config"`
}

// kind says by what law R falls.
type kind string

const (
	decay    kind = "decay"    // by a factor a layer: Theorems 1 and 2
	rescaled kind = "rescaled" // with a power of the depth: Theorem 3
	highway  kind = "highway"  // to a limit: Corollary 1
)

// families returns the ensembles in the order of the series.
func (c Config) families() []family {
	var all []family
	common := c
	common.Widths, common.Decays, common.Rescaled, common.Highways = nil, nil, nil, nil
	add := func(k kind, ensembles []Ensemble) {
		for _, e := range ensembles {
			all = append(all, family{k, e, common})
		}
	}
	add(decay, c.Decays)
	add(rescaled, c.Rescaled)
	add(highway, c.Highways)
	return all
}

// add adds the nets of a family, at the width that they have, to the plan, and returns where their series
// will be, less what the theorem says.
func (f family) add(plan *jobs.Plan) *Series {
	spec := jobs.Spec{
		Name:   fmt.Sprintf("%s, width %d", f.Net.Title(), f.Net.Width),
		Key:    paper.Key{Probe: "correlation", Version: correlation.Version, Config: f},
		Weight: f.weight(), Passing: !f.Net.Registered(),
	}
	return jobs.Add(plan, spec, func(ctx context.Context, e *engine.Engine) (Series, error) {
		measure := f.fit
		if f.Kind == highway {
			measure = f.deepest
		}
		series, err := measure(ctx, e)
		if err != nil {
			return Series{}, fmt.Errorf("at width %d: %w", f.Net.Width, err)
		}
		return *series, nil
	})
}

// weight is proportional to the multiplications of all draws.
func (f family) weight() float64 {
	layers := f.Net.Depth
	if f.Kind == highway {
		layers = 0
		for _, depth := range f.Config.HighwayDepths {
			layers += depth
		}
	}
	weight := float64(f.draws()) * float64(f.Inputs) * float64(layers)
	for range 2 {
		weight *= float64(f.Net.Width)
	}
	return max(weight, 1)
}

// draws returns the number of draws, at least the two that an error needs.
func (e Ensemble) draws() int { return max(e.Units/max(e.Net.Width, 1), 2) }

// run takes the correlations of the nets. Nets of different widths have draws of their own.
func (f family) run(ctx context.Context, e *engine.Engine) (*correlation.Result, *Series, error) {
	config := correlation.Config{
		Net: f.Net, Inputs: f.Inputs, Distance: f.Config.Distance, Draws: f.draws(),
		First: uint64(f.Net.Width) * paper.DrawsApart, Seed: f.Config.Seed,
	}
	result, err := correlation.Run(ctx, e, config)
	if err != nil {
		return nil, nil, err
	}
	net := result.Config.Net
	return result, &Series{
		Net: net.Net, Norm: net.Norm.Name, Beta: paper.BetaOf(net), Also: net.Also(), Width: net.Width,
		Draws: config.Draws, Pairs: result.Pairs,
	}, nil
}

// add appends a point to the series.
func (s *Series) add(p correlation.Point) {
	s.Depths = append(s.Depths, p.Depth)
	s.Correlation, s.Variance = append(s.Correlation, p.Correlation), append(s.Variance, p.Variance)
	s.Counted = append(s.Counted, p.Counted.Value)
	s.Active, s.Coactive = append(s.Active, p.Active.Value), append(s.Coactive, p.Coactive.Value)
}
