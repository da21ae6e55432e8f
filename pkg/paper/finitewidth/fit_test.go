package finitewidth

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// deviating returns the series of a net that is off by a function of the width, with the errors of 100 draws.
func deviating(off func(n float64) float64, stdErr float64) law.Series {
	s := law.Series{Depth: 50}
	for _, n := range []float64{50, 100, 200, 400, 800} {
		s.X, s.Theory = append(s.X, n), append(s.Theory, 0.2)
		s.Measured = append(s.Measured, stats.Student(0.2+off(n), stdErr, 100))
	}
	return s
}

// TestFitFindsWhatIsThere: deviations that are of the fitted form are fitted exactly.
func TestFitFindsWhatIsThere(t *testing.T) {
	fit := newFit(deviating(func(n float64) float64 { return 2/n + 30/(n*n) }, 0.001))
	if math.Abs(fit.Constant.Value-2) > 1e-9 || math.Abs(fit.Second-30) > 1e-6 ||
		!(fit.Constant.Low < 2 && fit.Constant.High > 2) {
		t.Errorf("2/N + 30/N^2 is fitted by %v and %g", fit.Constant, fit.Second)
	}
	if want := 50.0 / 50; fit.Reach != want { // it is off by 0.052 there
		t.Errorf("it serves up to L/N = %g, want %g", fit.Reach, want)
	}
	fit = newFit(deviating(func(n float64) float64 { return 10 / n }, 0.001))
	if math.Abs(fit.Reach-50*0.1/10) > 0.001 { // the search's step
		t.Errorf("10/N reaches a tenth at L/N = %g, want %g", fit.Reach, 50*0.1/10)
	}
	if e := fit.Exponent; math.Abs(e.Value-1) > 0.005 || e.Low > 1 || e.High < 1 {
		t.Errorf("the exponent of 1/N is %v", e)
	}
	fit = newFit(deviating(func(n float64) float64 { return -1 / math.Sqrt(n) }, 0.001))
	if e := fit.Exponent; math.Abs(e.Value-0.5) > 0.005 || e.High > 0.75 {
		t.Errorf("the exponent of 1/sqrt N is %v", e)
	}
}

// TestIntervalsGrowWithFewerDraws: errors that are known from few draws are known badly.
func TestIntervalsGrowWithFewerDraws(t *testing.T) {
	many := deviating(func(n float64) float64 { return 2 / n }, 0.001)
	few := deviating(func(n float64) float64 { return 2 / n }, 0.001)
	few.Measured = slices.Clone(few.Measured)
	few.Measured[4] = stats.Student(few.Measured[4].Value, 0.001, 8)
	span := func(e stats.Estimate) float64 { return e.High - e.Low }
	a, b := newFit(many), newFit(few)
	// Student's t of 7 degrees of freedom over that of 99.
	if got, want := span(b.Constant)/span(a.Constant), 2.3646/1.9842; math.Abs(got-want) > 1e-4 {
		t.Errorf("the constant's interval grows by the factor %g, want %g", got, want)
	}
	if !(span(b.Exponent) > span(a.Exponent)) {
		t.Errorf("the exponent's interval is %v with many draws and %v with few", a.Exponent, b.Exponent)
	}
}

// TestFitOfNoiseSaysNothing: where the deviation is far below its errors the intervals are wide.
func TestFitOfNoiseSaysNothing(t *testing.T) {
	fit := newFit(deviating(func(n float64) float64 { return 0.1 / n }, 0.05))
	if fit.Exponent.Low > 0.01 || fit.Exponent.High < 2.9 || fit.Constant.High-fit.Constant.Low < 1 {
		t.Errorf("noise has the exponent %v and the constant %v", fit.Exponent, fit.Constant)
	}
}
