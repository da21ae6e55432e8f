package engine_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// smallConv is a net of images that runs in a moment.
var smallConv = models.Config{
	Net: "conv-residual", Depth: 4, Norm: norms.Batch, Beta: 0.5, Width: 2,
	Images: models.Images{Height: 4, Width: 4, Resolutions: 2, Outputs: 3},
}

// arguments observes what the rectifiers themselves see.
var arguments = &engine.Tap{Graph: func(r models.Rectifier) *graph.Node { return r.Argument }}

// drawn returns independent standard normals.
func drawn(n int, path ...uint64) []float64 {
	rng := random.Stream(77, path...)
	values := make([]float64, n)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	return values
}

// linearized returns the net under its first draw at inputs of normals.
func linearized(t *testing.T, e *engine.Engine, net *models.Net, rows int) *engine.Linear {
	t.Helper()
	size := 1
	for _, dim := range net.Input {
		size *= dim
	}
	batch, err := engine.Batch(drawn(rows*size), dtypes.Float64, append([]int{rows}, net.Input...)...)
	if err != nil {
		t.Fatal(err)
	}
	linear, err := e.Linearize(t.Context(), engine.Request{Net: net, Weights: net.Draw(5, 0), Inputs: batch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(linear.Free)
	return linear
}

// TestPullOfOnesIsTheGradient compares the product of a vector of ones with the gradient that Run takes, and
// that of two halves of the net one after the other.
func TestPullOfOnesIsTheGradient(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, config := range []models.Config{{Net: "residual", Depth: 4, Width: 7, Norm: norms.Batch,
		Beta: 0.5}, smallConv} {
		net, err := models.New(config)
		if err != nil {
			t.Fatal(err)
		}
		const rows = 6
		linear := linearized(t, e, net, rows)
		last := len(net.Stages) - 1
		output, err := linear.Output()
		if err != nil {
			t.Fatal(err)
		}
		ones := make([]float64, len(output))
		for i := range ones {
			ones[i] = 1
		}
		pulled, err := linear.Pull(t.Context(), 0, last, ones)
		if err != nil {
			t.Fatal(err)
		}
		half, err := linear.Pull(t.Context(), 2, last, ones)
		if err == nil {
			half, err = linear.Pull(t.Context(), 0, 1, half)
		}
		if err != nil {
			t.Fatal(err)
		}
		batch, err := engine.Batch(drawn(len(pulled)), dtypes.Float64, append([]int{rows}, net.Input...)...)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: net.Draw(5, 0), Inputs: batch, Output: true, Gradient: true})
		if err != nil {
			t.Fatal(err)
		}
		// The same steps on the same numbers.
		if !slices.Equal(pulled, trace.Gradient) || !slices.Equal(half, trace.Gradient) ||
			!slices.Equal(output, trace.Output) {
			t.Errorf("%s: products with ones are not the gradient, or the output another", config.Net)
		}
	}
}

// TestWeightGradientsOfALayer compares with the closed form of a layer out = W^T rho(norm(a)): the gradient
// of row i is the outer product of rho(norm(a))_i and u_i. Without normalisation the rows run alone, with it
// together.
func TestWeightGradientsOfALayer(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	const rows, width = 5, 4
	for _, norm := range []*norms.Norm{norms.None, norms.Batch} {
		net, err := models.New(models.Config{Net: "feedforward", Depth: 4, Width: width, Norm: norm})
		if err != nil {
			t.Fatal(err)
		}
		batch, err := engine.Batch(drawn(rows), dtypes.Float64, rows, 1)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: net.Draw(5, 0), Inputs: batch, Tap: arguments})
		if err != nil {
			t.Fatal(err)
		}
		linear := linearized(t, e, net, rows)
		u := drawn(rows*width, 1)
		seen := 0
		// the second rectifier's layer
		err = linear.WeightGradients(t.Context(), 2, u, func(row int, gradient []float64) {
			seen++
			if len(gradient) != width*width {
				t.Fatalf("%d values, want %d", len(gradient), width*width)
			}
			for i := range width {
				h := math.Max(0, trace.Taps[1][row*width+i])
				for o := range width {
					// Products of two numbers of order 1 in float64.
					if want := h * u[row*width+o]; math.Abs(gradient[i*width+o]-want) > 1e-14 {
						t.Errorf("%s, row %d, weight %d, %d: %g, "+
							"want %g", norm, row, i, o, gradient[i*width+o], want)
					}
				}
			}
		})
		if err != nil || seen != rows {
			t.Errorf("%s: %d rows, %v", norm, seen, err)
		}
	}
}

