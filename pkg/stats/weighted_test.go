package stats_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestWeightedFitOfAnExactLine: whatever the weights, points on a line give that line without error.
func TestWeightedFitOfAnExactLine(t *testing.T) {
	fit, err := stats.WeightedFit([]float64{1, 2, 5, 7}, []float64{-1, -3, -9, -13}, []float64{1, 10, 0.1, 3})
	if err != nil {
		t.Fatal(err)
	}
	const rounding = 1e-12
	near(t, "intercept", fit.Intercept, 1, rounding)
	near(t, "slope", fit.Slope, -2, rounding)
	near(t, "standard error", fit.SlopeStdErr, 0, rounding)
}

// TestWeightedFitByHand compares with the normal equations solved by hand: x = 0, 1, 2, y = 0, 1, 1, weights
// 1, 1, 2. The weighted means are 5/4 and 3/4, the spread 11/4, the slope 5/11, the intercept 2/11; the
// residuals
// -2/11, 4/11, -1/11 give 22/121 / 1 / (11/4) as squared error.
func TestWeightedFitByHand(t *testing.T) {
	fit, err := stats.WeightedFit([]float64{0, 1, 2}, []float64{0, 1, 1}, []float64{1, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	const rounding = 1e-12
	near(t, "slope", fit.Slope, 5.0/11, rounding)
	near(t, "intercept", fit.Intercept, 2.0/11, rounding)
	near(t, "standard error", fit.SlopeStdErr, math.Sqrt(22.0/121/(11.0/4)), rounding)
}

// TestWeightedFitWithEqualWeights is the unweighted fit.
func TestWeightedFitWithEqualWeights(t *testing.T) {
	rng := random.Stream(5)
	var x, y, weights []float64
	for i := range 20 {
		x, y, weights = append(x, float64(i)), append(y, rng.NormFloat64()), append(weights, 7)
	}
	weighted, err := stats.WeightedFit(x, y, weights)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := stats.LinearFit(x, y)
	if err != nil {
		t.Fatal(err)
	}
	const rounding = 1e-12
	near(t, "slope", weighted.Slope, plain.Slope, rounding)
	near(t, "intercept", weighted.Intercept, plain.Intercept, rounding)
	near(t, "standard error", weighted.SlopeStdErr, plain.SlopeStdErr, rounding)
}

// TestWeightedFitKeepsItsScale: only ratios of the weights count, also where they add up to exactly 1, for
// which gonum's regression has no answer.
func TestWeightedFitKeepsItsScale(t *testing.T) {
	x, y := []float64{1, 2, 4}, []float64{3, 5, 8}
	want, err := stats.WeightedFit(x, y, []float64{2, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []float64{0.25, 0.5, 1e6} { // 0.25 makes their sum 1
		got, err := stats.WeightedFit(x, y, []float64{2 * scale, scale, scale})
		if err != nil {
			t.Fatal(err)
		}
		const rounding = 1e-12
		near(t, "slope", got.Slope, want.Slope, rounding)
		near(t, "intercept", got.Intercept, want.Intercept, rounding)
		near(t, "standard error", got.SlopeStdErr, want.SlopeStdErr, rounding)
	}
}

func TestWeightedFitRefuses(t *testing.T) {
	good := []float64{1, 2, 3}
	for want, columns := range map[string][3][]float64{
		"equally many": {good, good, {1, 2}},
		"at least 3":   {{1, 2}, {1, 2}, {1, 2}},
		"finite":       {good, {1, math.Inf(1), 2}, good},
		"positive":     {good, good, {1, 0, 1}},
		"different":    {{0.1, 0.1, 0.1}, good, {1, 2, 3}}, // whose mean is not 0.1
	} {
		if _, err := stats.WeightedFit(columns[0], columns[1], columns[2]); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
