package normal

import (
	"math"
	"slices"
	"testing"
)

// beyond is the probability that a normal number is further than that from zero.
func beyond(deviations float64) float64 { return math.Erfc(deviations / math.Sqrt2) }

// TestTails computes how often numbers lie far from zero, from all radii beyond: a radius r, which each one
// of 2³⁷ parts has, comes in all directions, of which the share 2/π arccos(t/r) has an x beyond ±t. The
// tolerances are those of a sum for an integral, with as many parts: 2093 lie beyond 6, and 3 beyond 7.
func TestTails(t *testing.T) {
	for deviations, tolerance := range map[float64]float64{5: 1e-6, 5.5: 1e-5, 6: 1e-4, 6.5: 2e-3, 7: 0.1} {
		sum := 0.
		for part := uint32(0); ; part++ {
			x, y := pair(part>>6<<1, part&63, 1)
			radius := math.Hypot(float64(x), float64(y))
			if radius <= deviations {
				break
			}
			sum += 2 / math.Pi * math.Acos(deviations/radius)
		}
		if got, want := sum/(1<<37), beyond(deviations); math.Abs(got/want-1) > tolerance {
			t.Errorf("numbers are beyond %g deviations with probability %.4g, want %.4g", deviations, got,
				want)
		} else {
			t.Logf("beyond %g deviations: off by %.1g", deviations, got/want-1)
		}
	}
	x, _ := pair(0, 0, 1)
	if largest := math.Sqrt(76 * math.Ln2); math.Abs(float64(x)-largest) > 1e-6*largest {
		t.Errorf("the largest number is %g, want %g", x, largest)
	}
}

// sample are numbers of a stream, enough that every bound below is 5 standard errors: all of them together
// are exceeded by chance once in a hundred thousand streams, and this one is always the same.
func sample(n int) []float32 {
	values := make([]float32, n)
	Fill(values, key, 0, 1)
	return values
}

// TestMoments compares sample means of z, ..., z⁴ with those of the normal law, 0, 1, 0 and 3. A power's
// variance is its double's moment less its moment's square.
func TestMoments(t *testing.T) {
	if testing.Short() {
		t.Skip("draws many samples")
	}
	values := sample(1 << 24)
	var sums [5]float64
	for _, value := range values {
		power := 1.
		for n := range sums {
			sums[n] += power
			power *= float64(value)
		}
	}
	moment := [9]float64{1, 0, 1, 0, 3, 0, 15, 0, 105}
	for n := 1; n <= 4; n++ {
		got, want := sums[n]/sums[0], moment[n]
		if standardError := math.Sqrt((moment[2*n] - want*want) /
			sums[0]); math.Abs(got-want) > 5*standardError {
			t.Errorf("moment %d is %g, want %g ± %.1g", n, got, want, standardError)
		}
	}
}

// TestFarCounts counts numbers beyond 3 to 5 deviations on either side.
func TestFarCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("draws many samples")
	}
	values := sample(1 << 25)
	for _, deviations := range []float64{3, 4, 4.5, 5} {
		var below, above float64
		for _, value := range values {
			if float64(value) > deviations {
				above++
			} else if float64(value) < -deviations {
				below++
			}
		}
		want := beyond(deviations) / 2 * float64(len(values))
		for _, got := range []float64{below, above} {
			if math.Abs(got-want) > 5*math.Sqrt(want) {
				t.Errorf("%g numbers lie beyond %g deviations on one side, want %.1f ± %.1f", got, deviations,
					want, math.Sqrt(want))
			}
		}
	}
}

// TestKolmogorovSmirnov compares the sample's distribution with the normal one. The bound on √n D is exceeded
// with probability 2 exp(-2·2.5²) < 10⁻⁵.
func TestKolmogorovSmirnov(t *testing.T) {
	if testing.Short() {
		t.Skip("draws many samples")
	}
	values := sample(1 << 21)
	slices.Sort(values)
	n, distance := float64(len(values)), 0.
	for i, value := range values {
		law := math.Erfc(-float64(value)/math.Sqrt2) / 2
		distance = max(distance, law-float64(i)/n, float64(i+1)/n-law)
	}
	if got := math.Sqrt(n) * distance; got > 2.5 {
		t.Errorf("the distribution is off by %g/√n, want 2.5 at most", got)
	}
}

// TestLags correlates numbers with later ones of their stream, and squares with squares: those of a pair, 16
// apart, share their radius.
func TestLags(t *testing.T) {
	if testing.Short() {
		t.Skip("draws many samples")
	}
	values := sample(1 << 21)
	for _, lag := range []int{1, 2, 3, 4, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 128, 1000, 1 << 20} {
		var linear, square float64
		pairs := values[lag:]
		for i, later := range pairs {
			x, y := float64(values[i]), float64(later)
			linear += x * y
			square += (x*x - 1) * (y*y - 1) / 2
		}
		if limit := 5 * math.Sqrt(float64(len(pairs))); math.Abs(linear) > limit || math.Abs(square) > limit {
			t.Errorf("at lag %d the correlations are %.2g and, of squares, %.2g, want 0 ± %.1g", lag,
				linear/float64(len(pairs)),
				square/float64(len(pairs)), limit/5/float64(len(pairs)))
		}
	}
}

// BenchmarkFill measures every form that this processor runs.
func BenchmarkFill(b *testing.B) {
	values := make([]float32, 40_000/Group*Group) // a layer's weights in the benchmark of whole nets
	for _, form := range forms {
		b.Run(form.name, func(b *testing.B) {
			for b.Loop() {
				form.fill(values, key, 0, 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(values)), "ns/number")
		})
	}
}
