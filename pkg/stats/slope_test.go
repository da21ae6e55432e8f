package stats_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestSlopeByHand: x = 0, 1, 2, y = 0, 1, 1 with weights 1, 1, 2, for which TestWeightedFitByHand has the
// slope 5/11 and the spread 11/4.
func TestSlopeByHand(t *testing.T) {
	y := []stats.Estimate{
		stats.Student(0, 1, 9), stats.Student(1, 1, 4), stats.Student(1, math.Sqrt(0.5), 7),
	}
	slope, err := stats.Slope([]float64{0, 1, 2}, y)
	if err != nil {
		t.Fatal(err)
	}
	nearEstimate(t, "slope", slope, stats.Student(5.0/11, math.Sqrt(4.0/11), 4))
}

// TestSlopeCovers draws means of a few normals of known and different deviations around a line: the interval
// covers its slope, at least as often as it says, since the fewest draws count for all.
func TestSlopeCovers(t *testing.T) {
	rng, x := random.Stream(11), []float64{1, 2, 4}
	const ensembles = 2000
	covered := 0
	for range ensembles {
		var y []stats.Estimate
		for i, at := range x {
			values := make([]float64, 12)
			for k := range values {
				values[k] = 3 - 0.5*at + float64(i+1)*rng.NormFloat64()
			}
			y = append(y, stats.Mean(values))
		}
		slope, err := stats.Slope(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if slope.Low <= -0.5 && -0.5 <= slope.High {
			covered++
		}
	}
	// Of 2000 intervals 95 % are covered with a deviation of 0.5 %, and weights that are themselves estimated
	// from 12 values cost two parts in a hundred or so.
	if share := float64(covered) / ensembles; share < 0.92 || share > 0.98 {
		t.Errorf("%.1f %% of the intervals cover the slope", 100*share)
	}
}

func TestSlopesThatCanNotBeMade(t *testing.T) {
	good := stats.Student(1, 1, 4)
	slope, err := stats.Slope([]float64{0, 1, 2}, []stats.Estimate{good, stats.None(), good})
	if err != nil || slope.Made() {
		t.Errorf("without an estimate the slope is %v, %v", slope, err)
	}
	for want, c := range map[string]struct {
		x []float64
		y []stats.Estimate
	}{
		"standard error": {[]float64{0, 1, 2}, []stats.Estimate{good, stats.Exact(1), good}},
		"at least two":   {[]float64{1, 1, 1}, []stats.Estimate{good, good, good}},
		"equally many":   {[]float64{1, 2}, []stats.Estimate{good, good, good}},
	} {
		if _, err := stats.Slope(c.x, c.y); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
