package paper

import (
	"context"
	"math"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Figure4Config describes Figure 4, the pattern of active rectifiers in the last layer.
type Figure4Config struct {
	// Nets are the families of nets; their Depth is filled in.
	Nets []models.Config `json:"nets"`

	// Depths are the depths L, one a row of the figure.
	Depths []int `json:"depths"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights that the histograms pool; the rasters show the first one. Nets of different
	// depths have draws of their own; nets of one depth share theirs.
	Draws int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Figure4Paper returns the config at the paper's size: depths 2, 10 and 50, 256 inputs. To the paper's nets (feedforward without and
// with batch normalisation, and a resnet with it) it adds resnets without it and with beta = 0.3 and 0.1.
func Figure4Paper() Figure4Config {
	return Figure4Config{
		Nets: normalizedNets(norms.None, norms.Batch), Depths: []int{2, 10, 50},
		Inputs: data.GridPoints, Draws: 20, Seed: 1,
	}
}

// Figure4Quick returns a config of the same shape that takes seconds on any backend.
func Figure4Quick() Figure4Config {
	c := Figure4Paper()
	c.Nets = narrower(c.Nets, 32)
	c.Depths, c.Inputs, c.Draws = []int{2, 6, 12}, 64, 4
	return c
}

// Pattern is a cell of Figure 4: which rectifiers of a net's last layer are active where.
type Pattern struct {
	Variant

	// Raster is the first draw's. It follows from the config, and is not written to the results.
	Raster *activations.Raster `json:"-"`

	// Activation is the histogram of the share of inputs at which a unit is active: shares of the units of all draws in equal bins
	// from 0 to 1. Contiguity is that of the lengths of runs of equal value along a unit's inputs: shares of the runs of all
	// draws in equal bins from 1 to M.
	Activation []float64 `json:"activation"`
	Contiguity []float64 `json:"contiguity"`
	Draws      int       `json:"draws"`

	// Constant is the share of units active at all inputs or none, Balanced that of units active at a quarter to three quarters.
	Constant stats.Estimate `json:"constant"`
	Balanced stats.Estimate `json:"balanced"`

	// Longest and Shortest are the shares of runs of length M and 1; LastLead is the share in the last bin less that in the
	// fullest other bin.
	Longest  stats.Estimate `json:"longest"`
	Shortest stats.Estimate `json:"shortest"`
	LastLead stats.Estimate `json:"last_lead"`

	// MeanRun is the mean length of a net's runs, and LogMeanRun its logarithm to base 2, whose differences are ratios.
	MeanRun    stats.Estimate `json:"mean_run"`
	LogMeanRun stats.Estimate `json:"log2_mean_run"`

	// shapes are those of the draws: claims compare nets that share their draws within a draw.
	shapes []activations.Shape
}

// newPattern computes a cell from its rasters, one a draw.
func newPattern(v Variant, rasters []*activations.Raster) Pattern {
	p := Pattern{
		Variant: v, Raster: rasters[0], Draws: len(rasters),
		Activation: activations.ActiveHistogram(rasters...), Contiguity: activations.ContiguityHistogram(rasters...),
	}
	for _, raster := range rasters {
		p.shapes = append(p.shapes, raster.Shape())
	}
	for _, quantity := range []struct {
		estimate  *stats.Estimate
		statistic func(activations.Shape) float64
	}{
		{&p.Constant, func(s activations.Shape) float64 { return s.Constant }},
		{&p.Balanced, func(s activations.Shape) float64 { return s.Balanced }},
		{&p.Longest, func(s activations.Shape) float64 { return s.Longest }},
		{&p.Shortest, func(s activations.Shape) float64 { return s.Shortest }},
		{&p.LastLead, func(s activations.Shape) float64 { return s.Last - s.Peak }},
		{&p.MeanRun, func(s activations.Shape) float64 { return s.MeanRun }},
		{&p.LogMeanRun, logMeanRun},
	} {
		*quantity.estimate = stats.MeanOf(p.shapes, quantity.statistic)
	}
	return p
}

// logMeanRun is the logarithm to base 2 of the mean length of a net's runs.
func logMeanRun(s activations.Shape) float64 { return math.Log2(s.MeanRun) }

// Figure4Result holds the cells of Figure 4, net by net and within a net in the order of the depths.
type Figure4Result struct {
	Config   Figure4Config
	Patterns []Pattern
}

// Figure4 computes Figure 4.
func Figure4(ctx context.Context, e *engine.Engine, config Figure4Config) (*Figure4Result, error) {
	ctx = progress.Start(ctx, "Figure 4", len(config.Nets)*len(config.Depths)*config.Draws)
	result := &Figure4Result{Config: config}
	for _, net := range config.Nets {
		for _, depth := range config.Depths {
			net.Depth = depth
			rasters, err := activations.Rasters(ctx, e, activations.Config{
				Net: net, Inputs: config.Inputs, Draws: config.Draws, First: uint64(depth) * drawsApart, Seed: config.Seed,
			}, 0)
			if err != nil {
				return nil, err
			}
			result.Patterns = append(result.Patterns, newPattern(variant(net), rasters))
		}
	}
	return result, nil
}

// Select returns the cells of a net, in order of depth. beta is 0 for feedforward nets.
func (r *Figure4Result) Select(net string, norm *norms.Norm, beta float64) []Pattern {
	var selected []Pattern
	for _, p := range r.Patterns {
		if p.is(net, norm, beta) {
			selected = append(selected, p)
		}
	}
	return selected
}
