package data_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/random"
)

func ExampleGrid() {
	x, err := data.Grid(5, data.GridLow, data.GridHigh)
	fmt.Println(x, err)
	// Output: [-2 -1 0 1 2] <nil>
}

func ExampleBrownNoise() {
	noise, err := data.BrownNoise(256, 256, random.Stream(1))
	fmt.Println(len(noise), err)
	// Output: 256 <nil>
}

// TestNoiseHasItsCovariance checks E[W_s W_t] = 1 if s = t, else 0, and E[B(s) B(t)] = min(s, t)/n.
func TestNoiseHasItsCovariance(t *testing.T) {
	const m, n, draws = 6, 4, 20_000
	var white, brown [m][m]float64
	for draw := range uint64(draws) {
		w, err := data.WhiteNoise(m, random.Stream(1, 0, draw))
		if err != nil {
			t.Fatal(err)
		}
		b, err := data.BrownNoise(m, n, random.Stream(1, 1, draw))
		if err != nil {
			t.Fatal(err)
		}
		for i := range m {
			for j := range m {
				white[i][j] += w[i] * w[j] / draws
				brown[i][j] += b[i] * b[j] / draws
			}
		}
	}
	for i := range m {
		for j := range m {
			want := 0.0
			if i == j {
				want = 1
			}
			// The variance of a product of normals is at most twice the product of their variances; four
			// deviations of the mean over the draws.
			if math.Abs(white[i][j]-want) > 4*math.Sqrt(2.0/draws) {
				t.Errorf("white noise: E[W_%d W_%d] = %g", i, j, white[i][j])
			}
			s, u := float64(i+1)/n, float64(j+1)/n
			if math.Abs(brown[i][j]-min(s, u)) > 4*math.Sqrt(2*s*u/draws) {
				t.Errorf("brown noise: E[B(%d) B(%d)] = %g, want %g", i+1, j+1, brown[i][j], min(s, u))
			}
		}
	}
}

func TestBadArgumentsAreRefused(t *testing.T) {
	second := func(_ any, err error) error { return err }
	for want, err := range map[string]error{
		"grid of 1 points":         second(data.Grid(1, 0, 1)),
		"from 2 to -2":             second(data.Grid(10, 2, -2)),
		"from NaN to 1":            second(data.Grid(10, math.NaN(), 1)),
		"from -Inf to 1":           second(data.Grid(10, math.Inf(-1), 1)),
		"noise of length 0":        second(data.WhiteNoise(0, random.Stream(1))),
		"source of random numbers": second(data.WhiteNoise(3, nil)),
		"variance 1/0":             second(data.BrownNoise(3, 0, random.Stream(1))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
