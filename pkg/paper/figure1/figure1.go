// Package figure1 reproduces Figure 1 of the paper: gradients of nets over a grid of inputs, against brown
// and white noise.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the paper's
// claims. [Draw] draws it.
package figure1

import (
	"context"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes Figure 1.
type Config struct {
	// Shallow, Deep and Residual are the nets of columns a, b and c; their Statistics are filled in.
	Shallow  models.Config `json:"shallow"`
	Deep     models.Config `json:"deep"`
	Residual models.Config `json:"residual"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws that claims are made of; the figure shows the first one.
	Draws int `json:"draws"`

	// Seed determines all weights and noises.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at the paper's size: nets of 200 units a layer, 1 layer, 24 layers with
// mean-centring, and 50 layers with skips, batch normalisation and beta = 0.1, on 256 inputs.
func Paper() Config {
	c := Config{
		Shallow: paper.CentredFeedforward, Deep: paper.CentredFeedforward, Residual: paper.BatchResidual(0.1),
		Inputs: data.GridPoints, Draws: 20, Seed: 1,
	}
	c.Shallow.Depth, c.Deep.Depth, c.Residual.Depth = 1, 24, 50
	return c
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	c.Shallow.Width, c.Deep.Width, c.Residual.Width = 64, 64, 64
	c.Inputs, c.Draws = 128, 4
	return c
}

// Result holds the columns of Figure 1.
type Result struct {
	Config Config

	// Columns holds columns a, b and c with frozen statistics, a, b and c with coupled statistics, then d,
	// brown noise, and e, white noise.
	Columns []paper.Column
}

// Run computes Figure 1.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	plan := jobs.NewPlan("Figure 1", nil)
	var ensembles []*paper.Gradients
	for _, statistics := range paper.AllStatistics {
		for _, net := range []models.Config{config.Shallow, config.Deep, config.Residual} {
			net.Statistics = statistics
			ensemble, err := paper.AddGradients(plan, gradients.Config{
				Net: net, Inputs: config.Inputs, Draws: config.Draws, Seed: config.Seed,
			})
			if err != nil {
				return nil, err
			}
			ensembles = append(ensembles, ensemble)
		}
	}
	if _, err := plan.Run(ctx, e); err != nil {
		return nil, err
	}
	for _, name := range []string{paper.Brown, paper.White} {
		noise, err := paper.NewNoise(name, ensembles[0].X, config.Draws, config.Seed)
		if err != nil {
			return nil, err
		}
		ensembles = append(ensembles, noise)
	}
	result := &Result{Config: config}
	for _, ensemble := range ensembles {
		column, err := newColumn(ensemble)
		if err != nil {
			return nil, err
		}
		result.Columns = append(result.Columns, column)
	}
	return result, nil
}

// newColumn returns the column of an ensemble.
func newColumn(e *paper.Gradients) (paper.Column, error) {
	series, err := e.Series()
	if err != nil {
		return paper.Column{}, err
	}
	first := e.Draws()[0]
	covariance, err := stats.NormalizedOuter(first)
	return paper.Column{Series: series, X: e.X, Values: first, Covariance: covariance}, err
}

// Select returns columns a to e for one kind of statistics.
func (r *Result) Select(statistics norms.Statistics) []paper.Column {
	var selected []paper.Column
	for _, column := range r.Columns {
		if column.Statistics == statistics || column.Statistics == "" {
			selected = append(selected, column)
		}
	}
	return selected
}
