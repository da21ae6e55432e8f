package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"gonum.org/v1/gonum/floats"
)

// allNets returns small nets of every architecture, normalisation, statistics and of the given depths.
func allNets(t *testing.T, depths ...int) []*models.Net {
	t.Helper()
	var nets []*models.Net
	for _, base := range []models.Config{
		{Net: "feedforward"}, {Net: "residual", Beta: 0.4, Alpha: 0.9}, {Net: "highway"},
	} {
		for _, norm := range []*norms.Norm{norms.None, norms.Center, norms.Batch} {
			for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
				for _, depth := range depths {
					config := base
					config.Norm, config.Statistics, config.Depth, config.Width = norm, statistics, depth, 7
					net, err := models.New(config)
					if err != nil {
						t.Fatal(err)
					}
					nets = append(nets, net)
				}
			}
		}
	}
	return nets
}

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

// distance returns the largest difference of a and b, relative to the largest value of b.
func distance(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	difference, scale := 0.0, 0.0
	for i := range b {
		difference = math.Max(difference, math.Abs(a[i]-b[i]))
		scale = math.Max(scale, math.Abs(b[i]))
	}
	return difference / scale
}

func name(net *models.Net) string {
	c := net.Config
	return fmt.Sprintf("%s/%s/%s/depth=%d", c.Net, c.Norm.Name, c.Statistics, c.Depth)
}

