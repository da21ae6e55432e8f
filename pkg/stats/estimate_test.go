package stats_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// nearEstimate compares estimates up to rounding.
func nearEstimate(t *testing.T, what string, got, want stats.Estimate) {
	t.Helper()
	const rounding = 1e-12
	off := max(math.Abs(got.Value-want.Value), math.Abs(got.Low-want.Low), math.Abs(got.High-want.High))
	if !(off <= rounding) || got.Draws != want.Draws {
		t.Errorf("%s is %+v, want %+v", what, got, want)
	}
}

func TestWhatCanNotBeMadeIsNone(t *testing.T) {
	for name, e := range map[string]stats.Estimate{
		"mean of one":                 stats.Mean([]float64{1}),
		"mean of none":                stats.Mean(nil),
		"mean of NaN":                 stats.Mean([]float64{1, math.NaN()}),
		"mean with an infinite error": stats.Student(1, math.Inf(1), 3),
		"share of none":               stats.Share(0, 0),
		"none, simultaneously":        stats.None().Simultaneous(9),
		"mean of unequal pairs":       stats.MeanPaired([]float64{1, 2}, []float64{1}, math.Max),
		"twice none":                  stats.None().Over(0.5),
		"smallest of none":            stats.Smallest(nil),
		"largest of none":             stats.Largest(nil),
		"difference from none":        stats.Exact(1).MinusIndependent(stats.None()),
		"distance of none":            stats.None().Distance(1),
		"largest with none":           stats.Largest([]stats.Estimate{stats.None(), stats.Exact(1)}),
	} {
		if e.Made() || !math.IsNaN(e.Value) {
			t.Errorf("the %s is %+v", name, e)
		}
	}
	if !stats.Exact(0).Made() || (stats.Estimate{Low: math.Inf(-1)}).Made() {
		t.Error("an exact 0 is an estimate, an interval without an end is none")
	}
}

func TestDifferenceAndDistance(t *testing.T) {
	a, b := stats.Estimate{Value: 5, Low: 2, High: 6, Draws: 20},
		stats.Estimate{Value: 1, Low: 0, High: 5, Draws: 10}
	nearEstimate(t, "a - b", a.MinusIndependent(b),
		stats.Estimate{Value: 4, Low: -1, High: 4 + math.Sqrt2, Draws: 10})
	nearEstimate(t, "|a|", a.Distance(0), stats.Estimate{Value: 5, Low: 2, High: 6, Draws: 20})
	nearEstimate(t, "|a - 7|", a.Distance(7), stats.Estimate{Value: 2, Low: 1, High: 5, Draws: 20})
	nearEstimate(t, "|a - 5.5|", a.Distance(5.5), stats.Estimate{Value: 0.5, Low: 0, High: 3.5, Draws: 20})
}

// TestSmallestByHand: with 2 draws Student's t has one degree of freedom, and its quantile is tan(pi (p -
// 1/2)); two ends that shall hold together are at 0.9875 instead of 0.975.
func TestSmallestByHand(t *testing.T) {
	wider := math.Tan(math.Pi*0.4875) / math.Tan(math.Pi*0.475)
	a, b := stats.Estimate{Value: 3, Low: 0, High: 5, Draws: 2},
		stats.Estimate{Value: 1, Low: 0.5, High: 1.5, Draws: 2}
	nearEstimate(t, "smallest", stats.Smallest([]stats.Estimate{a, b}),
		stats.Estimate{Value: 1, Low: 0, High: 1 + 0.5*wider, Draws: 2})
	nearEstimate(t, "largest", stats.Largest([]stats.Estimate{a, b}),
		stats.Estimate{Value: 3, Low: 1 - 0.5*wider, High: 5, Draws: 2})
	nearEstimate(t, "smallest of one", stats.Smallest([]stats.Estimate{a}), a)
	a.Draws, b.Draws = 0, 0 // as the ends of bands that hold together already
	nearEstimate(t, "smallest of bands", stats.Smallest([]stats.Estimate{a, b}),
		stats.Estimate{Value: 1, Low: 0, High: 1.5})
}

