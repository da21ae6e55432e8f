package donsker

import "github.com/shattered-gradients/shattered/pkg/results"

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "donsker"
	Title = "Appendix, one-layer gradients converge to Brownian motion"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/donsker.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	figure := &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series,
	}
	if r.Fit != nil {
		figure.Tests = r.Fit
	}
	return figure, nil
}
