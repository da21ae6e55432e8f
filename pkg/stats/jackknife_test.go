package stats_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/floats"
)

// The ratio of two means, with its standard error over draws.
func ExampleJackknife() {
	draws := [][]float64{{1.0, 2.0}, {1.2, 2.2}, {0.8, 1.9}, {1.1, 2.1}}
	ratio := stats.Jackknife(draws, func(mean []float64) []float64 { return []float64{mean[0] / mean[1]} })
	fmt.Printf("%.3f ± %.3f\n", ratio[0].Value, ratio[0].StdErr)
	// Output: 0.500 ± 0.026
}

// TestJackknifeOfAMean: of a plain mean the jackknife's error is the usual standard error, exactly.
func TestJackknifeOfAMean(t *testing.T) {
	rng := random.Stream(3)
	draws, values := make([][]float64, 30), make([]float64, 30)
	for i := range draws {
		values[i] = rng.NormFloat64()
		draws[i] = []float64{values[i]}
	}
	got := stats.Jackknife(draws, func(mean []float64) []float64 { return []float64{mean[0], 2 * mean[0]} })
	want := stats.Mean(values)
	const rounding = 1e-12
	near(t, "mean", got[0].Value, want.Value, rounding)
	near(t, "standard error", got[0].StdErr, want.StdErr, rounding)
	near(t, "standard error of the double", got[1].StdErr, 2*want.StdErr, rounding)
	if got[0].Draws != 30 {
		t.Errorf("%d draws, want 30", got[0].Draws)
	}
}

// TestReplicatesMakeTheJackknife: the difference of two ensembles by their replicates is that of the draws.
func TestReplicatesMakeTheJackknife(t *testing.T) {
	rng := random.Stream(6)
	draws, others := make([][]float64, 12), make([][]float64, 12)
	for i := range draws {
		common := rng.ExpFloat64()
		draws[i], others[i] = []float64{common + rng.ExpFloat64()}, []float64{common + rng.ExpFloat64()}
	}
	logarithm := func(mean []float64) []float64 { return []float64{math.Log(mean[0])} }
	own, other := stats.Replicate(draws, logarithm)[0], stats.Replicate(others, logarithm)[0]
	want := stats.JackknifePaired(draws, others, func(mean, other []float64) float64 {
		return math.Log(mean[0]) - math.Log(other[0])
	})
	got := own.Minus(other)
	const rounding = 1e-12
	near(t, "difference", got.Value, want.Value, rounding)
	near(t, "standard error of the difference", got.StdErr, want.StdErr, rounding)
	if got := own.Estimate(); got != stats.Jackknife(draws, logarithm)[0] {
		t.Errorf("replicates have the estimate %+v", got)
	}
	other.Without = other.Without[1:]
	if got := own.Minus(other); !math.IsNaN(got.Value) {
		t.Errorf("ensembles of different sizes differ by %+v", got)
	}
}

// TestJackknifeCoversTheLogOfAMean: the intervals of the logarithm of a mean of exponential variables cover
// log 1 = 0.
func TestJackknifeCoversTheLogOfAMean(t *testing.T) {
	const ensembles, n = 400, 100
	covered := 0
	for ensemble := range ensembles {
		rng := random.Stream(4, uint64(ensemble))
		draws := make([][]float64, n)
		for i := range draws {
			draws[i] = []float64{rng.ExpFloat64()}
		}
		logs := stats.Jackknife(draws, func(mean []float64) []float64 { return []float64{math.Log(mean[0])} })
		if logs[0].Low <= 0 && 0 <= logs[0].High {
			covered++
		}
	}
	// 95 % of 400 is 380 with a deviation of 4.4; the bound is four deviations below, and the skew of a mean
	// of 100 costs little.
	if covered < 362 {
		t.Errorf("%d of %d intervals cover the truth", covered, ensembles)
	}
}