func TestOutputAndGradientAgainstFiniteDifferences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	x, column := inputs(t, 9, dtypes.Float64)
	depths := []int{1, 2, 3, 6}
	if testing.Short() {
		depths = []int{3}
	}
	for _, net := range allNets(t, depths...) {
		t.Run(name(net), func(t *testing.T) {
			draw := net.Draw(5, 2)
			trace, err := e.Run(t.Context(), engine.Request{
				Net: net, Weights: draw, Inputs: column, Output: true, Gradient: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			want := &reference{net: net, draw: draw, record: true}
			// Two float64 evaluations of the same formula, up to 7 layers of sums of 9 or less terms:
			// rounding only.
			if d := distance(trace.Output, want.output(x)); d > 1e-12 {
				t.Errorf("output differs from the formula's by %.1e", d)
			}
			// Central differences with step 1e-6 err by the step squared times the third derivative and by
			// rounding, 1e-16/1e-6 = 1e-10 times the size of the sum; no kink of these nets lies within a
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
	for _, net := range allNets(t, 1, 2, 3, 6) {
		var traces []*engine.Trace
		for _, e := range engines {
			_, column := inputs(t, 32, dtypes.Float32)
			trace, err := e.Run(t.Context(), engine.Request{
				Net: net, Weights: net.Draw(1, 0), Inputs: column, Output: true, Gradient: true,
				Tap: engine.Preactivations,
			})
			if err != nil {
				t.Fatalf("%s on %s: %v", name(net), e.Backend().Name(), err)
			}
			traces = append(traces, trace)
		}
		// Same float32 weights, sums of 7 to 32 terms in another order, 6 layers: a few hundred units of
		// rounding, 6e-8 each. A rectifier whose argument is within rounding of 0 could differ more; none of
		// these is.
		const tolerance = 2e-5
		if d := distance(traces[1].Output, traces[0].Output); d > tolerance {
			t.Errorf("%s: outputs on XLA and in pure Go differ by %.1e", name(net), d)
		}
		if d := distance(traces[1].Gradient, traces[0].Gradient); d > tolerance {
			t.Errorf("%s: gradients on XLA and in pure Go differ by %.1e", name(net), d)
		}
		if len(traces[0].Taps) != net.Config.Depth {
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
	nets := allNets(t, 1, 3)
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

// uncomparable is a block that can't be a key.
type uncomparable []int

func (uncomparable) Params() []models.Param { return nil }
func (uncomparable) Build(_ []*graph.Node, in *graph.Node) models.Signals {
	return models.Signals{Out: in}
}

// failing is a block whose graph can't be built.
type failing struct{}

func (failing) Params() []models.Param { return nil }
func (failing) Build([]*graph.Node, *graph.Node) models.Signals {
	panic(errors.New("shapes do not match"))
}

// slipping is a block with a mistake of its author's.
type slipping struct{}

func (slipping) Params() []models.Param { return nil }
func (slipping) Build(weights []*graph.Node, _ *graph.Node) models.Signals {
	return models.Signals{Out: weights[len(weights)]}
}

func TestErrorsAreReturned(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	_, column := inputs(t, 4, dtypes.Float32)
	net, err := models.New(models.Config{Net: "feedforward", Depth: 3, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	for block, want := range map[string]models.Block{"can't be compared": uncomparable{},
		"shapes do not match": failing{},
		"builds the graph failed: runtime error: index out of range": slipping{}} {
		broken := &models.Net{Config: net.Config, Stages: []models.Stage{{Name: "broken", Block: want}},
			Input: net.Input}
		_, err := e.Run(t.Context(),
			engine.Request{Net: broken, Weights: broken.Draw(1, 0), Inputs: column, Gradient: true})
		if err == nil || !strings.Contains(err.Error(), block) {
			t.Errorf("error %v does not say %q", err, block)
		}
	}
	store := model.NewStore()
	_, err = e.Run(t.Context(),
		engine.Request{Net: net, Weights: net.Stored(store.RootScope()), Inputs: column, Gradient: true})
	if err == nil || !strings.Contains(err.Error(), "initialise the net first") {
		t.Errorf("an empty store gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Run(ctx,
		engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: column, Gradient: true}); !errors.Is(err,
		context.Canceled) {
		t.Errorf("a run in an ended context gives %v", err)
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

func TestForEach(t *testing.T) {
	var sum atomic.Int64
	if err := engine.ForEach(t.Context(), 100,
		func(i int) error { sum.Add(int64(i)); return nil }); err != nil || sum.Load() != 4950 {
		t.Errorf("ran indices that sum to %d, error %v", sum.Load(), err)
	}
	wrong := errors.New("wrong")
	var started atomic.Int64
	err := engine.ForEach(t.Context(), 1_000_000, func(int) error { started.Add(1); return wrong })
	if !errors.Is(err, wrong) || started.Load() == 1_000_000 {
		t.Errorf("after a first error %d indices ran, error %v", started.Load(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := engine.ForEach(ctx, 10, func(int) error { return nil }); !errors.Is(err, context.Canceled) ||
		!strings.Contains(err.Error(), "interrupted") {
		t.Errorf("an ended context gives %v", err)
	}
}

// TestForEachShares: computations that call ForEach within a ForEach run no more at once than there are
// processors.
func TestForEachShares(t *testing.T) {
	var running, most, done atomic.Int64
	within := func(ctx context.Context) error {
		return engine.ForEach(ctx, 10, func(int) error {
			now := running.Add(1)
			for before := most.Load(); now > before &&
				!most.CompareAndSwap(before, now); before = most.Load() {
			}
			time.Sleep(time.Millisecond) // for the others to be there at once
			done.Add(1)
			running.Add(-1)
			return nil
		})
	}
	const n = 8
	ctx := engine.Sharing(t.Context(), n)
	err := engine.ForEach(t.Context(), n, func(int) error { return within(ctx) })
	if err != nil || done.Load() != 10*n || most.Load() > int64(processors.Count()) {
		t.Errorf("%d of %d ran, %d at once on %d processors, %v", done.Load(), 10*n, most.Load(),
			processors.Count(), err)
	}
	most.Store(0)
	if err := within(engine.Sharing(t.Context(), 1)); err != nil || most.Load() > int64(processors.Count()) ||
		most.Load() < int64(min(2, processors.Count())) {
		t.Errorf("a computation by itself runs %d at once on %d processors, %v", most.Load(),
			processors.Count(), err)
	}
}

// TestForEachComputesTheSame compares runs that share the processors with runs one by one. Results must not
// depend on how many others there are: to the last bit in dense nets. XLA sums a convolution in blocks whose
// size depends on the number of threads, so there float32 may round otherwise, by 6e-8 a sum, which six
// layers do not enlarge to a thousand times.
func TestForEachComputesTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	grid := func() *tensors.Tensor { _, column := inputs(t, 256, dtypes.Float32); return column }
	for _, test := range []struct {
		config    models.Config
		batch     func() *tensors.Tensor
		tolerance float64
	}{
		{models.Config{Net: "residual", Depth: 12, Norm: norms.Batch, Beta: 0.1}, grid, 0},
		{models.Config{Net: "conv-residual", Depth: 6, Norm: norms.Batch, Beta: 0.1},
			func() *tensors.Tensor { return narrowImages(8) }, 6e-5},
	} {
		net, err := models.New(test.config)
		if err != nil {
			t.Fatal(err)
		}
		const draws = 8
		shared, own := test.batch(), test.batch()
		together := make([]*engine.Trace, draws)
		request := engine.Request{Net: net, Inputs: shared, Gradient: true}
		err = e.ForEach(t.Context(), draws, func(e *engine.Engine, draw int) (err error) {
			request := request
			request.Weights = net.Draw(1, uint64(draw))
			together[draw], err = e.Run(t.Context(), request)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		request.Inputs = own
		for draw := range draws {
			request.Weights = net.Draw(1, uint64(draw))
			alone, err := e.Run(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			distance := floats.Distance(alone.Gradient, together[draw].Gradient, 2) /
				floats.Norm(alone.Gradient, 2)
			if !(distance <= test.tolerance) {
				t.Errorf("draw %d of %s has another gradient alone than among others, by a share of %.1e",
					draw, net.Config.Net, distance)
			}
		}
	}
}

// narrowImages returns a batch of white noise for images of CIFAR-10's shape, in float32.
func narrowImages(images int) *tensors.Tensor {
	x, _ := imageBatch(images, 32, 32, 3)
	values := make([]float32, len(x))
	for i, value := range x {
		values[i] = float32(value)
	}
	return tensors.FromFlatDataAndDimensions(values, images, 32, 32, 3)
}

// BenchmarkInputGradients takes the input gradients of 20 draws of a 50-layer net of 200 units on 256 inputs.
func BenchmarkInputGradients(b *testing.B) {
	e := engine.New(testbackend.Open(b))
	x, err := data.Grid(data.GridPoints, data.GridLow, data.GridHigh)
	if err != nil {
		b.Fatal(err)
	}
	column, err := engine.Column(x, engine.DType)
	if err != nil {
		b.Fatal(err)
	}
	for _, config := range []models.Config{
		{Net: "feedforward", Depth: 50, Norm: norms.Center},
		{Net: "residual", Depth: 50, Norm: norms.Batch, Beta: 0.1},
	} {
		net, err := models.New(config)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(config.Net, func(b *testing.B) {
			for b.Loop() {
				err := e.ForEach(b.Context(), 20, func(e *engine.Engine, draw int) error {
					_, err := e.Run(b.Context(),
						engine.Request{Net: net, Weights: net.Draw(1, uint64(draw)), Inputs: column,
							Gradient: true})
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkImageGradients takes the input gradients of a convolutional net of 50 layers on 256 images.
func BenchmarkImageGradients(b *testing.B) {
	e := engine.New(testbackend.Open(b))
	images := narrowImages(256)
	for _, config := range []models.Config{
		{Net: "conv-feedforward", Depth: 50, Norm: norms.Batch},
		{Net: "conv-residual", Depth: 50, Norm: norms.Batch, Beta: 0.1},
	} {
		net, err := models.New(config)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(config.Net, func(b *testing.B) {
			for b.Loop() {
				_, err := e.Run(b.Context(),
					engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: images, Gradient: true})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
