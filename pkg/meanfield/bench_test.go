package meanfield_test

import (
	"fmt"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// BenchmarkRun times one layer of the recursion, besides the first: a curve of depth L takes L - 1 times as
// long. The grids are those of the paper's figures and the finest that is practical. Smooth processes, as in
// residual nets, take more nodes of the integral of batch normalisation than rough ones.
func BenchmarkRun(b *testing.B) {
	for _, m := range []int{256, 1024} {
		for _, net := range []models.Config{
			{Net: "feedforward", Norm: norms.None},
			{Net: "feedforward", Norm: norms.Center},
			{Net: "residual", Beta: 0.1, Norm: norms.Batch},
		} {
			net.Depth = 2
			x, err := data.Grid(m, data.GridLow, data.GridHigh)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%s-%s-%d", net.Net, net.Norm, m), func(b *testing.B) {
				for b.Loop() {
					if _, err := meanfield.Run(b.Context(), meanfield.Config{Net: net, X: x}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkLeaps times a net of 200 layers on the paper's grid, in leaps: a quarter of what its layers take.
func BenchmarkLeaps(b *testing.B) {
	x, err := data.Grid(256, data.GridLow, data.GridHigh)
	if err != nil {
		b.Fatal(err)
	}
	net := models.Config{Net: "residual", Beta: 0.3, Norm: norms.Batch, Depth: 200}
	for b.Loop() {
		if _, err := meanfield.Run(b.Context(),
			meanfield.Config{Net: net, X: x, Tolerance: 1e-5}); err != nil {
			b.Fatal(err)
		}
	}
}