// TestSmallestErrs draws six means whose true smallest is at the bound. Whether the others are equal to it,
// or far above, and whether they share their noise or not, each wrong verdict comes in 2.5 % of cases at
// most.
func TestSmallestErrs(t *testing.T) {
	const trials, n, quantities = 2000, 8, 6
	for _, test := range []struct{ apart, shared float64 }{{0, 0}, {0, 0.9}, {3, 0}, {3, 0.9}} {
		holds, contradicted := 0, 0
		for trial := range trials {
			rng := random.Stream(11, uint64(trial))
			values := make([][]float64, quantities)
			for range n {
				common := rng.NormFloat64()
				for q := range values {
					own := math.Sqrt(1-test.shared*test.shared) * rng.NormFloat64()
					values[q] = append(values[q], float64(q)*test.apart+test.shared*common+own)
				}
			}
			var all []stats.Estimate
			for _, v := range values {
				all = append(all, stats.Mean(v))
			}
			switch (claims.Claim{}).Above(stats.Smallest(all), 0).Verdict {
			case claims.Holds:
				holds++
			case claims.Contradicted:
				contradicted++
			}
		}
		// 50 of 2000 expected at most, with a deviation of 7.
		if holds > 50+4*7 || contradicted > 50+4*7 {
			t.Errorf("%+v: the smallest is called above its true value %d times and not above %d times in %d",
				test, holds, contradicted, trials)
		}
	}
}

// TestEstimateByHand: the values 0, 1, 2 have the deviation 1, and 4.30265 is the 97.5 % quantile of t with 2
// degrees of freedom; 6.20535 that of 98.75 %, for two intervals that hold together.
func TestEstimateByHand(t *testing.T) {
	e := stats.Mean([]float64{0, 1, 2})
	near(t, "standard error", e.StdErr, 1/math.Sqrt(3), 1e-15)
	near(t, "lower end", e.Low, 1-4.30265/math.Sqrt(3), 1e-5)
	if of := stats.MeanOf([]string{"", "a", "bb"},
		func(s string) float64 { return float64(len(s)) }); of != e {
		t.Errorf("the mean length is %+v, not %+v", of, e)
	}
	if paired := stats.MeanPaired([]float64{3, 1, 2}, []float64{3, 0, 0},
		func(a, b float64) float64 { return a - b }); paired != e {
		t.Errorf("the mean of the differences is %+v, not %+v", paired, e)
	}
	both := e.Simultaneous(2)
	near(t, "upper end of two", both.High, 1+6.20535/math.Sqrt(3), 1e-5)
	if both.Draws != 0 || both.Value != 1 || both.StdErr != e.StdErr {
		t.Errorf("simultaneously %+v", both)
	}
	turned := e.Over(-2)
	nearEstimate(t, "half of it, turned around", turned,
		stats.Estimate{Value: -0.5, Low: e.High / -2, High: e.Low / -2, Draws: 3})
	near(t, "its standard error", turned.StdErr, e.StdErr/2, 1e-15)
	nearEstimate(t, "what is possible of it", e.Within(0, 2),
		stats.Estimate{Value: 1, Low: 0, High: 2, Draws: 3})
}

func TestPlusMinus(t *testing.T) {
	for want, e := range map[string]stats.Estimate{
		"0.4895 ± 0.0053":     {Value: 0.48951, StdErr: 0.00531},
		"86 ± 19":             {Value: 86.4, StdErr: 19.2},
		"(6.64 ± 2.39)·10^14": {Value: 6.64e14, StdErr: 2.39e14},
		"-0.007 ± 0.012":      {Value: -0.0072, StdErr: 0.0121},
		"0.25":                {Value: 0.25},
	} {
		if got := e.PlusMinus(); got != want {
			t.Errorf("%+v is written %q, not %q", e, got, want)
		}
	}
}