// TestWeightGradientsOfALearntBranch compares with the closed form of a + s W^T rho(a), whose weight s is
// learnt and starts at 0: there the gradient of W is 0, and that of s is the product of the branch and u.
func TestWeightGradientsOfALearntBranch(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	const rows, width = 5, 4
	net, err := models.New(models.Config{Net: "residual", Depth: 3, Width: width,
		Branch: models.Branch{Learnt: true}})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := engine.Batch(drawn(rows), dtypes.Float64, rows, 1)
	if err != nil {
		t.Fatal(err)
	}
	trace, err := e.Run(t.Context(),
		engine.Request{Net: net, Weights: net.Draw(5, 0), Inputs: batch, Tap: arguments})
	if err != nil {
		t.Fatal(err)
	}
	largest := 0.0
	u, matrix := drawn(rows*width, 1), net.Draw(5, 0).Values(2)[0]
	err = linearized(t, e, net, rows).WeightGradients(t.Context(), 2, u, func(row int, gradient []float64) {
		want := 0.0
		for i := range width {
			for o := range width {
				if got := gradient[i*width+o]; got != 0 {
					t.Errorf("row %d, weight %d, %d: %g, want 0", row, i, o, got)
				}
				want += math.Max(0, trace.Taps[1][row*width+i]) * float64(matrix[i*width+o]) * u[row*width+o]
			}
		}
		// 16 products of three numbers of order 1 in float64.
		if got := gradient[width*width]; math.Abs(got-want) > 1e-14 {
			t.Errorf("row %d, weight of the branch: %g, want %g", row, got, want)
		}
		largest = max(largest, math.Abs(want))
	})
	if err != nil || largest == 0 {
		t.Errorf("all gradients of the weight are 0, %v", err)
	}
}

// TestWeightGradientsAgainstFiniteDifferences changes one weight after the other in a whole net.
func TestWeightGradientsAgainstFiniteDifferences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	net := testnets.Net(t, "chain", []int{3}, testnets.Dense{In: 3, Out: 4, Tanh: true},
		testnets.Dense{In: 4, Out: 2})
	weights := testnets.Fixed{Net: net, Values: [][][]float64{{drawn(12, 1)}, {drawn(8, 2)}}}
	const rows = 3
	x := drawn(rows*3, 3)
	u := drawn(rows*2, 4)
	batch, err := engine.Batch(x, dtypes.Float64, rows, 3)
	if err != nil {
		t.Fatal(err)
	}
	products := func() []float64 { // u_i . f(x_i), for each row
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: weights, Inputs: batch, Output: true})
		if err != nil {
			t.Fatal(err)
		}
		sums := make([]float64, rows)
		for i, value := range trace.Output {
			sums[i/2] += value * u[i]
		}
		return sums
	}
	linear, err := e.Linearize(t.Context(), engine.Request{Net: net, Weights: weights, Inputs: batch})
	if err != nil {
		t.Fatal(err)
	}
	defer linear.Free()
	behind, err := linear.Pull(t.Context(), 1, 1, u)
	if err != nil {
		t.Fatal(err)
	}
	for stage, cotangent := range [][]float64{behind, u} {
		err := linear.WeightGradients(t.Context(), stage, cotangent, func(row int, gradient []float64) {
			for k := range gradient {
				const step = 1e-5
				at := &weights.Values[stage][0][k]
				before := *at
				*at = before + step
				above := products()[row]
				*at = before - step
				want := (above - products()[row]) / (2 * step)
				*at = before
				// Central differences err by the step squared, 1e-10, and by rounding, 1e-16 / 1e-5.
				if math.Abs(gradient[k]-want) > 1e-8 {
					t.Errorf("stage %d, row %d, weight %d: %g, finite differences "+
						"give %g", stage, row, k, gradient[k], want)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsWrongWithProducts(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	net, err := models.New(models.Config{Net: "feedforward", Depth: 3, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	linear := linearized(t, e, net, 2)
	if _, err := linear.Pull(t.Context(), 0, 2, make([]float64, 3)); err == nil ||
		!strings.Contains(err.Error(), "a vector has 3 values: give 8") {
		t.Errorf("a vector of another size gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := linear.Pull(ctx, 0, 2, make([]float64, 8)); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}
