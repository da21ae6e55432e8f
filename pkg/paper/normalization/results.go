package normalization

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Name names the table and its files, and Title says what it shows.
const (
	Name  = "table-normalization"
	Title = "Normalisation and rescaling: what each contributes"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/table-normalization.json holds, less the provenance. The paper has no such
// table, and so there are no claims about it.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title,
		Config: r.Config, Claims: []claims.Claim{}, Series: r.Rows, Table: r.Table(),
		Parts: &r.Parts,
	}, nil
}

// Table returns the table with means and standard errors over draws, for reading.
func (r *Result) Table() *results.Table {
	table := &results.Table{
		Caption: "Means over draws, ± standard error.",
		Header: []string{"Net", "β", "Normalisation", "Statistics", "Active", "Co-active", "ACF, lag 1",
			"ACF, lag 15", "Mean square of the gradient", "log₁₀, typical draw"},
	}
	for _, row := range r.Rows {
		beta, statistics := "–", string(row.Statistics)
		if row.Beta != nil {
			beta = fmt.Sprintf("%g", *row.Beta)
		}
		if statistics == "" {
			statistics = "–"
		}
		logarithm := "gradients of 0"
		if row.LogVariance != nil {
			logarithm = row.LogVariance.PlusMinus()
		}
		table.Rows = append(table.Rows, []string{row.Net, beta, row.Norm, statistics, row.Active.PlusMinus(),
			row.Coactive.PlusMinus(), row.autocorrelation(row.ACF1), row.autocorrelation(row.ACF15),
			row.Variance.PlusMinus(), logarithm})
	}
	return table
}

// autocorrelation formats an autocorrelation, with the number of draws that have none.
func (r Row) autocorrelation(m *stats.Estimate) string {
	switch {
	case m == nil:
		return "undefined: constant gradients"
	case r.Constant > 0:
		return fmt.Sprintf("%s (%d of %d draws constant)", m.PlusMinus(), r.Constant, r.Draws)
	}
	return m.PlusMinus()
}
