package gradients_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// TestVersion holds the numbers of tiny nets to those of the Version. Results of an interrupted run are
// taken as long as the Version stays: if this test fails because the numbers were meant to change, raise
// the Version and put the new numbers here.
func TestVersion(t *testing.T) {
	if gradients.Version != 1 {
		t.Fatalf("the numbers below are those of version 1, and the code has version %d: put the new "+
			"numbers "+
			"here", gradients.Version)
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, test := range []struct {
		net  models.Config
		want []float64 // the gradients of draw 8 at the first, third and last of 5 inputs
	}{
		{models.Config{Net: "feedforward", Norm: norms.Center}, []float64{0.0466306, -0.7544881, 0.5204368}},
		{models.Config{Net: "feedforward", Norm: norms.Center, Statistics: norms.Coupled},
			[]float64{-0.002435356, -0.186478, 0.3253968}},
		{models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.3},
			[]float64{-0.2069042, -0.2505744, -0.7424541}},
		{models.Config{Net: "residual", Norm: norms.None, Beta: 1},
			[]float64{-0.03183705, 0.2048014, -0.2859583}},
	} {
		test.net.Depth, test.net.Width = 5, 8
		result, err := gradients.Run(t.Context(), e, gradients.Config{Net: test.net, Inputs: 5, Draws: 2,
			First: 7, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		g := result.Gradients[1]
		got := []float64{g[0], g[2], g[4]}
		for i, value := range got {
			// float32 nets of 5 layers: sums in another order, on another processor or backend, move the
			// sixth digit.
			if len(test.want) != len(got) || math.Abs(value-test.want[i]) > 1e-4*math.Abs(value) {
				t.Errorf("the gradients of the %s are %.7g, want %.7g", test.net.Title(), got, test.want)
				break
			}
		}
	}
}
