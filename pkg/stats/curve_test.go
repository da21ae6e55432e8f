package stats_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

func TestSummarizeCurve(t *testing.T) {
	curve, err := stats.SummarizeCurve([][]float64{{0, 1}, {1, 1}, {2, 1}})
	if err != nil {
		t.Fatal(err)
	}
	// The deviation of 0, 1, 2 is 1: the standard error is 1/sqrt(3).
	if curve.Mean[0] != 1 || math.Abs(curve.StdErr[0]-1/math.Sqrt(3)) > 1e-15 || curve.StdErr[1] != 0 {
		t.Errorf("mean %v with standard error %v", curve.Mean, curve.StdErr)
	}
	for _, ragged := range [][][]float64{{{0, 1}, {1}}, {{0}, {1, 2}}} {
		if _, err := stats.SummarizeCurve(ragged); err == nil || !strings.Contains(err.Error(), "points") {
			t.Errorf("draws of different lengths give the error %v", err)
		}
	}
	if _, err := stats.SummarizeCurve([][]float64{{1}}); err == nil ||
		!strings.Contains(err.Error(), "at least 2") {
		t.Errorf("one draw gives %v", err)
	}
}

// TestFarthest: the largest of several distances that may all be 0 has an interval that begins at 0.
func TestFarthest(t *testing.T) {
	c := stats.Curve{Mean: []float64{9, 0.499, 0.502}, StdErr: []float64{9, 0.01, 0.01}, Draws: 20}
	if got := c.Farthest(1, 0.5); got.Low != 0 || !(got.High > 0.02) || math.Abs(got.Value-0.002) > 1e-12 {
		t.Errorf("two means near the target are %+v away", got)
	}
	if got, want := c.At(1), stats.Student(0.499, 0.01, 20); got != want {
		t.Errorf("the estimate at point 1 is %+v, not %+v", got, want)
	}
	if e := new(stats.Curve).Farthest(0, 0.5); e.Made() {
		t.Errorf("no means are %v away", e)
	}
}

func TestCurveOf(t *testing.T) {
	got, err := stats.CurveOf([][]string{{"", "a"}, {"bb", "c"}},
		func(s string) float64 { return float64(len(s)) })
	if err != nil || !slices.Equal(got.Mean, []float64{1, 1}) || !slices.Equal(got.StdErr, []float64{1, 0}) ||
		got.Draws != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}
