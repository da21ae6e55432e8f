package closedforms

import "github.com/shattered-gradients/shattered/pkg/results"

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/closed-forms.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series, Parts: &r.Parts,
	}, nil
}
