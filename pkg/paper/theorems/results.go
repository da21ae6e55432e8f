package theorems

import "github.com/shattered-gradients/shattered/pkg/results"

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "theorems"
	Title = "Theorems 1 to 3 and Corollary 1, where their assumptions are exact"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/theorems.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series,
	}, nil
}