// TestJackknifePairedOfMeans: of the difference of two plain means it is the mean of the differences with the
// usual standard error, exactly; and of equal ensembles exactly 0, whatever the statistic.
func TestJackknifePairedOfMeans(t *testing.T) {
	rng := random.Stream(5)
	draws, others, differences := make([][]float64, 12), make([][]float64, 12), make([]float64, 12)
	for i := range draws {
		common := 10 * rng.NormFloat64()
		draws[i], others[i] = []float64{common + rng.NormFloat64()}, []float64{99, common + rng.NormFloat64()}
		differences[i] = draws[i][0] - others[i][1]
	}
	got := stats.JackknifePaired(draws, others,
		func(mean, other []float64) float64 { return mean[0] - other[1] })
	want := stats.Mean(differences)
	const rounding = 1e-12
	near(t, "difference", got.Value, want.Value, rounding)
	near(t, "standard error", got.StdErr, want.StdErr, rounding)
	equal := stats.JackknifePaired(draws, draws,
		func(mean, other []float64) float64 { return math.Sin(mean[0]) - math.Sin(other[0]) })
	if equal != (stats.Estimate{Draws: 12}) {
		t.Errorf("equal ensembles differ by %+v", equal)
	}
}

// TestJackknifePairedCovers: for two ensembles that share most of what they vary by, intervals of the
// logarithm of a ratio of means cover the truth as often as they should, and are as much narrower than those
// for independent ensembles as the shared part makes them.
func TestJackknifePairedCovers(t *testing.T) {
	const ensembles, n = 400, 100
	covered, paired, independent := 0, 0.0, 0.0
	for ensemble := range ensembles {
		rng := random.Stream(6, uint64(ensemble))
		draws, others := make([][]float64, n), make([][]float64, n)
		// means 10 and 20; of the variances, 1 + 0.1 and 4 (1 + 0.1), 1 and 4 are shared
		for i := range draws {
			common := rng.NormFloat64()
			draws[i] = []float64{10 + common + math.Sqrt(0.1)*rng.NormFloat64()}
			others[i] = []float64{20 + 2*common + math.Sqrt(0.4)*rng.NormFloat64()}
		}
		got := stats.JackknifePaired(draws, others,
			func(mean, other []float64) float64 { return math.Log(mean[0] / other[0]) })
		if got.Low <= math.Log(0.5) && math.Log(0.5) <= got.High {
			covered++
		}
		paired += got.StdErr / ensembles
		for _, one := range [][][]float64{draws, others} {
			alone := stats.Jackknife(one,
				func(mean []float64) []float64 { return []float64{math.Log(mean[0])} })
			independent += alone[0].StdErr * alone[0].StdErr / ensembles
		}
	}
	// 95 % of 400 is 380 with a deviation of 4.4; four deviations either way.
	if covered < 362 || covered > 398 {
		t.Errorf("%d of %d intervals cover the truth", covered, ensembles)
	}
	// A logarithm's variance is that of the mean over its square: together (1.1 + 1.1)/100 for independent
	// ensembles, and (0.1 + 0.1)/100 for these.
	near(t, "standard error, of that for independent ensembles", paired/math.Sqrt(independent),
		math.Sqrt(0.2/2.2), 0.01)
}

