package coupled

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/coupled-statistics.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(),
		Series: r.Series, Table: r.table(), Parts: &r.Parts,
	}, nil
}

// table shows how far the guess is off.
func (r *Result) table() *results.Table {
	table := &results.Table{
		Caption: "Largest distance at lags 1–15 from the measured autocorrelation of gradients that go " +
			"through the batch statistics.",
		Header: []string{"net", "layers", "of the guess", "of the theory of frozen statistics",
			"two standard errors at most"},
	}
	for i, measured := range r.measured {
		s, frozen := r.Series[2*i], r.Series[2*i+1]
		table.Rows = append(table.Rows, []string{
			s.Net.Name().Title(), fmt.Sprint(s.Depth), fmt.Sprintf("%.3f", off(s.Theory, measured.Mean)),
			fmt.Sprintf("%.3f", off(frozen.Theory, measured.Mean)),
			fmt.Sprintf("%.3f", 2*slices.Max(measured.StdErr[1:])),
		})
	}
	return table
}

// off returns the largest distance of two autocorrelations from lag 1 on.
func off(theory, measured []float64) float64 {
	worst := 0.0
	for k := 1; k < len(theory); k++ {
		worst = max(worst, math.Abs(theory[k]-measured[k]))
	}
	return worst
}
