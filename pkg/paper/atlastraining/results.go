package atlastraining

import "github.com/shattered-gradients/shattered/pkg/results"

// Names of the experiments and their files, and titles that say what they show.
const (
	Name        = "atlas-training"
	Title       = "Does shattering matter? Losses after a fixed budget against gradients at initialisation"
	ImagesName  = "atlas-training-images"
	ImagesTitle = "Does shattering matter on images? Losses after a fixed budget against gradients at " +
		"initialisation"
)

// name names the task's experiment.
func (r *Result) name() string {
	if r.Config.Images != nil {
		return ImagesName
	}
	return Name
}

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what the task's file of results holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	title := Title
	if r.Config.Images != nil {
		title = ImagesTitle
	}
	return &results.Figure{
		Figure: r.name(), Title: title, Config: r.Config, Claims: r.Claims(), Series: r.Series,
		Tests: &r.Analysis, Parts: &r.Parts,
	}, nil
}
