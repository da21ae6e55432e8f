package dial

import "github.com/shattered-gradients/shattered/pkg/results"

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "beta-dial"
	Title = "β as a dial: structure of the gradients of resnets against β"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/beta-dial.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series, Parts: &r.Parts,
	}, nil
}
