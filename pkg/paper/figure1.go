package paper

import (
	"context"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// Figure1Config describes Figure 1, gradients against noise.
type Figure1Config struct {
	// Shallow, Deep and Residual are the nets of columns a, b and c; their Statistics are filled in.
	Shallow  models.Config `json:"shallow"`
	Deep     models.Config `json:"deep"`
	Residual models.Config `json:"residual"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws behind the claims; the figure shows the first one.
	Draws int `json:"draws"`

	// Seed determines all weights and noises.
	Seed uint64 `json:"seed"`
}

// Figure1Paper returns the config at the paper's size: nets of 200 units a layer, 1 layer, 24 layers with mean-centring, and
// 50 layers with skips, batch normalisation and beta = 0.1, on 256 inputs.
func Figure1Paper() Figure1Config {
	c := Figure1Config{
		Shallow: centredFeedforward, Deep: centredFeedforward, Residual: batchResidual(0.1),
		Inputs: data.GridPoints, Draws: 20, Seed: 1,
	}
	c.Shallow.Depth, c.Deep.Depth, c.Residual.Depth = 1, 24, 50
	return c
}

// Figure1Quick returns a config of the same shape that takes seconds on any backend.
func Figure1Quick() Figure1Config {
	c := Figure1Paper()
	c.Shallow.Width, c.Deep.Width, c.Residual.Width = 64, 64, 64
	c.Inputs, c.Draws = 128, 4
	return c
}

// Column is a column of Figure 1.
type Column struct {
	Series

	// X is the grid and Values the first draw's gradient, or noise, over it.
	X      []float64 `json:"x"`
	Values []float64 `json:"values"`

	// Covariance is |(g - mean g)(g - mean g)^T| / var(g) of the first draw, M x M. It follows from Values and is not
	// written to the results.
	Covariance *mat.SymDense `json:"-"`
}

// Figure1Result holds the columns of Figure 1.
type Figure1Result struct {
	Config Figure1Config

	// Columns holds columns a, b and c with frozen statistics, a, b and c with coupled statistics, then d, brown noise, and
	// e, white noise.
	Columns []Column
}

// Figure1 computes Figure 1.
func Figure1(ctx context.Context, e *engine.Engine, config Figure1Config) (*Figure1Result, error) {
	nets := []models.Config{config.Shallow, config.Deep, config.Residual}
	for _, net := range nets {
		if err := checkRun(gradients.Config{Net: net, Inputs: config.Inputs, Draws: config.Draws, Seed: config.Seed}); err != nil {
			return nil, err
		}
	}
	ctx = progress.Start(ctx, "Figure 1", config.Draws*(len(AllStatistics)*len(nets)+2))
	result := &Figure1Result{Config: config}
	var x []float64
	for _, statistics := range AllStatistics {
		for _, net := range nets {
			net.Statistics = statistics
			ensemble, err := netEnsemble(ctx, e, gradients.Config{
				Net: net, Inputs: config.Inputs, Draws: config.Draws, Seed: config.Seed,
			})
			if err != nil {
				return nil, err
			}
			x = ensemble.X
			if err := result.add(ensemble); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range []string{Brown, White} {
		ensemble, err := noiseEnsemble(ctx, name, x, config.Draws, config.Seed)
		if err != nil {
			return nil, err
		}
		if err := result.add(ensemble); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// add appends the column of an ensemble.
func (r *Figure1Result) add(e ensemble) error {
	covariance, err := stats.NormalizedOuter(e.Rows[0])
	if err != nil {
		return err
	}
	r.Columns = append(r.Columns, Column{Series: e.Series, X: e.X, Values: e.Rows[0], Covariance: covariance})
	return nil
}

// Select returns columns a to e for one kind of statistics.
func (r *Figure1Result) Select(statistics norms.Statistics) []Column {
	var selected []Column
	for _, column := range r.Columns {
		if column.Statistics == statistics || column.Statistics == "" {
			selected = append(selected, column)
		}
	}
	return selected
}
