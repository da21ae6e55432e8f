package stats_test

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat"
)

// The numbers are those of scipy 1.17.1 (rankdata, spearmanr) and pingouin 0.7.0 (partial_corr with
// method="spearman"), on lists with ties.
var (
	rankX = []float64{-0.8, -1.3, -0.2, 0.4, 1.1, 0.1, -0.6, -0.8, 0.7, 1.6, 0.3, -1.2, -1.0, 1.6, 0.2, -1.7,
		-0.1, -1.2, -0.6, -0.5, -0.7, 0.6, -0.1, -0.6}
	rankY = []float64{-0.4, -0.5, -1.8, 0.1, 0.1, -0.1, -1.9, -0.8, 0.7, 1.3, -0.7, -1.6, -2.1, 0.2, 0.4,
		-2.8,
		1.1, -0.5, -2.6, -0.2, -1.8, 0.6, -0.1, -2.6}
	rankZ = []float64{0, -1, 0, -1, 1, -1, -1, -1, 2, 1, 2, 0, 0, 1, 0, -1, 2, -1, -1, 0, 0, 0, 0, -1}
	ranks = []float64{6.5, 2, 13, 19, 22, 16, 10, 6.5, 21, 23.5, 18, 3.5, 5, 23.5, 17, 1, 14.5, 3.5, 10, 12,
		8,
		20, 14.5, 10}
)

const (
	rhoXY, rhoXZ, rhoYZ = 0.7377372408425807, 0.593447851722665, 0.5750883398501967
	rhoXYgivenZ         = 0.6020909543032702
)

func TestRankCorrelationsAreScipys(t *testing.T) {
	if got := stats.Ranks(rankX); !slices.Equal(got, ranks) {
		t.Errorf("the ranks are %v", got)
	}
	xy, xz, yz := stats.Spearman(rankX, rankY), stats.Spearman(rankX, rankZ), stats.Spearman(rankY, rankZ)
	for _, pair := range [][2]float64{{xy, rhoXY}, {xz, rhoXZ}, {yz, rhoYZ},
		{stats.PartialCorrelation(xy, xz, yz), rhoXYgivenZ}} {
		if math.Abs(pair[0]-pair[1]) > 1e-14 { // rounding of sums of 24 numbers
			t.Errorf("a rank correlation is %v, want %v", pair[0], pair[1])
		}
	}
}

// TestPartialCorrelationIsThatOfResiduals: of what lines through the third leave of the other two.
func TestPartialCorrelationIsThatOfResiduals(t *testing.T) {
	residuals := func(y []float64) []float64 {
		a, b := stat.LinearRegression(rankZ, y, nil, false)
		left := slices.Clone(y)
		for i := range left {
			left[i] -= a + b*rankZ[i]
		}
		return left
	}
	want := stat.Correlation(residuals(rankX), residuals(rankY), nil)
	got := stats.PartialCorrelation(stat.Correlation(rankX, rankY, nil), stat.Correlation(rankX, rankZ, nil),
		stat.Correlation(rankY, rankZ, nil))
	if math.Abs(got-want) > 1e-13 {
		t.Errorf("given the third the correlation is %v, want %v", got, want)
	}
}

func TestRanksOfInfiniteValues(t *testing.T) {
	inf := math.Inf(1)
	if got := stats.Ranks([]float64{inf, 3, inf, -inf}); !slices.Equal(got, []float64{3.5, 2, 3.5, 1}) {
		t.Errorf("the ranks are %v", got)
	}
	if rho := stats.Spearman([]float64{1, 2, inf}, []float64{9, 8, -inf}); rho != -1 {
		t.Errorf("of an order and its reverse the correlation is %g", rho)
	}
	if !math.IsNaN(stats.Spearman([]float64{1, 1}, []float64{1, 2})) ||
		!math.IsNaN(stats.Spearman(nil, nil)) {
		t.Error("where there is no order there is a correlation")
	}
	if !math.IsNaN(stats.Spearman([]float64{1, inf, 2}, []float64{2, math.NaN(), 3})) {
		t.Error("NaN has a rank")
	}
	if !math.IsNaN(stats.Spearman([]float64{1, 2}, []float64{2, 3, 4})) {
		t.Error("lists of different lengths are paired")
	}
}

// TestBootstrapOfAMean: the mean of n normal values has the standard error s/sqrt(n), s the deviation with
// divisor n, and nearly normal replicates.
func TestBootstrapOfAMean(t *testing.T) {
	const n = 200
	rng := random.Stream(1)
	values := make([]float64, n)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	mean := func(units []int) []float64 {
		sum := 0.0
		for _, i := range units {
			sum += values[i] / n
		}
		return []float64{sum, sum, math.NaN()}
	}
	all := stats.Bootstrap(n, 20000, []float64{0.95, 0.975, 0.95}, random.Stream(2), mean)
	deviation := math.Sqrt(stat.PopVariance(values, nil) / n)
	for k, z := range []float64{1.95996, 2.24140} { // normal quantiles
		e := all[k]
		for _, end := range []float64{e.Value - e.Low, e.High - e.Value} {
			// A quantile of 20000 replicates has an error of 2 % of the deviation, one of 200 values that are
			// a little skew as much again.
			if math.Abs(end/deviation-z) > 0.1 {
				t.Errorf("an end lies %.3f standard errors from the mean, want %.3f", end/deviation, z)
			}
		}
		if e.Draws != n || math.Abs(e.Value-stat.Mean(values, nil)) > 1e-12 {
			t.Errorf("the estimate is %+v", e)
		}
	}
	if all[2].Made() {
		t.Errorf("of no number there is the estimate %v", all[2])
	}
}

// TestBootstrapOfUnits: a unit that stands for several equal numbers counts once. Ten units of ten equal
// numbers have the interval of ten numbers.
func TestBootstrapOfUnits(t *testing.T) {
	mean := func(size int) stats.Estimate {
		return stats.Bootstrap(10, 4000, []float64{0.95}, random.Stream(3), func(units []int) []float64 {
			sum := 0.0
			for _, i := range units {
				for range size {
					sum += float64(i) / float64(10*size)
				}
			}
			return []float64{sum}
		})[0]
	}
	one, ten := mean(1), mean(10)
	if math.Abs(one.Low-ten.Low) > 1e-9 || math.Abs(one.High-ten.High) > 1e-9 || !(one.High-one.Low > 2) {
		t.Errorf("the interval of ten numbers is %v, of ten times ten %v", one, ten)
	}
}

// TestBootstrapWithoutSpread: where one sample in ten or more has no number, there is no interval.
func TestBootstrapWithoutSpread(t *testing.T) {
	rho := func(units []int) []float64 {
		var x, y []float64
		for _, i := range units {
			x, y = append(x, float64(i)), append(y, float64(-i))
		}
		return []float64{stats.Spearman(x, y)}
	}
	if e := stats.Bootstrap(3, 1000, []float64{0.95}, random.Stream(4), rho)[0]; e.Made() {
		t.Errorf("of three units, one sample in nine of one alone, there is the estimate %v", e)
	}
	if e := stats.Bootstrap(12, 1000, []float64{0.95}, random.Stream(4), rho)[0]; e.Value != -1 ||
		e.Low != -1 || math.Abs(e.High+1) > 1e-12 {
		t.Errorf("of an order and its reverse there is the estimate %v", e)
	}
}
