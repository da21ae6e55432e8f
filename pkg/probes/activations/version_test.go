package activations_test

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
)

// TestVersion holds the numbers of tiny nets to those of the Version. Results of an interrupted run are
// taken as long as the Version stays: if this test fails because the numbers were meant to change, raise
// the Version and put the new numbers here.
func TestVersion(t *testing.T) {
	if activations.Version != 1 {
		t.Fatalf("the numbers below are those of version 1, and the code has version %d: put the new "+
			"numbers "+
			"here", activations.Version)
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, test := range []struct {
		net models.Config
		// active counts the inputs, and coactive the pairs of inputs, at which the units of the last layer of
		// draw 8 are active; runs are the lengths of the first four runs in its raster.
		active, coactive float64
		runs             []int
	}{
		{models.Config{Net: "feedforward", Norm: norms.None}, 59, 361, []int{16, 16, 13, 3}},
		{models.Config{Net: "feedforward", Norm: norms.Batch}, 66, 249, []int{7, 7, 2, 3}},
		{models.Config{Net: "residual", Norm: norms.Center, Beta: 0.3}, 69, 272, []int{10, 6, 11, 5}},
	} {
		test.net.Depth, test.net.Width = 5, 8
		config := activations.Config{Net: test.net, Inputs: 16, Draws: 2, First: 7, Seed: 3}
		result, err := activations.Run(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		rasters, err := activations.Rasters(t.Context(), e, config, 0)
		if err != nil {
			t.Fatal(err)
		}
		// Counts: divided by the numbers of units and inputs, and of units and pairs.
		active, coactive := result.Active[1][4]*8*16, result.Coactive[1][4]*8*16*15/2
		runs := rasters[1].Contiguity()
		if math.Round(active) != test.active || math.Round(coactive) != test.coactive ||
			!slices.Equal(runs[:4], test.runs) {
			t.Errorf("the %s has %g active inputs, %g pairs and runs %v, want %g, %g and %v",
				test.net.Title(),
				math.Round(active), math.Round(coactive), runs[:4], test.active, test.coactive, test.runs)
		}
	}
}
