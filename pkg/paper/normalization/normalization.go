// Package normalization measures, at one depth, what normalisation and rescaling each do to the activation of
// units and to the gradient: a table, which the paper does not have.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] whose Table is for reading.
package normalization

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
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/floats"
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

	// Parts says where the numbers come from.
	Parts results.Parts
}

// row is a row whose numbers are there when the plan has run.
type row struct {
	net        models.Config
	statistics norms.Statistics
	units      *units
	size       *size
}

// units are the shares of inputs, and of pairs of them, at which units of the last rectifier are active.
type units struct {
	Active   stats.Estimate `json:"active"`
	Coactive stats.Estimate `json:"coactive"`
}

// size is what is measured of gradients. Lag1 and Lag15 are the autocorrelation of the draws that have one,
// and MeanSquares has one entry a draw.
type size struct {
	Lag1        []float64 `json:"lag_1"`
	Lag15       []float64 `json:"lag_15"`
	MeanSquares []float64 `json:"mean_squares"`
}

// plan is the work of the table.
type plan struct {
	*jobs.Plan
	rows []row
}

// plan lists the work.
func (c Config) plan() (*plan, error) {
	p := &plan{Plan: jobs.NewPlan("Normalisation and rescaling", kept)}
	for _, net := range c.Nets {
		if err := p.add(c, net); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Run computes the table.
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
	for _, row := range p.rows {
		result.Rows = append(result.Rows, row.compute())
	}
	return result, nil
}

// add adds the parts of a net to the plan: its activations, and its gradients of each kind.
func (p *plan) add(c Config, net models.Config) error {
	units, whole, err := addUnits(p.Plan,
		activations.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws, Seed: c.Seed})
	if err != nil {
		return err
	}
	kinds := paper.StatisticsOf(net)
	for _, statistics := range kinds {
		net.Statistics = statistics
		size, err := addSize(p.Plan,
			gradients.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws, Seed: c.Seed})
		if err != nil {
			return err
		}
		if len(kinds) == 1 {
			statistics = ""
		}
		p.rows = append(p.rows, row{whole, statistics, units, size})
	}
	return nil
}

// addUnits adds to a plan the part that counts the activations of a net, and returns the net's config with
// its defaults filled in.
func addUnits(p *jobs.Plan, config activations.Config) (*units, models.Config, error) {
	last := func(layers []float64) float64 { return layers[len(layers)-1] }
	counted, sample, err := paper.AddPart(p, "activations of the last layer", activations.Version, config,
		func(ctx context.Context, e *engine.Engine) (units, error) {
			found, err := activations.Run(ctx, e, config)
			if err != nil {
				return units{}, err
			}
			return units{stats.MeanOf(found.Active, last), stats.MeanOf(found.Coactive, last)}, nil
		})
	if err != nil {
		return nil, models.Config{}, err
	}
	return counted, sample.Config.Net, nil
}

// addSize adds to a plan the part that measures the gradients of a net.
func addSize(p *jobs.Plan, config gradients.Config) (*size, error) {
	spec, sample, err := paper.PartSpec("size and autocorrelation of gradients", gradients.Version, config)
	if err != nil {
		return nil, err
	}
	measured := jobs.AddCompared(p, spec, func(ctx context.Context, e *engine.Engine) (size, error) {
		found, err := gradients.Run(ctx, e, config)
		if err != nil {
			return size{}, err
		}
		return sizeOf(found.Gradients)
	}, jobs.Compared[size]{Of: func(s size) any { return s.steady() }})
	return measured, paper.CheckGradients(sample)
}

// sizeOf measures gradients, draws x inputs.
func sizeOf(all [][]float64) (size, error) {
	var s size
	for _, g := range all {
		s.MeanSquares = append(s.MeanSquares, meanSquare(g))
		if paper.IsConstant(g) {
			continue
		}
		acf, err := stats.ACF(g, gradients.MaxLag)
		if err != nil {
			return s, err
		}
		s.Lag1, s.Lag15 = append(s.Lag1, acf[1]), append(s.Lag15, acf[gradients.MaxLag])
	}
	return s, nil
}

// logSquares returns log10 of the mean squares that are not 0.
func (s size) logSquares() []float64 {
	var logs []float64
	for _, value := range s.MeanSquares {
		if value > 0 {
			logs = append(logs, math.Log10(value))
		}
	}
	return logs
}

// steady returns what of a size comes out alike on every processor. In a draw whose gradients have shattered,
// rounding changes their size by a tenth, but hardly the means over draws.
func (s size) steady() any {
	mean := func(values []float64) float64 { return floats.Sum(values) / float64(max(1, len(values))) }
	return []float64{mean(s.Lag1), mean(s.Lag15), mean(s.logSquares())}
}

// compute computes a row whose parts are there.
func (r row) compute() Row {
	return Row{
		Variant: paper.VariantOf(r.net), Statistics: r.statistics, Draws: len(r.size.MeanSquares),
		Active: r.units.Active, Coactive: r.units.Coactive,
		ACF1: meanOfSome(r.size.Lag1), ACF15: meanOfSome(r.size.Lag15),
		Constant: len(r.size.MeanSquares) - len(r.size.Lag1),
		Variance: stats.Mean(r.size.MeanSquares), LogVariance: meanOfSome(r.size.logSquares()),
	}
}

// meanOfSome is stats.Mean of values that may be too few: with fewer than two it returns nil.
func meanOfSome(values []float64) *stats.Estimate {
	if len(values) < 2 {
		return nil
	}
	mean := stats.Mean(values)
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
