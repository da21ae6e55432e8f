package initializers_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
)

// fill draws a variable.
func fill(i *initializers.Initializer, seed uint64, dims ...int) []float32 {
	size := 1
	for _, dim := range dims {
		size *= dim
	}
	values := make([]float32, size)
	i.Fill(random.NewGenerator(seed), dims, values)
	return values
}

// TestOrthogonal checks for square, tall and wide matrices, dense and as the centre taps of kernels, that all
// singular values are 1 and that the other taps are 0.
func TestOrthogonal(t *testing.T) {
	for _, dims := range [][]int{{20, 20}, {30, 7}, {7, 30}, {1, 5}, {3, 3, 16, 16}, {3, 3, 3, 16},
		{5, 3, 12, 4}} {
		values := fill(initializers.Orthogonal, 1, dims...)
		in, out := dims[len(dims)-2], dims[len(dims)-1]
		if len(dims) == 4 {
			centre := dims[0]/2*dims[1] + dims[1]/2
			for tap := range dims[0] * dims[1] {
				part := values[tap*in*out:][:in*out]
				for _, value := range part {
					if tap != centre && value != 0 {
						t.Fatalf("%v: tap %d is not zero", dims, tap)
					}
				}
			}
			values = values[centre*in*out:][:in*out]
		}
		matrix := mat.NewDense(in, out, nil)
		for k, value := range values {
			matrix.Set(k/out, k%out, float64(value))
		}
		var svd mat.SVD
		if !svd.Factorize(matrix, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		for _, value := range svd.Values(nil) {
			if math.Abs(value-1) > 1e-6 { // float32 entries: rounding of 6e-8 each
				t.Errorf("%v: singular value %g", dims, value)
			}
		}
	}
}

// TestOrthogonalIsUniform: in dimension n the entries of a uniform orthogonal matrix have mean 0 and variance
// 1/n, the first column too, which signs left to the algorithm would make one-sided.
func TestOrthogonalIsUniform(t *testing.T) {
	const n, draws = 4, 4000
	var sum, squares [n * n]float64
	for seed := range uint64(draws) {
		for k, value := range fill(initializers.Orthogonal, seed, n, n) {
			sum[k] += float64(value)
			squares[k] += float64(value) * float64(value)
		}
	}
	for k := range sum {
		// The mean of draws of variance 1/4 has deviation 0.5/sqrt(4000) = 0.008, that of squares, which lie
		// in [0, 1], at most as much: 5 deviations for 32 comparisons at a fixed seed.
		if mean, square := sum[k]/draws, squares[k]/draws; math.Abs(mean) > 0.04 ||
			math.Abs(square-1.0/n) > 0.04 {
			t.Errorf("entry %d has mean %.3f and mean square %.3f", k, mean, square)
		}
	}
}

// TestMirror checks that after (rho(x), rho(-x)) the mirrored weights are (W, -W), tap by tap, with W as the
// base draws it.
func TestMirror(t *testing.T) {
	mirror := initializers.Mirror(initializers.He)
	if mirror != initializers.Mirror(initializers.He) {
		t.Error("an initialiser has two mirrors")
	}
	for _, dims := range [][]int{{6, 5}, {3, 3, 6, 5}} {
		last := len(dims) - 1
		half := append([]int(nil), dims...)
		half[last-1] = 3
		base, values := fill(initializers.He, 1, half...), fill(mirror, 1, dims...)
		for k, want := range base {
			tap, inTap := k/15, k%15
			if plus, minus := values[tap*30+inTap], values[tap*30+15+inTap]; plus != want || minus != -want {
				t.Fatalf("%v: weights %g and %g, want %g and its negative", dims, plus, minus, want)
			}
		}
	}
}
