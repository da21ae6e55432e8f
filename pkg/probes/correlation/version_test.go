package correlation_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
)

// TestVersion holds the numbers of tiny nets to those of the Version, which parts that are kept go by: if it
// fails because the numbers were meant to change, raise the Version and put the new numbers here.
func TestVersion(t *testing.T) {
	if correlation.Version != 1 {
		t.Fatalf("the numbers below are those of version 1, and the code has version %d: put the new "+
			"numbers "+
			"here", correlation.Version)
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, test := range []struct {
		net  models.Config
		want []float64 // variance, correlation, counted, coactive, deviation of the correlation, growth
	}{
		{models.Config{Net: "feedforward", Norm: norms.Batch},
			[]float64{386.1416, -0.02709641, 0.03199458, 0.2035257, 0.1324356, 1.115837}},
		{models.Config{Net: "residual", Norm: norms.Center, Beta: 1},
			[]float64{20.64697, 0.1246196, 0.1922519, 0.1535791, 0.07891518, 0.8328811}},
		{models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.3},
			[]float64{5.53616, 0.2620458, 0.335336, 0.1525107, 0.1250223, 0.3993728}},
		{models.Config{Net: "highway", Norm: norms.None},
			[]float64{1.00395, 0.647466, 0.6847269, 0.221421, 0.1535766, 0.009343123}},
	} {
		test.net.Depth, test.net.Width = 4, 6
		result, err := correlation.Run(t.Context(), e, correlation.Config{Net: test.net, Inputs: 16, Draws: 8,
			Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		slope, err := result.Slope(correlation.CII, 1, 4, func(depth float64) float64 { return depth })
		if err != nil {
			t.Fatal(err)
		}
		p := result.Curve()[3]
		got := []float64{p.Variance.Value, p.Correlation.Value, p.Counted.Value, p.Coactive.Value,
			p.Correlation.StdErr, slope.Value}
		for i, value := range got {
			// float32 nets of 4 layers: sums in another order, on another processor or backend, move the
			// sixth digit.
			if len(test.want) != len(got) || math.Abs(value-test.want[i]) > 1e-4*math.Abs(value) {
				t.Errorf("%s gives %.7g, want %.7g", test.net.Title(), got, test.want)
				break
			}
		}
	}
}
