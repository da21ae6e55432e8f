package rejections

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/rejections.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(),
		Series: r.Series, Table: r.table(), Parts: &r.Parts,
	}, nil
}

// table shows the shares.
func (r *Result) table() *results.Table {
	table := &results.Table{
		Caption: fmt.Sprintf("Share of the draws on which a Ljung–Box test at 5 %% rejects white noise, "+
			"with 95 %% intervals: %d draws of the theory's gradients, %d of nets of width %d.",
			r.Config.TheoryDraws, r.Config.Draws, r.Config.Net.Width),
		Header: []string{"layers", "", Whole, Scaled, Signs, Alone},
	}
	for i, depth := range r.Config.Depths {
		for _, row := range []struct {
			name  string
			tests *tested
			alone string
		}{{"theory", r.theory[i], r.alone.String()}, {"measured", r.measured[i], ""}} {
			table.Rows = append(table.Rows, []string{
				fmt.Sprint(
					depth,
				), row.name, row.tests.Whole.String(), row.tests.Scaled.String(), row.tests.Signs.String(),
				row.alone,
			})
		}
	}
	return table
}
