package paper

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// NormalizationConfig describes the table of what normalisation and rescaling each contribute.
type NormalizationConfig struct {
	// Nets are the nets; their Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights behind a row. All rows of nets of one depth and width share theirs.
	Draws int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// NormalizationPaper returns the config at the size of the paper's Figures 1 and 2: nets of 50 layers of 200 units, feedforward
// and residual with beta = 1, 0.3 and 0.1, each without normalisation, with mean-centring and with batch normalisation.
func NormalizationPaper() NormalizationConfig {
	return NormalizationConfig{Nets: normalizationNets(50, models.PaperWidth), Inputs: data.GridPoints, Draws: 40, Seed: 1}
}

// NormalizationQuick returns a config of the same shape that takes seconds on any backend.
func NormalizationQuick() NormalizationConfig {
	return NormalizationConfig{Nets: normalizationNets(12, 32), Inputs: 64, Draws: 4, Seed: 1}
}

// normalizationNets returns the nets of the table at a size.
func normalizationNets(depth, width int) []models.Config {
	nets := narrower(normalizedNets(norms.None, norms.Center, norms.Batch), width)
	for i := range nets {
		nets[i].Depth = depth
	}
	return nets
}

// NormalizationRow is a row of the table: one net, and one way to take its gradient.
type NormalizationRow struct {
	Variant

	// Statistics is frozen or coupled; empty without normalisation, where both are the same.
	Statistics norms.Statistics `json:"statistics"`

	// Active and Coactive are the shares of inputs and of pairs of inputs at which units of the last rectifier are active.
	Active   stats.Estimate `json:"active"`
	Coactive stats.Estimate `json:"coactive"`

	// ACF1 and ACF15 are the autocorrelation of the gradient at lags 1 and 15 over the draws that have one; nil with fewer than
	// two such draws. Constant counts the others: their gradient is the same at all inputs, perhaps 0, up to the rounding of
	// float32.
	ACF1     *stats.Estimate `json:"acf_1"`
	ACF15    *stats.Estimate `json:"acf_15"`
	Constant int             `json:"constant"`

	// Variance is the mean square of the gradient over inputs and draws, C(i,i) averaged over i. Its standard error is that over
	// draws; it says little where a few draws make up most of the mean.
	Variance stats.Estimate `json:"variance"`

	// LogVariance is the mean of log10 of a draw's mean square, over the draws whose gradient is not 0: what a typical net has. It
	// is nil with fewer than two such draws.
	LogVariance *stats.Estimate `json:"log10_variance"`

	// Draws is the number of draws.
	Draws int `json:"draws"`
}

// NormalizationTable holds the table's rows: net by net in the order of the config, frozen before coupled statistics.
type NormalizationTable struct {
	Config NormalizationConfig
	Rows   []NormalizationRow
}

// Normalization measures, at the depth of the config's nets, what normalisation and rescaling each do to the activation of units
// and to the gradient.
func Normalization(ctx context.Context, e *engine.Engine, config NormalizationConfig) (*NormalizationTable, error) {
	total := 0
	for _, net := range config.Nets {
		total += config.steps(net)
	}
	ctx = progress.Start(ctx, "Normalisation and rescaling", total)
	table := &NormalizationTable{Config: config}
	for _, net := range config.Nets {
		key := config
		key.Nets = []models.Config{net}
		rows, err := part(ctx, "normalisation", net, key, config.steps(net), func() ([]NormalizationRow, error) { return config.rows(ctx, e, net) })
		if err != nil {
			return nil, err
		}
		table.Rows = append(table.Rows, rows...)
	}
	return table, nil
}

// steps returns the number of draws that a net takes.
func (c NormalizationConfig) steps(net models.Config) int {
	return c.Draws * (1 + len(statisticsOf(net)))
}

// statisticsOf returns the kinds of gradient to tell apart: one where there are no statistics.
func statisticsOf(net models.Config) []norms.Statistics {
	if net.Norm == nil || net.Norm == norms.None {
		return []norms.Statistics{norms.Frozen}
	}
	return AllStatistics
}

// rows measures one net.
func (c NormalizationConfig) rows(ctx context.Context, e *engine.Engine, net models.Config) ([]NormalizationRow, error) {
	active, err := activations.Run(ctx, e, activations.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	row := NormalizationRow{Variant: variant(active.Config.Net), Draws: c.Draws}
	last := func(layers []float64) float64 { return layers[len(layers)-1] }
	row.Active, row.Coactive = stats.MeanOf(active.Active, last), stats.MeanOf(active.Coactive, last)
	var rows []NormalizationRow
	kinds := statisticsOf(net)
	for _, statistics := range kinds {
		net.Statistics = statistics
		result, err := gradients.Run(ctx, e, gradients.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws, Seed: c.Seed})
		if err != nil {
			return nil, err
		}
		if err := row.setGradients(result.Gradients); err != nil {
			return nil, fmt.Errorf("%s: %w", row.name(), err)
		}
		if len(kinds) > 1 {
			row.Statistics = statistics
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// constantGradient bounds the spread of a gradient that is constant up to the rounding of float32 in 50 layers, relative to its
// largest value.
const constantGradient = 1e-5

// isConstant says whether a gradient is the same at all inputs, up to rounding.
func isConstant(g []float64) bool {
	low, high := slices.Min(g), slices.Max(g)
	return high-low <= constantGradient*max(math.Abs(low), math.Abs(high))
}

// setGradients fills in what the row says of gradients, draws x inputs.
func (r *NormalizationRow) setGradients(all [][]float64) error {
	var acfs [][]float64
	for _, g := range all {
		if isConstant(g) {
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

// Seed returns the seed that determined every random number.
func (t *NormalizationTable) Seed() uint64 { return t.Config.Seed }

// Results returns what results/table-normalization.json holds, less the provenance. The paper has no such table, and so there
// are no claims about it.
func (t *NormalizationTable) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "table-normalization",
		Title:  "Normalisation and rescaling: what each contributes",
		Config: t.Config,
		Claims: []claims.Claim{},
		Series: t.Rows,
		Table:  t.Table(),
	}, nil
}

// Table returns the table with means and standard errors over draws, for reading.
func (t *NormalizationTable) Table() *results.Table {
	table := &results.Table{
		Caption: "Means over draws, ± standard error.",
		Header: []string{"Net", "β", "Normalisation", "Statistics", "Active", "Co-active", "ACF, lag 1", "ACF, lag 15",
			"Mean square of the gradient", "log₁₀, typical draw"},
	}
	for _, r := range t.Rows {
		beta, statistics := "–", string(r.Statistics)
		if r.Beta != nil {
			beta = fmt.Sprintf("%g", *r.Beta)
		}
		if statistics == "" {
			statistics = "–"
		}
		logarithm := "gradients of 0"
		if r.LogVariance != nil {
			logarithm = r.LogVariance.PlusMinus()
		}
		table.Rows = append(table.Rows, []string{r.Net, beta, r.Norm, statistics, r.Active.PlusMinus(), r.Coactive.PlusMinus(),
			r.autocorrelation(r.ACF1), r.autocorrelation(r.ACF15), r.Variance.PlusMinus(), logarithm})
	}
	return table
}

// autocorrelation formats an autocorrelation, with the number of draws that have none.
func (r NormalizationRow) autocorrelation(m *stats.Estimate) string {
	switch {
	case m == nil:
		return "undefined: constant gradients"
	case r.Constant > 0:
		return fmt.Sprintf("%s (%d of %d draws constant)", m.PlusMinus(), r.Constant, r.Draws)
	}
	return m.PlusMinus()
}
