package claims_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// near compares estimates up to rounding.
func near(t *testing.T, what string, got, want claims.Estimate) {
	t.Helper()
	const rounding = 1e-12
	if math.Abs(got.Value-want.Value) > rounding || math.Abs(got.Low-want.Low) > rounding || math.Abs(got.High-want.High) > rounding || got.Draws != want.Draws {
		t.Errorf("%s is %+v, want %+v", what, got, want)
	}
}

func TestWhatCanNotBeMadeIsNone(t *testing.T) {
	for name, e := range map[string]claims.Estimate{
		"mean of one": claims.Mean(stats.Summary{Mean: 1, N: 1}), "mean of none": claims.Mean(stats.Summary{}), "share of none": claims.Share(0, 0),
		"smallest of none": claims.Smallest(nil), "largest of none": claims.Largest(nil),
		"difference from none": claims.Exact(1).MinusIndependent(claims.None()), "distance of none": claims.None().Distance(1),
		"largest with none": claims.Largest([]claims.Estimate{claims.None(), claims.Exact(1)}),
	} {
		if e.Made() || !math.IsNaN(e.Value) {
			t.Errorf("the %s is %+v", name, e)
		}
	}
	if !claims.Exact(0).Made() || (claims.Estimate{Low: math.Inf(-1)}).Made() {
		t.Error("an exact 0 is an estimate, an interval without an end is none")
	}
}

func TestDifferenceAndDistance(t *testing.T) {
	a, b := claims.Estimate{Value: 5, Low: 2, High: 6, Draws: 20}, claims.Estimate{Value: 1, Low: 0, High: 5, Draws: 10}
	near(t, "a - b", a.MinusIndependent(b), claims.Estimate{Value: 4, Low: -1, High: 4 + math.Sqrt2, Draws: 10})
	near(t, "|a|", a.Distance(0), claims.Estimate{Value: 5, Low: 2, High: 6, Draws: 20})
	near(t, "|a - 7|", a.Distance(7), claims.Estimate{Value: 2, Low: 1, High: 5, Draws: 20})
	near(t, "|a - 5.5|", a.Distance(5.5), claims.Estimate{Value: 0.5, Low: 0, High: 3.5, Draws: 20})
}

// TestSmallestByHand: with 2 draws Student's t has one degree of freedom, and its quantile is tan(pi (p - 1/2)); two ends that shall hold
// together are at 0.9875 instead of 0.975.
func TestSmallestByHand(t *testing.T) {
	wider := math.Tan(math.Pi*0.4875) / math.Tan(math.Pi*0.475)
	a, b := claims.Estimate{Value: 3, Low: 0, High: 5, Draws: 2}, claims.Estimate{Value: 1, Low: 0.5, High: 1.5, Draws: 2}
	near(t, "smallest", claims.Smallest([]claims.Estimate{a, b}), claims.Estimate{Value: 1, Low: 0, High: 1 + 0.5*wider, Draws: 2})
	near(t, "largest", claims.Largest([]claims.Estimate{a, b}), claims.Estimate{Value: 3, Low: 1 - 0.5*wider, High: 5, Draws: 2})
	near(t, "smallest of one", claims.Smallest([]claims.Estimate{a}), a)
	a.Draws, b.Draws = 0, 0 // as the ends of bands that hold together already
	near(t, "smallest of bands", claims.Smallest([]claims.Estimate{a, b}), claims.Estimate{Value: 1, Low: 0, High: 1.5})
}

// TestSmallestErrs draws six means whose true smallest is at the bound. Whether the others are equal to it, or far above, and whether they share
// their noise or not, each wrong verdict comes in 2.5 % of cases at most.
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
					values[q] = append(values[q], float64(q)*test.apart+test.shared*common+math.Sqrt(1-test.shared*test.shared)*rng.NormFloat64())
				}
			}
			var all []claims.Estimate
			for _, v := range values {
				s, err := stats.Summarize(v)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, claims.Mean(s))
			}
			switch (claims.Claim{}).Above(claims.Smallest(all), 0).Verdict {
			case claims.Holds:
				holds++
			case claims.Contradicted:
				contradicted++
			}
		}
		// 50 of 2000 expected at most, with a deviation of 7.
		if holds > 50+4*7 || contradicted > 50+4*7 {
			t.Errorf("%+v: the smallest is called above its true value %d times and not above %d times in %d", test, holds, contradicted, trials)
		}
	}
}
