package earlyimages

import "github.com/shattered-gradients/shattered/pkg/results"

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "early-training-images"
	Title = "Early in training: gradients of convolutional nets in the first steps on CIFAR-10"
)

// Seed returns the seed that determined every random number: the first of the seeds.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/early-training-images.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series, Parts: &r.Parts,
	}, nil
}
