package stats_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestCorrelationLength compares with functions whose crossing of 1/e is known.
func TestCorrelationLength(t *testing.T) {
	exponential := make([]float64, 100)
	for k := range exponential {
		exponential[k] = math.Exp(-float64(k) / 7)
	}
	for _, c := range []struct {
		name            string
		acf             []float64
		want, tolerance float64
	}{
		{"white", []float64{1, 0, 0}, 1 - 1/math.E, 1e-12},
		{"a straight line", []float64{1, 0.8, 0.6, 0.4, 0.2}, (1 - 1/math.E) / 0.2, 1e-12},
		// exp(-7/7) is 1/e but for rounding.
		{"exponential", exponential, 7, 1e-9},
		{"never below", []float64{1, 0.9, 0.8}, 2, 0},
	} {
		if got := stats.CorrelationLength(c.acf); math.Abs(got-c.want) > c.tolerance {
			t.Errorf("%s: length %g, want %g", c.name, got, c.want)
		}
	}
}

// TestNoiseLengths: white noise of m values has the autocorrelation -1/m or so at all lags but 0, and brown
// noise, whose length is a share of m, the longer one by far.
func TestNoiseLengths(t *testing.T) {
	const m = 256
	brown, white, err := stats.NoiseLengths(m, m/2)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "length of white noise", white, (1-1/math.E)/(1+1.0/m), 1e-4)
	half, _, err := stats.NoiseLengths(m/2, m/4)
	if err != nil || brown < 10 || math.Abs(brown/half-2) > 0.05 {
		t.Errorf("the lengths of brown noise of %d and %d values are %g and %g, %v", m, m/2, brown, half, err)
	}
	if _, _, err := stats.NoiseLengths(4, 4); err == nil {
		t.Error("4 values have a lag of 4")
	}
}