// TestJackknifeThatCanNotBeMadeIsNone: rows that don't fit, and numbers that are not finite, without one of
// the draws or of all, are no estimate.
func TestJackknifeThatCanNotBeMadeIsNone(t *testing.T) {
	difference := func(mean, other []float64) float64 { return mean[0] - other[0] }
	for name, ensembles := range map[string][2][][]float64{
		"one draw":        {{{1}}, {{1}}},
		"no draws":        {nil, nil},
		"unequal numbers": {{{1}, {2}}, {{1}}},
		"rows whose lengths make up for each other": {{{1}, {2, 3}}, {{4, 5}, {6}}},
		"an infinite number":                        {{{1}, {2}}, {{1}, {math.Inf(1)}}},
		"a longer row":                              {{{1}, {2}}, {{1}, {1, 2}}},
	} {
		if e := stats.JackknifePaired(ensembles[0], ensembles[1], difference); e.Made() ||
			!math.IsNaN(e.Value) {
			t.Errorf("%s give %+v", name, e)
		}
	}
	identity := func(mean []float64) []float64 { return mean }
	for name, c := range map[string]struct {
		draws     [][]float64
		statistic func([]float64) []float64
	}{
		"one draw":     {[][]float64{{1}}, identity},
		"a longer row": {[][]float64{{1}, {1, 2}}, identity},
		"NaN":          {[][]float64{{1}, {math.NaN()}}, identity},
		"log 0 without draw 1": {[][]float64{{0}, {1}},
			func(mean []float64) []float64 { return []float64{math.Log(mean[0])} }},
		"a statistic of no draw": {[][]float64{{1}, {2}},
			func([]float64) []float64 { return []float64{math.NaN()} }},
	} {
		if e := stats.Jackknife(c.draws, c.statistic); len(e) != 1 || e[0].Made() || !math.IsNaN(e[0].Value) {
			t.Errorf("%s give %+v", name, e)
		}
	}
	if e := stats.Jackknife([][]float64{{1, math.NaN()}, {3, 0}}, identity); !e[0].Made() ||
		e[0].Value != 2 || e[1].Made() {
		t.Errorf("of a number and NaN: %+v", e)
	}
}

// TestJackknifeWithoutTheLargest: what is left without a draw that is larger than all others by more than the
// digits of a number is what the others say.
func TestJackknifeWithoutTheLargest(t *testing.T) {
	draws := [][]float64{{0x1p-100}, {1}, {0x1p-100}}
	logarithm := stats.Jackknife(draws, func(mean []float64) []float64 {
		return []float64{math.Log2(mean[0])}
	})[0]
	// The replicates are -1, -100 and -1: their sum of squared deviations is 2/3 of 99^2, and the error's
	// square 2/3 of that.
	near(t, "value", logarithm.Value, -math.Log2(3), 1e-12)
	near(t, "error", logarithm.StdErr, 99*2.0/3, 1e-12)
}

// TestDistanceCoversItsTruth draws 15 numbers around a point, 12 draws at a time, and asks for the distance
// of their mean from 0: the interval holds the true one in 95 % of cases or more, and Tukey's, where that is
// 0, in hardly any. Of 400 cases 95 % have a standard deviation of 1.1 %: the bound is three below.
func TestDistanceCoversItsTruth(t *testing.T) {
	const numbers, draws, cases = 15, 12, 400
	rng := random.Stream(1)
	for _, truth := range []float64{0, 0.5, 5} {
		covered, byTukey := 0, 0
		for range cases {
			rows := make([][]float64, draws)
			for i := range rows {
				rows[i] = make([]float64, numbers)
				for k := range rows[i] {
					rows[i][k] = truth/math.Sqrt(numbers) + rng.NormFloat64()
				}
			}
			r := stats.Replicate(rows, func(mean []float64) []float64 {
				return []float64{floats.Norm(mean, 2)}
			})[0]
			holds := func(e stats.Estimate) int {
				if e.Low <= truth && truth <= e.High {
					return 1
				}
				return 0
			}
			if e := r.Distance(); e.Low > e.Value || e.Low < 0 || e.Value != r.All {
				t.Fatalf("the estimate is %+v", e)
			}
			covered, byTukey = covered+holds(r.Distance()), byTukey+holds(r.Estimate())
		}
		if float64(covered) < 0.917*cases {
			t.Errorf("the intervals hold %g in %d of %d cases", truth, covered, cases)
		}
		if truth == 0 && byTukey > cases/10 {
			t.Errorf("Tukey's intervals hold 0 in %d of %d cases", byTukey, cases)
		}
	}
}
