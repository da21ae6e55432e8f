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
