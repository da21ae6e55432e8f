package theory_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/theory"
)

// TestVersion holds the numbers of tiny nets to those of the Version, which parts that are kept go by: if it
// fails because the numbers were meant to change, raise the Version and put the new numbers here.
func TestVersion(t *testing.T) {
	if theory.Version != 1 {
		t.Fatalf("the numbers below are those of version 1, and the code has version %d: put the new "+
			"numbers "+
			"here", theory.Version)
	}
	check := func(what string, got ...float64) {
		for i, want := range pinned[what] {
			// Sums of float64 in another order, on another processor, move the last digits.
			if len(got) != len(pinned[what]) || math.Abs(got[i]-want) > 1e-9*math.Abs(want) {
				t.Errorf("%s gives %.12g, want %.12g", what, got, pinned[what])
				break
			}
		}
	}
	for _, net := range []string{theory.FeedforwardNet, theory.ResidualNet, theory.RescaledNet,
		theory.HighwayNet} {
		for _, estimator := range []theory.Estimator{theory.Conditioned, theory.Plain} {
			config := theory.Config{Net: net, Depths: []int{2, 5}, Width: 8, Draws: 600, Estimator: estimator,
				Seed: 1}
			if net == theory.RescaledNet {
				config.Beta = 0.3
			}
			result, err := theory.Run(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			p := result.Points[1]
			check(net+", "+string(estimator), p.Variance.Value, p.Covariance.Value, p.Correlation.StdErr)
		}
	}
	walks, err := theory.Donsker(t.Context(), theory.DonskerConfig{Widths: []int{7}, Inputs: 11, Cells: 5,
		Draws: 60, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	w := walks.Walks[0]
	check("walk", w.Path[7], w.Covariances[3].Measured.Value, w.Distance.Empirical,
		w.Distance.GivenKinks.Value)
}

// pinned are the numbers of version 1.
var pinned = map[string][]float64{
	"feedforward, conditioned": {0.985728352865, 0.0303141276042, 0.00194761082128},
	"feedforward, plain":       {0.930413171832, 0.0307420503547, 0.0183979450278},
	"residual, conditioned":    {32.1668400065, 7.6712125651, 0.00286994666218},
	"residual, plain":          {30.9952253327, 7.11252320463, 0.0193235400303},
	"rescaled, conditioned":    {1.36375245779, 1.1735433616, 0.000998231103072},
	"rescaled, plain":          {1.33885845421, 1.15285538756, 0.00326631633407},
	"highway, conditioned":     {1.00361865677, 0.593225406771, 0.00228313944098},
	"highway, plain":           {1.05040585867, 0.617103704649, 0.0105888488009},
	"walk":                     {1.57186047356, 0.0669809279225, 0.181585379241, 0.155},
}
