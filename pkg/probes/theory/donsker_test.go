package theory_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

func ExampleDonsker() {
	result, err := theory.Donsker(context.Background(),
		theory.DonskerConfig{Widths: []int{10, 1000}, Draws: 200, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	narrow, wide := result.Walks[0].Distance, result.Walks[1].Distance
	fmt.Printf("100 times the width is more than 50 times closer to Brownian motion: %t\n",
		narrow.Exact > 50*wide.Exact)
	// Output: 100 times the width is more than 50 times closer to Brownian motion: true
}

// TestCovarianceIsThatOfBrownianMotion, at every width, even of a single unit.
func TestCovarianceIsThatOfBrownianMotion(t *testing.T) {
	result, err := theory.Donsker(t.Context(),
		theory.DonskerConfig{Widths: []int{1, 50}, Inputs: 11, Cells: 5, Draws: 40_000, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, walk := range result.Walks {
		if len(walk.Covariances) != 21 {
			t.Fatalf("%d covariances of 6 edges, want 21", len(walk.Covariances))
		}
		for _, c := range walk.Covariances {
			if !agree(c.Measured, min(c.S, c.T)) {
				t.Errorf("width %d: E[g(%.3f) g(%.3f)] = %g +- %g", walk.Width, c.S, c.T, c.Measured.Value,
					c.Measured.StdErr)
			}
		}
	}
	if first, want := result.Time[0], distuv.UnitNormal.CDF(-2); first != want {
		t.Errorf("the walk starts at time %g, want %g", first, want)
	}
}

// TestPathIsTheGradient compares with the sum over units at every input, from the same random numbers.
func TestPathIsTheGradient(t *testing.T) {
	const width, seed = 300, 6
	result, err := theory.Donsker(t.Context(),
		theory.DonskerConfig{Widths: []int{width}, Draws: 2, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(seed, width, 0)
	biases, weights := make([]float64, width), make([]float64, width)
	for k := range width {
		biases[k], weights[k] = rng.NormFloat64(), rng.NormFloat64()/math.Sqrt(width)
	}
	for i, x := range result.X {
		want := 0.0
		for k, b := range biases {
			if x > b {
				want += weights[k]
			}
		}
		// 300 terms of at most 0.2, added in another order
		if got := result.Walks[0].Path[i]; math.Abs(got-want) > 1e-13 {
			t.Errorf("g(%g) = %g, want %g", x, got, want)
		}
	}
}

// TestIncrementDistanceByHand, where one or two units leave little to sum.
func TestIncrementDistanceByHand(t *testing.T) {
	for _, test := range []struct {
		width  int
		shares []float64
		want   float64
	}{
		// One unit: no kink with probability 1 - p, so that F jumps from p/2 to 1 - p/2 at 0.
		{1, []float64{0.5}, 0.25},
		{1, []float64{0.2}, 0.4},
		{1, []float64{0.2, 0.5}, 0.325},
		// A kink for sure: the increment is exactly normal.
		{1, []float64{1}, 0},
		{7, []float64{1}, 0},
		// Two units: none with probability (1-p)^2.
		{2, []float64{0.1}, 0.405},
	} {
		got, err := theory.IncrementDistance(test.width, test.shares)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got-test.want) > 1e-12 {
			t.Errorf("width %d, shares %g: %g, want %g", test.width, test.shares, got, test.want)
		}
	}
}

// TestIncrementDistanceMeetsSamples compares with the empirical distance of a large sample of the mixture, at
// a width where the jump at 0 does not decide.
func TestIncrementDistanceMeetsSamples(t *testing.T) {
	const width, samples = 50, 200_000
	shares := []float64{0.2}
	rng := random.Stream(4)
	sample := make([]float64, samples)
	for i := range sample {
		for range width {
			if w := rng.NormFloat64(); rng.Float64() < shares[0] {
				sample[i] += w / math.Sqrt(width*shares[0])
			}
		}
	}
	slices.Sort(sample)
	z := 0.742 // where the difference is largest
	empirical := stat.CDF(z, stat.Empirical, sample, nil) - distuv.UnitNormal.CDF(z)
	exact, err := theory.IncrementDistance(width, shares)
	if err != nil {
		t.Fatal(err)
	}
	// A share of 200000 has standard error 0.001; the exact distance is about 0.006.
	if math.Abs(empirical-exact) > 0.004 || exact < 0.004 {
		t.Errorf("exact distance %g, that of samples %g", exact, empirical)
	}
}

// TestIncrementDistanceFallsAsItsLimit: what is left of the expansion is of relative order 1/(Np) = 0.001.
func TestIncrementDistanceFallsAsItsLimit(t *testing.T) {
	shares := []float64{0.01, 0.1}
	const width = 100_000
	exact, err := theory.IncrementDistance(width, shares)
	if err != nil {
		t.Fatal(err)
	}
	if ratio := exact * width / theory.IncrementDistanceLimit(shares); math.Abs(ratio-1) > 0.005 {
		t.Errorf("the distance is %g times its limit", ratio)
	}
}

// TestDistancesAgree: the sampled distance given the kinks meets the exact one within its error, and the
// empirical one, which no trick helps, within the deviation of a sample's.
func TestDistancesAgree(t *testing.T) {
	result, err := theory.Donsker(t.Context(),
		theory.DonskerConfig{Widths: []int{10, 100, 2000}, Draws: 1500, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, walk := range result.Walks {
		d := walk.Distance
		if !agree(d.GivenKinks, d.Exact) {
			t.Errorf("width %d: distance %g +- %g given the kinks, %g exactly", walk.Width,
				d.GivenKinks.Value, d.GivenKinks.StdErr, d.Exact)
		}
		// By the triangle inequality the two differ by the sample's distance from its own law, whose mean is
		// Floor and which exceeds 2.25 times that with probability 2 exp(-2 (2.25 0.8687)^2) = 0.001.
		if math.Abs(d.Empirical-d.Exact) > 2.25*d.Floor {
			t.Errorf("width %d: empirical distance %g, exact %g, floor %g", walk.Width, d.Empirical, d.Exact,
				d.Floor)
		}
	}
}

func TestDonskerDoesNotDependOnTheProcessors(t *testing.T) {
	run := func(seed uint64) *theory.DonskerResult {
		result, err := theory.Donsker(t.Context(),
			theory.DonskerConfig{Widths: []int{20}, Draws: 170, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	first := run(3)
	previous := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(previous)
	if second := run(3); !reflect.DeepEqual(first, second) {
		t.Error("one processor measures something else than several")
	}
	if other := run(4); reflect.DeepEqual(first.Walks, other.Walks) {
		t.Error("another seed gives the same numbers")
	}
}

func TestDonskerRefusesBadConfigs(t *testing.T) {
	good := theory.DonskerConfig{Widths: []int{10}, Draws: 2}
	for want, change := range map[string]func(*theory.DonskerConfig){
		"no widths":  func(c *theory.DonskerConfig) { c.Widths = nil },
		"width is 0": func(c *theory.DonskerConfig) { c.Widths = []int{5, 0} },
		"draws is 1": func(c *theory.DonskerConfig) { c.Draws = 1 },
		"7 cells":    func(c *theory.DonskerConfig) { c.Cells = 7 },
		"-1 cells":   func(c *theory.DonskerConfig) { c.Cells = -1 },
		"1 inputs":   func(c *theory.DonskerConfig) { c.Inputs = 1 },
	} {
		config := good
		change(&config)
		if _, err := theory.Donsker(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one about %q", config, err, want)
		}
	}
	if _, err := theory.IncrementDistance(0, []float64{0.5}); err == nil {
		t.Error("width 0: no error")
	}
	if _, err := theory.IncrementDistance(1, []float64{0}); err == nil {
		t.Error("share 0: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := theory.Donsker(ctx, good); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func BenchmarkDonsker(b *testing.B) {
	config := theory.DonskerConfig{Widths: []int{100_000}, Draws: 50}
	for b.Loop() {
		if _, err := theory.Donsker(b.Context(), config); err != nil {
			b.Fatal(err)
		}
	}
}
