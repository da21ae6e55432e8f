// Package normalization measures, at one depth, what normalisation and rescaling each do to the activation of
// units and to the gradient: a table, which the paper does not have.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] whose Table is for reading.
package normalization

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes the table.
type Config struct {
	// Nets are the nets; their Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights of a row. All rows of nets of one depth and width share
	// theirs.
	Draws int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at the size of the paper's Figures 1 and 2: nets of 50 layers of 200 units,
// feedforward and residual with beta = 1, 0.3 and 0.1, each without normalisation, with mean-centring and
// with batch normalisation.
func Paper() Config {
	return Config{Nets: nets(50, models.PaperWidth), Inputs: data.GridPoints, Draws: 40, Seed: 1}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config { return Config{Nets: nets(12, 32), Inputs: 64, Draws: 4, Seed: 1} }

// nets returns the nets of the table at a size.
func nets(depth, width int) []models.Config {
	return paper.Resized(paper.NormalizedNets(norms.None, norms.Center, norms.Batch), depth, width)
}

// Row is a row of the table: one net, and one way to take its gradient.
type Row struct {
	paper.Variant

	// Statistics is frozen or coupled; empty without normalisation, where both are the same.
	Statistics norms.Statistics `json:"statistics" jsonschema:"enum=frozen,enum=coupled,enum="`

	// Active and Coactive are the shares of inputs and of pairs of inputs at which units of the last
	// rectifier are active.
	Active   stats.Estimate `json:"active"`
	Coactive stats.Estimate `json:"coactive"`

	// ACF1 and ACF15 are the autocorrelation of the gradient at lags 1 and 15 over the draws that have one;
	// nil with fewer than two such draws. Constant counts the others: their gradient is the same at all
	// inputs, perhaps 0, up to the rounding of float32.
	ACF1     *stats.Estimate `json:"acf_1"`
	ACF15    *stats.Estimate `json:"acf_15"`
	Constant int             `json:"constant" jsonschema:"minimum=0"`

	// Variance is the mean square of the gradient over inputs and draws, C(i,i) averaged over i. Its standard
	// error is that over draws; it says little where a few draws make up most of the mean.
	Variance stats.Estimate `json:"variance"`

	// LogVariance is the mean of log10 of a draw's mean square, over the draws whose gradient is not 0:
	// what a typical net has. It is nil with fewer than two such draws.
	LogVariance *stats.Estimate `json:"log10_variance"`

	// Draws is the number of draws.
	Draws int `json:"draws" jsonschema:"minimum=2"`
}

// Result holds the table's rows: net by net in the order of the config, frozen before coupled statistics.
type Result struct {
	Config Config
	Rows   []Row
}

// row is a row that is not computed yet.
type row struct {
	net        models.Config
	statistics norms.Statistics
	shares     *paper.Shares
	gradients  *paper.Gradients
}

// Run computes the table.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	plan := jobs.NewPlan("Normalisation and rescaling", nil)
	var rows []row
	for _, net := range config.Nets {
		added, err := config.add(plan, net)
		if err != nil {
			return nil, err
		}
		rows = append(rows, added...)
	}
	if _, err := plan.Run(ctx, e); err != nil {
		return nil, err
	}
	result := &Result{Config: config}
	for _, row := range rows {
		computed, err := row.compute()
		if err != nil {
			return nil, err
		}
		result.Rows = append(result.Rows, computed)
	}
	return result, nil
}

// add adds the parts of a net to the plan: its activations, and its gradients of each kind.
func (c Config) add(plan *jobs.Plan, net models.Config) ([]row, error) {
	shares, whole, err := paper.AddShares(plan,
		activations.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	var rows []row
	kinds := paper.StatisticsOf(net)
	for _, statistics := range kinds {
		net.Statistics = statistics
		ensemble, err := paper.AddGradients(plan,
			gradients.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws, Seed: c.Seed})
		if err != nil {
			return nil, err
		}
		if len(kinds) == 1 {
			statistics = ""
		}
		rows = append(rows, row{whole, statistics, shares, ensemble})
	}
	return rows, nil
}

// compute computes a row whose parts are there.
func (r row) compute() (Row, error) {
	last := func(layers []float64) float64 { return layers[len(layers)-1] }
	row := Row{
		Variant: paper.VariantOf(r.net), Statistics: r.statistics, Draws: len(r.shares.Active),
		Active: stats.MeanOf(r.shares.Active, last), Coactive: stats.MeanOf(r.shares.Coactive, last),
	}
	if err := row.setGradients(r.gradients.Draws()); err != nil {
		return row, fmt.Errorf("%s: %w", row.Name().Text(), err)
	}
	return row, nil
}

// setGradients fills in what the row says of gradients, draws x inputs.
func (r *Row) setGradients(all [][]float64) error {
	var acfs [][]float64
	for _, g := range all {
		if paper.IsConstant(g) {
			continue
		}
		acf, err := stats.ACF(g, gradients.MaxLag)
		if err != nil {
			return err
		}
		acfs = append(acfs, acf)
	}
	r.Constant = len(all) - len(acfs)
	r.ACF1 = meanOfSome(acfs, func(acf []float64) float64 { return acf[1] })
	r.ACF15 = meanOfSome(acfs, func(acf []float64) float64 { return acf[gradients.MaxLag] })
	r.Variance = stats.MeanOf(all, meanSquare)
	nonzero := slices.DeleteFunc(slices.Clone(all), func(g []float64) bool { return meanSquare(g) == 0 })
	r.LogVariance = meanOfSome(nonzero, func(g []float64) float64 { return math.Log10(meanSquare(g)) })
	return nil
}

// meanOfSome is stats.MeanOf for draws that may be too few: with fewer than two it returns nil.
func meanOfSome(draws [][]float64, statistic func([]float64) float64) *stats.Estimate {
	if len(draws) < 2 {
		return nil
	}
	mean := stats.MeanOf(draws, statistic)
	return &mean
}

// meanSquare returns the mean of the squares.
func meanSquare(g []float64) float64 {
	sum := 0.0
	for _, value := range g {
		sum += value * value
	}
	return sum / float64(len(g))
}
