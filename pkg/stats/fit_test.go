package stats_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The exponent of a rate is the slope over logarithms: here R ~ 1/sqrt(L), as in Theorem 3.
func ExampleLinearFit() {
	var depth, correlation []float64
	for _, l := range []float64{2, 4, 10, 24, 50} {
		depth, correlation = append(depth, math.Log(l)), append(correlation, math.Log(1/(0.1*math.Sqrt(l))))
	}
	fit, err := stats.LinearFit(depth, correlation)
	if err != nil {
		fmt.Println(err)
		return
	}
	low, high := fit.Interval(0.95)
	fmt.Printf("exponent %.3f, 95 %% from %.3f to %.3f\n", fit.Slope, low, high)
	// Output: exponent -0.500, 95 % from -0.500 to -0.500
}

// TestLinearFitOfAnscombe compares with the regression that Anscombe (1973), "Graphs in statistical
// analysis", prints for his first data set: y = 3.00 + 0.500 x, standard error of the slope 0.118; the digits
// beyond are R's.
func TestLinearFitOfAnscombe(t *testing.T) {
	fit, err := stats.LinearFit(
		[]float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5},
		[]float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68})
	if err != nil {
		t.Fatal(err)
	}
	const digits = 5e-5 // half of the last digit
	near(t, "intercept", fit.Intercept, 3.0001, digits)
	near(t, "slope", fit.Slope, 0.5001, digits)
	near(t, "standard error", fit.SlopeStdErr, 0.1179, digits)
	// t tables: 2.262 for 9 degrees of freedom, to half of its last digit times the standard error.
	low, high := fit.Interval(0.95)
	near(t, "half width", (high-low)/2, 2.262*fit.SlopeStdErr, 0.0005*fit.SlopeStdErr)
	near(t, "centre", (low+high)/2, fit.Slope, 1e-15)
}

// TestSlopeIntervalsCover asks how often 95 % intervals of a slope through 5 noisy points cover it.
func TestSlopeIntervalsCover(t *testing.T) {
	const slope, fits = -0.5, 2000
	x := []float64{0, 1, 2, 4, 8}
	covered := 0
	for i := range uint64(fits) {
		y, rng := make([]float64, len(x)), random.Stream(2, i)
		for k := range x {
			y[k] = 7 + slope*x[k] + rng.NormFloat64()
		}
		fit, err := stats.LinearFit(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if low, high := fit.Interval(0.95); low <= slope && slope <= high {
			covered++
		}
	}
	near(t, "coverage of 2000 intervals", float64(covered), 1900, 39) // four binomial deviations of 9.7
}

func TestBadFitsAreRefused(t *testing.T) {
	second := func(_ any, err error) error { return err }
	for want, err := range map[string]error{
		"3 values of x and 2 of y": second(stats.LinearFit([]float64{1, 2, 3}, []float64{1, 2})),
		"x: the series has 2":      second(stats.LinearFit([]float64{1, 2}, []float64{1, 2})),
		"y: value 2":               second(stats.LinearFit([]float64{1, 2, 3}, []float64{1, 2, math.Inf(1)})),
		"all x are 0.1":            second(stats.LinearFit([]float64{0.1, 0.1, 0.1}, []float64{1, 2, 3})),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
