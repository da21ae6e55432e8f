package gradients_test

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// brownnessOf returns the brownness of the expected autocorrelation of an autoregression.
func brownnessOf(t *testing.T, m int, phi float64) float64 {
	t.Helper()
	covariance := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			covariance.SetSym(i, j, math.Pow(phi, float64(j-i)))
		}
	}
	acf, err := stats.ExpectedACF(covariance, gradients.MaxLag)
	if err != nil {
		t.Fatal(err)
	}
	colour, err := stats.Colour(acf, m)
	if err != nil {
		t.Fatal(err)
	}
	return colour.Brownness
}

// TestBrownnessDifferenceOfSharedDraws compares autoregressions of two strengths on the same innovations: the
// intervals of the joint jackknife cover the true difference as often as they should, and are much narrower
// than those that take the two for independent.
func TestBrownnessDifferenceOfSharedDraws(t *testing.T) {
	const ensembles, draws, m = 300, 40, 96
	want := brownnessOf(t, m, 0.8) - brownnessOf(t, m, 0.75)
	covered, paired, independent := 0, 0.0, 0.0
	for ensemble := range uint64(ensembles) {
		var own, other [][]float64
		for draw := range uint64(draws) {
			own = append(own, autoregression(m, 0.8, 21, ensemble, draw))
			other = append(other, autoregression(m, 0.75, 21, ensemble, draw))
		}
		a, err := gradients.Summarize(own)
		if err != nil {
			t.Fatal(err)
		}
		b, err := gradients.Summarize(other)
		if err != nil {
			t.Fatal(err)
		}
		difference := gradients.BrownnessDifference(a.Autocorrelations, b.Autocorrelations, m)
		// rounding
		if math.Abs(difference.Value-(a.Brownness.Value-b.Brownness.Value)) > 1e-12 ||
			difference.Draws != draws {
			t.Fatalf("the difference of %v and %v is %+v", a.Brownness, b.Brownness, difference)
		}
		if difference.Low <= want && want <= difference.High {
			covered++
		}
		apart := a.Brownness.MinusIndependent(b.Brownness)
		paired, independent = paired+difference.High-difference.Low, independent+apart.High-apart.Low
	}
	// 285 expected, with a deviation of 3.8: four of these below.
	if covered < 285-16 {
		t.Errorf("%d of %d intervals cover the true difference, %g", covered, ensembles, want)
	}
	if paired > independent/3 {
		t.Errorf("intervals are %.3g wide on shared draws, and %.3g if taken for independent",
			paired/ensembles, independent/ensembles)
	}
}

// TestBrownnessDifferenceOfEqualNets is exactly 0, with no interval around it, so that neither is called the
// browner one.
func TestBrownnessDifferenceOfEqualNets(t *testing.T) {
	var draws [][]float64
	for draw := range uint64(5) {
		draws = append(draws, autoregression(64, 0.7, 22, draw))
	}
	s, err := gradients.Summarize(draws)
	if err != nil {
		t.Fatal(err)
	}
	same := gradients.BrownnessDifference(s.Autocorrelations, slices.Clone(s.Autocorrelations), 64)
	if same != (stats.Estimate{Draws: 5}) {
		t.Errorf("equal nets differ by %+v", same)
	}
	if (claims.Claim{}).Above(same, 0).Verdict != claims.Contradicted ||
		(claims.Claim{}).Below(same, 0).Verdict != claims.Contradicted {
		t.Error("of equal nets one is called browner")
	}
	if none := gradients.BrownnessDifference(s.Autocorrelations, s.Autocorrelations[1:], 64); none.Made() {
		t.Errorf("ensembles of different sizes differ by %v", none)
	}
}
