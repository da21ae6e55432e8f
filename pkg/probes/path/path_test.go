package path_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// must returns the net of a config.
func must(t *testing.T, config models.Config) *models.Net {
	t.Helper()
	net, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// normals returns independent standard normals.
func normals(n int, stream ...uint64) []float64 {
	rng := random.Stream(21, stream...)
	values := make([]float64, n)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	return values
}

// run runs the probe.
func run(t *testing.T, config path.Config) *path.Result {
	t.Helper()
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	result, err := path.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// close says whether two numbers differ by rounding alone, of sums of a few hundred float64 products.
func close(a, b float64) bool { return math.Abs(a-b) <= 1e-11*math.Max(1, math.Abs(b)) }

// TestNumbersOnALineAreTodaysProbe compares with pkg/probes/gradients on the paper's grid: the gradients to
// the last bit, and what is made of them.
func TestNumbersOnALineAreTodaysProbe(t *testing.T) {
	const draws, points = 6, 40
	config := models.Config{Net: "residual", Depth: 6, Width: 16, Norm: norms.Batch, Beta: 0.5}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	want, err := gradients.Run(t.Context(), e,
		gradients.Config{Net: config, Inputs: points, Draws: draws, Seed: 3, First: 2})
	if err != nil {
		t.Fatal(err)
	}
	got, err := path.Run(t.Context(), e, path.Config{
		Subject: subject.Subject{Net: must(t, config), Draws: draws, Seed: 3, First: 2}, Points: points,
		Pairs: []path.Pair{{From: []float64{-2}, To: []float64{2}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for draw := range want.Gradients {
		if !slices.Equal(got.Series[draw], want.Gradients[draw]) {
			t.Errorf("draw %d: directional derivatives %v, "+
				"gradients %v", draw, got.Series[draw], want.Gradients[draw])
		}
	}
	correlation, err := want.Correlation()
	if err != nil {
		t.Fatal(err)
	}
	for i := range points {
		for j := range points {
			if !close(got.Map.At(i, j), correlation.At(i, j)) {
				t.Errorf("R(%d,%d) is %g, want %g", i, j, got.Map.At(i, j), correlation.At(i, j))
			}
		}
	}
	summary, err := want.Summary()
	if err != nil {
		t.Fatal(err)
	}
	colour, err := got.Colour()
	if err != nil {
		t.Fatal(err)
	}
	for k, mean := range summary.Mean {
		if !close(colour.ACF[k].Value, mean) || !close(colour.ACF[k].StdErr, summary.StdErr[k]) {
			t.Errorf("lag %d: %+v, want %g with error %g", k, colour.ACF[k], mean, summary.StdErr[k])
		}
	}
	b := colour.Brownness
	if want := summary.Brownness; !close(b.Value, want.Value) || !close(*b.Low, want.Low) ||
		!close(*b.High, want.High) {
		t.Errorf("brownness %v, want %v", b, want)
	}
}

// TestArcHasItsClosedForm takes the net |x|^2 / 2, whose gradient at x is x: on an arc of angle theta and
// radius r, g_i . g_j = r^2 cos(theta (t_i - t_j)), so that R(d) = cos(theta d), which is 1/2 at d = (pi / 3)
// / theta; and the gradient is orthogonal to the arc.
func TestArcHasItsClosedForm(t *testing.T) {
	const theta, points = 2.0, 65
	from, to := make([]float64, 6), make([]float64, 6)
	from[1], to[1], to[4] = 3, 5*math.Cos(theta), 5*math.Sin(theta)
	result := run(t, path.Config{
		Subject: subject.Subject{Net: testnets.Net(t, "square", []int{2, 3}, testnets.HalfSquare{}),
			DType: dtypes.Float64},
		Kind: path.Arc, Points: points, Pairs: []path.Pair{{From: from, To: to}},
	})
	curve := result.Correlation()
	for k, d := range result.Distances {
		if want := math.Cos(theta * d); !close(curve[k].Value, want) || !close(result.Map.At(0, k), want) {
			t.Errorf("R at distance %g is %g and %g, want %g", d, curve[k].Value, result.Map.At(0, k), want)
		}
		if math.Abs(result.Series[0][k]) > 1e-12 { // of numbers of size r = 4
			t.Errorf("the derivative along the arc is %g, want 0", result.Series[0][k])
		}
	}
	length := result.Length()
	// A straight line over a step h errs by at most h^2 theta^2 / 8, over a slope of theta sin(pi / 3).
	tolerance := math.Pow(theta/(points-1), 2) / 8 / (theta * math.Sin(math.Pi/3))
	if want := math.Pi / 3 / theta; math.Abs(length.Length.Value-want) > tolerance || !length.Reached ||
		!length.Resolved || length.Length.Low != nil {
		t.Errorf("correlation length %+v, want %g within %g", length, want, tolerance)
	}
}

// TestLineHasItsClosedForm takes the same net on lines, with the products of the inputs themselves, for two
// pairs and two equal draws.
func TestLineHasItsClosedForm(t *testing.T) {
	const points = 9
	pairs := []path.Pair{{From: []float64{1, 0, 2}, To: []float64{-1, 1, 0}},
		{From: []float64{0, 3, 0}, To: []float64{2, -2, 1}}}
	result := run(t, path.Config{
		Subject: subject.Subject{Net: testnets.Net(t, "square", []int{3}, testnets.HalfSquare{}), Draws: 2,
			DType: dtypes.Float64}, Points: points, Pairs: pairs,
	})
	product := func(i, j int) float64 { // sum over pairs
		sum := 0.0
		for _, pair := range pairs {
			for k := range pair.From {
				at := func(i int) float64 {
					return pair.From[k] +
						float64(i)/(points-1)*(pair.To[k]-pair.From[k])
				}
				sum += at(i) * at(j)
			}
		}
		return sum
	}
	curve := result.Correlation()
	for lag := range points {
		above, below := 0.0, 0.0
		for i := range points - lag {
			above += product(i, i+lag)
			below += math.Sqrt(product(i, i) * product(i+lag, i+lag))
			if want := product(i, i+lag) /
				math.Sqrt(product(i, i)*product(i+lag, i+lag)); !close(result.Map.At(i, i+lag), want) {
				t.Errorf("R(%d,%d) is %g, want %g", i, i+lag, result.Map.At(i, i+lag), want)
			}
		}
		if !close(curve[lag].Value, above/below) {
			t.Errorf("R at lag %d is %g, want %g", lag, curve[lag].Value, above/below)
		}
	}
	if curve[4].Draws != 2 || !(curve[4].StdErr > 0) { // from the two pairs; equal draws add nothing
		t.Errorf("R at lag 4 is %+v: want an error from two pairs", curve[4])
	}
	for n, series := range result.Series {
		pair := pairs[n%2]
		for i, derivative := range series {
			want, length := 0.0, 0.0
			for k := range pair.From {
				step := pair.To[k] - pair.From[k]
				want += (pair.From[k] + float64(i)/(points-1)*step) * step
				length += step * step
			}
			if !close(derivative, want/math.Sqrt(length)) {
				t.Errorf("path %d: derivative %d is %g, want %g", n, i, derivative, want/math.Sqrt(length))
			}
		}
	}
}

// TestLinearNetNeverLosesItsGradient: the gradient is one vector everywhere.
func TestLinearNetNeverLosesItsGradient(t *testing.T) {
	net := testnets.Net(t, "linear", []int{3}, testnets.Dense{In: 3, Out: 2})
	result := run(t, path.Config{
		Subject: subject.Subject{Net: net, Draws: 3, Seed: 1, DType: dtypes.Float64}, Points: 20,
		Pairs: []path.Pair{{From: normals(3), To: normals(3, 1)}},
	})
	if length := result.Length(); length.Reached || length.Length.Value != 1 || *length.Length.Low != 1 {
		t.Errorf("correlation length %+v: want one that is not reached", length)
	}
	for i := range 20 {
		if !close(result.Map.At(0, i), 1) {
			t.Errorf("R(0,%d) is %g, want 1", i, result.Map.At(0, i))
		}
	}
	constant := run(t, path.Config{
		Subject: subject.Subject{Net: testnets.Net(t, "linear", []int{1}, testnets.Dense{In: 1, Out: 1}),
			Draws: 2}, Points: 4, Pairs: []path.Pair{{From: []float64{0}, To: []float64{1}}},
	})
	if _, err := constant.Colour(); err == nil || !strings.Contains(err.Error(), "constant") {
		t.Errorf("a constant series gives %v", err)
	}
}

// TestScalars compares gradients of one output and of a loss with finite differences along the path, in a net
// of images.
func TestScalars(t *testing.T) {
	net := must(t, models.Config{Net: "conv-feedforward", Depth: 3, Width: 2,
		Images: models.Images{Height: 4, Width: 4, Resolutions: 2, Outputs: 3}})
	pair := path.Pair{From: normals(48, 2), To: normals(48, 3), Label: 2}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	outputs := func(x []float64) []float64 {
		batch, err := engine.Batch(x, dtypes.Float64, 1, 4, 4, 3)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: batch, Output: true})
		if err != nil {
			t.Fatal(err)
		}
		return trace.Output
	}
	loss := func(f []float64, label int) float64 {
		sum := 0.0
		for _, value := range f {
			sum += math.Exp(value)
		}
		return math.Log(sum) - f[label]
	}
	own := slices.Index(outputs(pair.From), slices.Max(outputs(pair.From)))
	for _, test := range []struct {
		scalar string
		label  int
		of     func(f []float64) float64
	}{
		{"sum", 0, func(f []float64) float64 { return f[0] + f[1] + f[2] }},
		{"1", 0, func(f []float64) float64 { return f[1] }},
		{"loss", 2, func(f []float64) float64 { return loss(f, 2) }},
		{"loss", -1, func(f []float64) float64 { return loss(f, own) }},
	} {
		scalar, err := subject.ParseScalar(test.scalar)
		if err != nil || scalar.String() != test.scalar {
			t.Fatalf("%s is parsed as %v, %v", test.scalar, scalar, err)
		}
		pair.Label = test.label
		for _, batch := range []int{0, 3} { // of a net without normalisation all batches tell the same
			result, err := path.Run(t.Context(), e, path.Config{
				Subject: subject.Subject{Net: net, Seed: 1, DType: dtypes.Float64}, Scalar: scalar, Points: 7,
				Batch: batch, Pairs: []path.Pair{pair},
			})
			if err != nil {
				t.Fatal(err)
			}
			way, err := pair.Way(path.Line, 7)
			if err != nil {
				t.Fatal(err)
			}
			points, tangent := way.All(), make([]float64, 48)
			way.Tangent(0, tangent)
			for i, got := range result.Series[0] {
				at := func(step float64) float64 {
					x := slices.Clone(points[i*48 : (i+1)*48])
					for k := range x {
						x[k] += step * tangent[k]
					}
					return test.of(outputs(x))
				}
				const step = 1e-6
				// Central differences err by rounding, 1e-16 / 1e-6, and no kink of this net lies within a
				// step of a point.
				if want := (at(step) - at(-step)) / (2 * step); math.Abs(got-want) > 1e-8 {
					t.Errorf("%s, label %d, batch %d: derivative %d is %g, finite differences "+
						"give %g", test.scalar, test.label, batch, i, got, want)
				}
			}
		}
	}
}

// TestInterruptedPathsAreKept ends the context after some paths, and counts those that a second run takes.
func TestInterruptedPathsAreKept(t *testing.T) {
	net := must(t, models.Config{Net: "feedforward", Depth: 3, Width: 8})
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	store := checkpoint.NewStore(t.TempDir()+"/parts", "test")
	var taken atomic.Int64
	config := path.Config{
		Subject: subject.Subject{Net: net, Draws: 12, Key: "this net"}, Points: 10,
		Pairs: []path.Pair{{From: []float64{-2}, To: []float64{2}}},
	}
	ctx, cancel := context.WithCancel(checkpoint.With(t.Context(), store))
	config.Weights = func(draw uint64) (models.Weights, error) {
		if taken.Add(1) == 5 {
			cancel()
		}
		return net.Draw(4, draw), nil
	}
	if _, err := path.Run(ctx, e, config); !errors.Is(err, context.Canceled) ||
		!strings.Contains(err.Error(), "interrupted") {
		t.Fatalf("an ended context gives %v", err)
	}
	if first := taken.Swap(0); first >= 12 {
		t.Fatalf("%d paths were begun before the interrupt was heard", first)
	}
	resumed, err := path.Run(checkpoint.With(t.Context(), store), e, config)
	if err != nil {
		t.Fatal(err)
	}
	if again := taken.Load(); again >= 12 || again == 0 {
		t.Errorf("the second run took %d of 12 paths: want those alone that were missing", again)
	}
	config.Key = ""
	afresh, err := path.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(resumed.Series, resumed.Map) != fmt.Sprint(afresh.Series, afresh.Map) {
		t.Error("a run that was resumed gives other numbers than one from the beginning")
	}
}

func TestBadConfigsAreSentences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	chain := testnets.Net(t, "chain", []int{2}, testnets.Dense{In: 2, Out: 3})
	good := path.Config{Subject: subject.Subject{Net: chain}, Points: 5,
		Pairs: []path.Pair{{From: []float64{0, 1}, To: []float64{1, 0}}}}
	for want, change := range map[string]func(*path.Config){
		"there is no net":    func(c *path.Config) { c.Net = nil },
		"draws is -1":        func(c *path.Config) { c.Draws = -1 },
		"points is 1":        func(c *path.Config) { c.Points = 1 },
		"batch is 6":         func(c *path.Config) { c.Batch = 6 },
		"there are no pairs": func(c *path.Config) { c.Pairs = nil },
		"pair 0 have 1 and 2 values": func(c *path.Config) {
			c.Pairs = []path.Pair{{From: []float64{0},
				To: []float64{1, 0}}}
		},
		"are equal": func(c *path.Config) {
			c.Pairs = []path.Pair{{From: []float64{0, 1},
				To: []float64{0, 1}}}
		},
		"value NaN": func(c *path.Config) {
			c.Pairs = []path.Pair{{From: []float64{math.NaN(), 1}, To: []float64{0, 1}}}
		},
		"unknown kind": func(c *path.Config) { c.Kind = "spiral" },
		"an input of a pair is 0": func(c *path.Config) {
			c.Kind, c.Pairs[0].From = path.Arc,
				[]float64{0, 0}
		},
		"lie on one line": func(c *path.Config) {
			c.Kind, c.Pairs[0].From = path.Arc,
				[]float64{-2, 0}
		},
		"output is 3, and the net \"chain\" has 3": func(c *path.Config) { c.Scalar = subject.Output(3) },
		"a label is 5":        func(c *path.Config) { c.Scalar, c.Pairs[0].Label = subject.Loss, 5 },
		"can't run in Int32":  func(c *path.Config) { c.DType = dtypes.Int32 },
		"would need":          func(c *path.Config) { c.Points = 5_000_000 },
		"the gradients are 0": func(c *path.Config) { c.Net = testnets.Net(t, "square", []int{2}, zero{}) },
		"a cross-entropy is over classes": func(c *path.Config) {
			c.Scalar, c.Net = subject.Loss, testnets.Net(t, "square", []int{2}, testnets.HalfSquare{})
		},
		"values that are not finite (+Inf)": func(c *path.Config) {
			c.Pairs[0].From = []float64{3e38, 3e38}
			c.Net = testnets.Net(t, "square", []int{2}, testnets.HalfSquare{}, testnets.HalfSquare{})
		},
	} {
		config := good
		config.Pairs = []path.Pair{good.Pairs[0]}
		change(&config)
		_, err := path.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
	for _, text := range []string{"-1", "logit", "1.5"} {
		if _, err := subject.ParseScalar(text); err == nil {
			t.Errorf("output %q is taken", text)
		}
	}
}
