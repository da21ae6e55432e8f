package finitewidth

import (
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/finite-width.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series, Tests: r.Fits,
		Table: r.table(), Parts: &r.Parts,
	}, nil
}

// table shows the fits, and how far the theory serves.
func (r *Result) table() *results.Table {
	table := &results.Table{
		Caption: fmt.Sprintf("Deviation from the theory, c/N + d/N² fitted to all widths, and as a power "+
			"of the width. The last column is the L/N up to which the fit stays below %g.", useful.Value),
		Header: []string{"net", "quantity", "c", "exponent", "useful up to L/N"},
	}
	for i, fit := range r.Fits {
		s := r.Series[i]
		reach := fmt.Sprintf("%.2g", fit.Reach)
		if fit.Reach >= float64(s.Depth)/s.X[0] {
			reach += " and more"
		}
		table.Rows = append(table.Rows, []string{
			fmt.Sprintf("%d-layer %s", s.Depth, s.Net.Name().Title()), s.Quantity, fit.Constant.String(),
			strings.TrimSpace(fit.Exponent.String()), reach,
		})
	}
	return table
}
