package stats_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// TestExpectedACFSumsToMinusHalf checks an identity that every covariance must satisfy, and that no part of
// the computation uses: deviations from the mean sum to 0, so their products over all pairs do too, and all
// lags from 1 up sum to -1/2.
func TestExpectedACFSumsToMinusHalf(t *testing.T) {
	const m = 100
	brown, err := stats.BrownACF(m, m-1)
	if err != nil {
		t.Fatal(err)
	}
	oscillating, err := stats.ExpectedACF(stationary(m,
		func(lag int) float64 { return math.Pow(-0.7, float64(lag)) }), m-1)
	if err != nil {
		t.Fatal(err)
	}
	for name, acf := range map[string][]float64{"brown": brown, "AR(1), phi = -0.7": oscillating} {
		sum := 0.0
		for _, r := range acf[1:] {
			sum += r
		}
		near(t, name+": sum of the autocorrelations", sum, -0.5, 1e-8) // the accuracy of the integral
	}
}

// TestBrownACFIsTheExpectationOfAWalk compares its spectrum, which is one of cosines, with that which
// is computed of the covariance. Both integrals leave out 1e-12 and less.
func TestBrownACFIsTheExpectationOfAWalk(t *testing.T) {
	for _, m := range []int{2, 3, 64, 255} {
		walk := mat.NewSymDense(m, nil)
		for s := range m {
			for t := s; t < m; t++ {
				walk.SetSym(s, t, float64(s+1))
			}
		}
		want, err := stats.ExpectedACF(walk, min(20, m-1))
		if err != nil {
			t.Fatal(err)
		}
		got, err := stats.BrownACF(m, min(20, m-1))
		if err != nil {
			t.Fatal(err)
		}
		for k := range want {
			near(t, fmt.Sprintf("%d steps, lag %d", m, k), got[k], want[k], 1e-9)
		}
	}
}

// TestSlopesHaveTheirClosedForm checks the spread of the slope of white noise. At the frequencies of the
// Fourier transform the powers of normal white noise are independent and exponential, and the variance of the
// logarithm of an exponential is pi^2/6.
func TestSlopesHaveTheirClosedForm(t *testing.T) {
	const m, draws = 255, 1000
	sum, squares := 0.0, 0.0
	for k := 1; k <= (m-1)/2; k++ {
		x := math.Log(2 * math.Sin(math.Pi*float64(k)/m))
		sum, squares = sum+x, squares+x*x
	}
	want := math.Sqrt(math.Pi * math.Pi / 6 / (squares - sum*sum/((m-1)/2)))
	slopes := make([]float64, draws)
	for i := range slopes {
		var err error
		if slopes[i], err = stats.SpectrumSlope(white(m, 4, uint64(i))); err != nil {
			t.Fatal(err)
		}
	}
	s := stats.Mean(slopes)
	// 1000 draws give a deviation to 1/sqrt(2000) = 2.2 %; four of it.
	near(t, "deviation of the slope", s.StdErr*math.Sqrt(draws), want, 0.09*want)
}

// TestPeriodogramOfWalks checks E I(omega_k) = 2 / (2 sin(omega_k/2))^2 for a random walk. Summation by parts
// gives (1 - exp(-i omega)) J(omega) = sum_t W_t (exp(-i omega t) - exp(-i omega)) at these frequencies: the
// steps' own spectrum, flat, and that of the jump from the walk's end to its start, which is as strong, and
// as flat.
func TestPeriodogramOfWalks(t *testing.T) {
	const m, draws = 32, 4000
	mean := make([]float64, (m-1)/2)
	var omega []float64
	for i := range uint64(draws) {
		frequencies, power, err := stats.Periodogram(walk(m, 5, i))
		if err != nil {
			t.Fatal(err)
		}
		omega = frequencies
		for k, p := range power {
			mean[k] += p / draws
		}
	}
	for k, got := range mean {
		want := 2 / math.Pow(2*math.Sin(omega[k]/2), 2)
		// J times (1 - exp(-i omega)) is normal with variances 3m/2 and m/2 of its parts, up to a rotation,
		// so the power's deviation is sqrt(2 (9/4 + 1/4)) / 2 = 1.118 of its mean; four and a half of them
		// for 15 comparisons.
		near(t, "power of a walk", got, want, 4.5*1.118*want/math.Sqrt(draws))
	}
}

func BenchmarkMeanACF(b *testing.B) {
	draws := make([][]float64, 20)
	for i := range draws {
		draws[i] = white(256, uint64(i))
	}
	for b.Loop() {
		if _, err := stats.MeanACF(draws, 15); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSpectrumSlope(b *testing.B) {
	x := white(256)
	for b.Loop() {
		if _, err := stats.SpectrumSlope(x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNormalizedOuter(b *testing.B) {
	x := white(256)
	for b.Loop() {
		if _, err := stats.NormalizedOuter(x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCorrelation(b *testing.B) {
	draws := make([][]float64, 100)
	for i := range draws {
		draws[i] = white(256, uint64(i))
	}
	for b.Loop() {
		if _, err := stats.Correlation(draws); err != nil {
			b.Fatal(err)
		}
	}
}
