package figure2

import (
	"strconv"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Name names the figure and its files, and Title says what it shows.
const (
	Name  = "figure-2"
	Title = "Figure 2, autocorrelation of gradients against depth"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-2.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title,
		Config: r.Config, Claims: r.Claims(), Series: r.Series, Tests: r.Whiteness, Table: r.Table(),
		Parts: &r.Parts,
	}, nil
}

// Table returns the whiteness tests for reading.
func (r *Result) Table() *results.Table {
	table := &results.Table{
		Caption: "Share of the draws of feedforward nets on which a Ljung–Box test at 5 % rejects white " +
			"noise, with 95 % intervals.",
		Header: []string{"Layers", "Statistics", "Gradients as they are", "Only their signs",
			"In random order", "Correlation of neighbours' squares"},
	}
	for _, w := range r.Whiteness {
		table.Rows = append(table.Rows, []string{strconv.Itoa(w.Depth), string(w.Statistics),
			w.Rejected.String(), w.RejectedSigns.String(), w.RejectedShuffled.String(),
			w.SizeCorrelation.String()})
	}
	return table
}
