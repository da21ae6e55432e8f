package figure1

import (
	"github.com/shattered-gradients/shattered/pkg/results"
	"gonum.org/v1/gonum/mat"
)

// Name names the figure and its files, and Title says what it shows.
const (
	Name  = "figure-1"
	Title = "Figure 1, gradients against noise"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-1.json holds, less the provenance. The covariances of the columns are
// in its npz file.
func (r *Result) Results() (*results.Figure, error) {
	var values []float32 // what follows from the gradients need not be kept to more digits
	for _, column := range r.Columns {
		for _, value := range mat.DenseCopyOf(column.Covariance).RawMatrix().Data {
			values = append(values, float32(value))
		}
	}
	m := r.Config.Inputs
	covariance, err := results.NewArray("covariance", values, len(r.Columns), m, m)
	if err != nil {
		return nil, err
	}
	return &results.Figure{
		Figure: Name, Title: Title,
		Config: r.Config, Claims: r.Claims(), Series: r.Columns, Arrays: []results.Array{covariance},
	}, nil
}
