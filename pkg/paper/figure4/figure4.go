// Package figure4 reproduces Figure 4 of the paper: which rectifiers of a net's last layer are active at
// which inputs.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the paper's
// claims. [Draw], [DrawResnets] and [DrawResnetsNormalized] draw it.
package figure4

import (
	"context"
	"math"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes Figure 4.
type Config struct {
	// Nets are the families of nets; their Depth is filled in.
	Nets []models.Config `json:"nets"`

	// Depths are the depths L, one a row of the figure.
	Depths []int `json:"depths"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights that the histograms pool; the rasters show the first one.
	// Nets of different depths have other draws; nets of one depth share theirs.
	Draws int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at the paper's size: depths 2, 10 and 50, 256 inputs. To the paper's nets
// (feedforward without and with batch normalisation, and a resnet with it) it adds resnets without it and
// with beta = 0.3 and 0.1.
func Paper() Config {
	return Config{
		Nets: paper.NormalizedNets(norms.None, norms.Batch), Depths: []int{2, 10, 50},
		Inputs: data.GridPoints, Draws: 20, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	c.Nets = paper.Resized(c.Nets, 0, 32)
	c.Depths, c.Inputs, c.Draws = []int{2, 6, 12}, 64, 4
	return c
}

// Pattern is a cell of Figure 4: which rectifiers of a net's last layer are active where.
type Pattern struct {
	paper.Variant

	// Raster is the first draw's. It follows from the config, and is not written to the results.
	Raster *activations.Raster `json:"-"`

	// Activation is the histogram of the share of inputs at which a unit is active: shares of the units of
	// all draws in 11 equal bins from 0 to 1. Contiguity is that of the lengths of runs of equal value along
	// a unit's inputs: shares of the runs of all draws in 11 equal bins from 1 to M.
	Activation []float64 `json:"activation" jsonschema:"minimum=0,maximum=1"`
	Contiguity []float64 `json:"contiguity" jsonschema:"minimum=0,maximum=1"`

	// Draws is the number of independent draws of the weights.
	Draws int `json:"draws" jsonschema:"minimum=2"`

	// Constant is the share of units active at all inputs or none, Balanced that of units active at a quarter
	// to three quarters.
	Constant stats.Estimate `json:"constant"`
	Balanced stats.Estimate `json:"balanced"`

	// Longest and Shortest are the shares of runs of length M and 1; LastLead is the share in the last bin
	// of Contiguity less that in the fullest other bin.
	Longest  stats.Estimate `json:"longest"`
	Shortest stats.Estimate `json:"shortest"`
	LastLead stats.Estimate `json:"last_lead"`

	// MeanRun is the mean length of a net's runs, and LogMeanRun its logarithm to base 2, whose differences
	// are ratios.
	MeanRun    stats.Estimate `json:"mean_run"`
	LogMeanRun stats.Estimate `json:"log2_mean_run"`

	// shapes are those of the draws: claims compare nets that share their draws within a draw.
	shapes []activations.Shape
}

// cell is a part of the figure: what all draws of a net come to.
type cell struct {
	First      *activations.Raster
	Activation []float64
	Contiguity []float64
	Shapes     []activations.Shape
}

// newCell takes the rasters of a net.
func newCell(ctx context.Context, e *engine.Engine, config activations.Config) (cell, error) {
	rasters, err := activations.Rasters(ctx, e, config, 0)
	if err != nil {
		return cell{}, err
	}
	c := cell{First: rasters[0], Activation: activations.ActiveHistogram(rasters...),
		Contiguity: activations.ContiguityHistogram(rasters...)}
	for _, raster := range rasters {
		c.Shapes = append(c.Shapes, raster.Shape())
	}
	return c, nil
}

// pattern summarises the cell over the draws.
func (c *cell) pattern(v paper.Variant) Pattern {
	mean := func(statistic func(activations.Shape) float64) stats.Estimate {
		return stats.MeanOf(c.Shapes, statistic)
	}
	return Pattern{
		Variant: v, Raster: c.First, Draws: len(c.Shapes), Activation: c.Activation, Contiguity: c.Contiguity,
		Constant:   mean(func(s activations.Shape) float64 { return s.Constant }),
		Balanced:   mean(func(s activations.Shape) float64 { return s.Balanced }),
		Longest:    mean(func(s activations.Shape) float64 { return s.Longest }),
		Shortest:   mean(func(s activations.Shape) float64 { return s.Shortest }),
		LastLead:   mean(func(s activations.Shape) float64 { return s.Last - s.Peak }),
		MeanRun:    mean(func(s activations.Shape) float64 { return s.MeanRun }),
		LogMeanRun: mean(logMeanRun),
		shapes:     c.Shapes,
	}
}

// logMeanRun is the logarithm to base 2 of the mean length of a net's runs.
func logMeanRun(s activations.Shape) float64 { return math.Log2(s.MeanRun) }

// Result holds the cells of Figure 4, net by net and within a net in the order of the depths.
type Result struct {
	Config   Config
	Patterns []Pattern
}

// Run computes Figure 4.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	plan := jobs.NewPlan("Figure 4", nil)
	var variants []paper.Variant
	var cells []*cell
	for _, net := range config.Nets {
		for _, depth := range config.Depths {
			net.Depth = depth
			probe := activations.Config{Net: net, Inputs: config.Inputs, Draws: config.Draws,
				First: uint64(depth) * paper.DrawsApart, Seed: config.Seed}
			cell, sample, err := paper.AddPart(plan, "rasters", activations.Version, probe,
				func(ctx context.Context, e *engine.Engine) (cell, error) { return newCell(ctx, e, probe) })
			if err != nil {
				return nil, err
			}
			variants, cells = append(variants, paper.VariantOf(sample.Config.Net)), append(cells, cell)
		}
	}
	if _, err := plan.Run(ctx, e); err != nil {
		return nil, err
	}
	result := &Result{Config: config}
	for i, cell := range cells {
		result.Patterns = append(result.Patterns, cell.pattern(variants[i]))
	}
	return result, nil
}

// Select returns the cells of a net, in order of depth. beta is 0 for feedforward nets.
func (r *Result) Select(net string, norm *norms.Norm, beta float64) []Pattern {
	var selected []Pattern
	for _, p := range r.Patterns {
		if p.Is(net, norm, beta) {
			selected = append(selected, p)
		}
	}
	return selected
}
