package engine_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// inputs returns a grid as values and as a batch.
func inputs(t *testing.T, m int, dtype dtypes.DType) ([]float64, *tensors.Tensor) {
	t.Helper()
	x, err := data.Grid(m, -2, 2)
	if err != nil {
		t.Fatal(err)
	}
	column, err := engine.Column(x, dtype)
	if err != nil {
		t.Fatal(err)
	}
	return x, column
}

// distance returns the largest difference of a and b, relative to the largest value of b: infinity where one
// has what is not a number.
func distance(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	difference, scale := 0.0, 0.0
	for i := range b {
		difference = math.Max(difference, math.Abs(a[i]-b[i]))
		scale = math.Max(scale, math.Abs(b[i]))
	}
	switch {
	case difference == 0:
		return 0
	case math.IsNaN(difference):
		return math.Inf(1)
	}
	return difference / scale
}

func TestOutputAndGradientAgainstFiniteDifferences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	x, column := inputs(t, 9, dtypes.Float64)
	depths := []int{1, 2, 3, 6}
	if testing.Short() {
		depths = []int{3}
	}
	nets := someNets(t, depths...)
	if everyNet(t, e.Backend()) {
		transition := small(t, models.Config{Net: "densenet"}, frozen(norms.Batch), 16)
		nets = append(allNets(t, depths...), transition)
	}
	for _, net := range nets {
		t.Run(name(net), func(t *testing.T) {
			draw := net.Draw(5, 2)
			trace, err := e.Run(t.Context(), engine.Request{
				Net: net, Weights: draw, Inputs: column, Output: true, Gradient: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			want := &reference{net: net, draw: draw, record: true}
			// Two float64 evaluations of the same formula, up to 16 layers of sums of 19 or less terms:
			// rounding only.
			if d := distance(trace.Output, want.output(x)); d > 1e-12 {
				t.Errorf("output differs from the formula's by %.1e", d)
			}
			// Central differences with step 3e-7 err by the step squared, 1e-13, times the third derivative,
			// which attention to what is not normalised makes a hundred thousand times the first, and by
			// rounding, 1e-16/3e-7 = 3e-10 times the size of the sum; no kink of these nets lies within a
			// step of x.
			if d := distance(trace.Gradient, want.gradient(x)); d > 1e-7 {
				t.Errorf("gradient differs from finite differences by %.1e\ngot  %v\nwant %v", d,
					trace.Gradient, want.gradient(x))
			}
		})
	}
}

func TestBackendsAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	engines := []*engine.Engine{engine.New(testbackend.Go(t)), engine.New(testbackend.XLA(t))}
	nets := oneOfEach(t, 6)
	if faulttest.All() {
		nets = append(nets, allNets(t, 1, 2, 3, 6)...)
	}
	for _, net := range nets {
		// Same float32 weights, sums of 7 to 32 terms in another order, 6 layers: a few hundred units of
		// rounding, 6e-8 each. A rectifier whose argument is within rounding of 0 could differ more; none of
		// these is. Where tokens are not normalised, what rounding does to scores and to rectifiers of
		// several hundred units grows out of that: nets of tokens are compared in float64, of units of 1e-16.
		dtype, tolerance := dtypes.Float32, 2e-5
		if takesTokens(net.Config) {
			dtype, tolerance = dtypes.Float64, 1e-10
		}
		var traces []*engine.Trace
		for _, e := range engines {
			_, column := inputs(t, 32, dtype)
			trace, err := e.Run(t.Context(), engine.Request{
				Net: net, Weights: net.Draw(1, 0), Inputs: column, Output: true, Gradient: true,
				Tap: engine.Preactivations,
			})
			if err != nil {
				t.Fatalf("%s on %s: %v", name(net), e.Backend().Name(), err)
			}
			traces = append(traces, trace)
		}
		if d := distance(traces[1].Output, traces[0].Output); d > tolerance {
			t.Errorf("%s: outputs on XLA and in pure Go differ by %.1e", name(net), d)
		}
		if d := distance(traces[1].Gradient, traces[0].Gradient); d > tolerance {
			t.Errorf("%s: gradients on XLA and in pure Go differ by %.1e", name(net), d)
		}
		if rectifiers, err := net.Rectifiers(); err != nil || len(traces[0].Taps) != len(rectifiers) {
			t.Errorf("%s: %d taps, want one a rectifier", name(net), len(traces[0].Taps))
		}
		for l := range traces[0].Taps {
			if d := distance(traces[1].Taps[l], traces[0].Taps[l]); d > tolerance {
				t.Errorf("%s: preactivations of rectifier %d differ by %.1e", name(net), l+1, d)
			}
		}
	}
}

// TestBuildAgreesWithEngine runs the unrolled GoMLX model on the variables of a Store, as training does, and
// the engine on the weights in that Store: one definition, two ways to run it.
func TestBuildAgreesWithEngine(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	backend := testbackend.Open(t)
	e := engine.New(backend)
	_, column := inputs(t, 16, dtypes.Float64)
	_, images := imageBatch(3, 8, 8, 3)
	nets := append(oneOfEach(t, 3), small(t, models.Config{Net: "feedforward"}, frozen(norms.None), 1))
	if everyNet(t, backend) {
		nets = append(nets, allNets(t, 1, 3)...)
	}
	for _, config := range []models.Config{
		{Net: "conv-feedforward", Activation: activations.PReLU},
		{Net: "conv-residual", Beta: 0.5, Norm: norms.Batch, Activation: activations.CReLU},
	} {
		config.Depth, config.Width, config.Images = 5, 4, models.Images{Height: 8, Width: 8}
		net, err := models.New(config)
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, net)
	}
	for _, net := range nets {
		batch := column
		if net.TakesNumbers() != nil {
			batch = images
		}
		store := model.NewStore()
		if err := net.Initialize(store.RootScope(), net.Draw(3, 0), dtypes.Float64); err != nil {
			t.Fatal(err)
		}
		output, gradient, err := model.MustNewExec(backend, store,
			func(scope *model.Scope, x *graph.Node) (*graph.Node, *graph.Node) {
				f := net.Build(scope, x)
				return f, graph.Gradient(graph.ReduceAllSum(f), x)[0]
			}).Call2(batch)
		if err != nil {
			t.Fatalf("%s: %v", name(net), err)
		}
		trace, err := e.Run(t.Context(), engine.Request{
			Net: net, Weights: net.Stored(store.RootScope()), Inputs: batch, Output: true, Gradient: true,
		})
		if err != nil {
			t.Fatalf("%s: %v", name(net), err)
		}
		// The same float64 operations, fused differently.
		if d := distance(trace.Output, tensors.MustCopyFlatData[float64](output)); d > 1e-12 {
			t.Errorf("%s: outputs differ by %.1e", name(net), d)
		}
		if d := distance(trace.Gradient, tensors.MustCopyFlatData[float64](gradient)); d > 1e-12 {
			t.Errorf("%s: gradients differ by %.1e", name(net), d)
		}
	}
}

// TestRunsShareAnInput starts runs at once on an input that is on no device yet: the first moves it there
// while the others ask for it. The move is short, so many inputs are tried.
func TestRunsShareAnInput(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	net, err := models.New(models.Config{Net: "feedforward", Depth: 1, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		_, column := inputs(t, 256, dtypes.Float32)
		err := engine.ForEach(t.Context(), 4, func(i int) error {
			_, err := e.Run(t.Context(),
				engine.Request{Net: net, Weights: net.Draw(1, uint64(i)), Inputs: column, Gradient: true})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
