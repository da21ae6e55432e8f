package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
	"gonum.org/v1/gonum/mat"
)

// Seed returns the seed that determined every random number.
func (r *Figure1Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-1.json holds, less the provenance. The covariances of the columns are in its npz file.
func (r *Figure1Result) Results() (*results.Figure, error) {
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
		Figure: "figure-1",
		Title:  "Figure 1, gradients against noise",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Columns,
		Arrays: []results.Array{covariance},
	}, nil
}

// Claims decides what the paper says about Figure 1: one layer is brown, and for each kind of statistics 24 layers are white
// and the 50-layer resnet lies in between.
func (r *Figure1Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, statistics := range AllStatistics {
		columns := r.Select(statistics)
		shallow, deep, residual := columns[0].Series, columns[1].Series, columns[2].Series
		if statistics == AllStatistics[0] { // one layer has no statistics: both kinds are the same net
			all = append(all, claim(shallow, "brown", "Figure 1a", "The gradient of a 1-layer net resembles brown noise",
				"brownness (0 white, 1 brown)").Above(shallow.Brownness, brownBound))
		}
		// All three nets share their draws.
		above, below := residual.browner(&deep), shallow.browner(&residual)
		all = append(all,
			claim(deep, "nearer-white", "Figure 1b", fmt.Sprintf("The gradient of a %d-layer feedforward net resembles white noise", deep.Depth),
				"brownness (0 white, 1 brown)").Below(deep.Brownness, 1-brownBound),
			claim(residual, "browner", "Figure 1c", fmt.Sprintf("The gradient of a %d-layer resnet (β = 0.1) lies in between: above the feedforward net's", residual.Depth),
				"brownness, resnet less feedforward").Above(above, 0),
			claim(residual, "whiter", "Figure 1c", fmt.Sprintf("The gradient of a %d-layer resnet (β = 0.1) lies in between: below the 1-layer net's", residual.Depth),
				"brownness, 1-layer net less resnet").Above(below, 0),
		)
	}
	return claims.MarkConventions(all)
}
