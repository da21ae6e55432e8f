package path_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
)

// TestCorrelationIsPyTorchs compares the map of a loss's gradients, of one path and one draw, with PyTorch's
// cosines.
func TestCorrelationIsPyTorchs(t *testing.T) {
	torch := testnets.TorchNet(t)
	size := torch.Sizes[0]
	result := run(t, path.Config{
		Subject: subject.Subject{Net: torch.Net, Weights: torch.Fixed.Weights, DType: dtypes.Float64},
		Scalar:  subject.Loss, Points: len(torch.Correlation),
		Pairs: []path.Pair{{From: torch.Inputs[:size], To: torch.Inputs[size : 2*size],
			Label: torch.Labels[0]}},
	})
	for i, row := range torch.Correlation {
		for j, want := range row {
			if !close(result.Map.At(i, j), want) {
				t.Errorf("R(%d,%d) is %.15g, PyTorch's %.15g", i, j, result.Map.At(i, j), want)
			}
		}
	}
}
