package stats_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

func TestACFByHand(t *testing.T) {
	acf, err := stats.ACF([]float64{1, 2, 3, 4}, 3)
	if err != nil {
		t.Fatal(err)
	}
	// Deviations -1.5, -0.5, 0.5, 1.5: sums of products 5, 1.25, -1.5, -2.25.
	for k, want := range []float64{1, 0.25, -0.3, -0.45} {
		near(t, "autocorrelation", acf[k], want, 1e-15)
	}
}

func TestACFOfAR1(t *testing.T) {
	const phi, m = 0.8, 200_000
	acf, err := stats.ACF(autoregression(m, phi), 10)
	if err != nil {
		t.Fatal(err)
	}
	for k, r := range acf {
		// By Bartlett's formula the deviation of r_k is at most sqrt((1+phi^2)/(1-phi^2)/m) = 0.0048; four of
		// it.
		near(t, "autocorrelation of AR(1)", r, math.Pow(phi, float64(k)), 0.019)
	}
}

func TestMeanACF(t *testing.T) {
	const draws, m = 400, 64
	series := make([][]float64, draws)
	for i := range series {
		series[i] = white(m, uint64(i))
	}
	s, err := stats.MeanACF(series, 5)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := stats.WhiteACF(m, 5)
	if err != nil {
		t.Fatal(err)
	}
	for k := 1; k <= 5; k++ {
		// The variance of r_k for white noise is about (m-k)/(m(m+2)); four deviations of the mean of 400.
		deviation := math.Sqrt(float64(m-k) / float64(m*(m+2)))
		near(t, "mean autocorrelation of white noise", s.Mean[k], exact[k], 4*deviation/20)
		near(t, "its standard error", s.StdErr[k], deviation/20, 0.2*deviation/20) // 400 draws give it to 4 %
		// 80 % of a normal lie within 1.2816 deviations; the quantile of 400 has a deviation of 0.085 of
		// those.
		near(t, "upper quantile", s.Upper[k], exact[k]+1.2816*deviation, 0.4*deviation)
		near(t, "lower quantile", s.Lower[k], exact[k]-1.2816*deviation, 0.4*deviation)
	}
	if s.Draws != draws || len(s.Mean) != 6 {
		t.Errorf("%d draws, %d lags", s.Draws, len(s.Mean))
	}
	single, err := stats.MeanACF(series[:1], 5)
	if err != nil || single.StdErr[1] != 0 {
		t.Errorf("one draw: standard error %v, error %v", single.StdErr, err)
	}
}

func TestExpectedACFOfWhiteNoise(t *testing.T) {
	for _, m := range []int{8, 64} {
		got, err := stats.ExpectedACF(stationary(m, func(lag int) float64 {
			if lag == 0 {
				return 3 // the scale does not matter
			}
			return 0
		}), 5)
		if err != nil {
			t.Fatal(err)
		}
		want, err := stats.WhiteACF(m, 5)
		if err != nil {
			t.Fatal(err)
		}
		for k := range got {
			near(t, "expected autocorrelation", got[k], want[k], 1e-8) // the accuracy of the integral
		}
	}
}

// TestExpectedACFAgainstMonteCarlo compares the exact expectations with means over draws.
func TestExpectedACFAgainstMonteCarlo(t *testing.T) {
	const m, draws, phi = 64, 4000, 0.9
	ar, err := stats.ExpectedACF(stationary(m, func(lag int) float64 { return math.Pow(phi, float64(lag)) }),
		15)
	if err != nil {
		t.Fatal(err)
	}
	brown, err := stats.BrownACF(m, 15)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		exact []float64
		draw  func(i uint64) []float64
	}{
		"AR(1)": {ar, func(i uint64) []float64 { return autoregression(m, phi, i) }},
		"brown": {brown, func(i uint64) []float64 { return walk(m, i) }},
	} {
		series := make([][]float64, draws)
		for i := range series {
			series[i] = test.draw(uint64(i))
		}
		s, err := stats.MeanACF(series, 15)
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k <= 15; k++ {
			// 30 comparisons with fixed seeds: four standard errors.
			near(t, name+", mean autocorrelation", s.Mean[k], test.exact[k], 4*s.StdErr[k])
		}
		near(t, name+" at lag 0", test.exact[0], 1, 1e-8)
	}
}

func BenchmarkExpectedACF(b *testing.B) {
	walk := mat.NewSymDense(256, nil)
	for s := range 256 {
		for t := s; t < 256; t++ {
			walk.SetSym(s, t, float64(s+1))
		}
	}
	for b.Loop() {
		if _, err := stats.ExpectedACF(walk, 15); err != nil {
			b.Fatal(err)
		}
	}
}
