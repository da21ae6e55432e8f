package paper

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Figure3Config describes Figure 3, activations and coactivations against depth.
type Figure3Config struct {
	// Nets are the nets: feedforward without and with batch normalisation, which the paper shows, and residual nets.
	Nets []models.Config `json:"nets"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights that a curve averages.
	Draws int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Figure3Paper returns the config at the paper's size: 100 draws of nets of 50 layers and 100 units a layer, on 256 inputs. To
// the paper's feedforward nets it adds residual nets of beta = 1, 0.3 and 0.1, without and with batch normalisation.
func Figure3Paper() Figure3Config {
	return Figure3Config{Nets: figure3Nets(50, 100), Inputs: data.GridPoints, Draws: 100, Seed: 1}
}

// Figure3Quick returns a config of the same shape that takes seconds on any backend.
func Figure3Quick() Figure3Config {
	return Figure3Config{Nets: figure3Nets(12, 32), Inputs: 64, Draws: 8, Seed: 1}
}

// figure3Nets returns the nets of Figure 3 at a size.
func figure3Nets(depth, width int) []models.Config {
	nets := narrower(normalizedNets(norms.None, norms.Batch), width)
	for i := range nets {
		nets[i].Depth = depth
	}
	return nets
}

// ActivationSeries holds the two curves of a net in Figure 3.
type ActivationSeries struct {
	Variant

	// Layers are 1..L, the rectifiers from input to output.
	Layers []int `json:"layers"`

	// Active is the share of inputs at which a unit of the layer is active, Coactive that of the pairs of distinct inputs at both
	// of which it is; each averaged over the layer's units, and then summarised over draws.
	Active   *stats.Curve `json:"active"`
	Coactive *stats.Curve `json:"coactive"`
	Draws    int          `json:"draws"`

	// Climb is the coactivation of the last layer less that of the second, the first behind a normalisation, in the same net.
	Climb stats.Estimate `json:"climb"`
}

// Figure3Result holds the curves of Figure 3, in the order of the config's nets.
type Figure3Result struct {
	Config Figure3Config
	Series []ActivationSeries
}

// Figure3 computes Figure 3.
func Figure3(ctx context.Context, e *engine.Engine, config Figure3Config) (*Figure3Result, error) {
	ctx = progress.Start(ctx, "Figure 3", len(config.Nets)*config.Draws)
	result := &Figure3Result{Config: config}
	for _, net := range config.Nets {
		probed, err := activations.Run(ctx, e, activations.Config{Net: net, Inputs: config.Inputs, Draws: config.Draws, Seed: config.Seed})
		if err != nil {
			return nil, err
		}
		series, err := newActivationSeries(probed)
		if err != nil {
			return nil, err
		}
		result.Series = append(result.Series, series)
	}
	return result, nil
}

// newActivationSeries computes the curves of a net.
func newActivationSeries(r *activations.Result) (ActivationSeries, error) {
	s := ActivationSeries{Variant: variant(r.Config.Net), Draws: r.Config.Draws}
	if s.Depth < 2 {
		return s, fmt.Errorf("a net of Figure 3 has depth %d: give at least 2 layers, to see a change with depth", s.Depth)
	}
	for l := range s.Depth {
		s.Layers = append(s.Layers, l+1)
	}
	var err error
	if s.Active, err = stats.SummarizeCurve(r.Active); err != nil {
		return s, err
	}
	if s.Coactive, err = stats.SummarizeCurve(r.Coactive); err != nil {
		return s, err
	}
	s.Climb = stats.MeanOf(r.Coactive, func(layers []float64) float64 { return layers[len(layers)-1] - layers[1] })
	return s, nil
}

// Select returns the curves of a net, or nil where there are none. beta is 0 for feedforward nets.
func (r *Figure3Result) Select(net string, norm *norms.Norm, beta float64) *ActivationSeries {
	for i, s := range r.Series {
		if s.is(net, norm, beta) {
			return &r.Series[i]
		}
	}
	return nil
}
