package stats_test

import (
	"math"
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
	if _, err := stats.SummarizeCurve([][]float64{{1}}); err == nil || !strings.Contains(err.Error(), "at least 2") {
		t.Errorf("one draw gives %v", err)
	}
}
