package figure3

import "github.com/shattered-gradients/shattered/pkg/results"

// Name names the figure and its files, and Title says what it shows.
const (
	Name  = "figure-3"
	Title = "Figure 3, activations and coactivations against depth"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-3.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series,
		Parts: &r.Parts,
	}, nil
}
