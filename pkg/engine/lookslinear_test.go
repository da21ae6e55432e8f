package engine_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
)

// looksLinear returns nets with the looks-linear initialisation, dense and convolutional, at the paper's
// largest depth.
func looksLinear() []models.Config {
	base := models.Config{Depth: 198, Initializer: initializers.Orthogonal, Activation: activations.CReLU,
		LooksLinear: true}
	dense, conv, flat, prelu := base, base, base, base
	dense.Net, dense.Width = "feedforward", 16
	conv.Net, conv.Width, conv.Images = "conv-feedforward", 4,
		models.Images{Height: 8, Width: 8, Resolutions: 2}
	flat.Net, flat.Width, flat.Images = "conv-feedforward", 4,
		models.Images{Height: 8, Width: 8, Resolutions: 2, Flatten: true}
	prelu.Net, prelu.Width, prelu.Activation, prelu.LooksLinear = "feedforward", 16, activations.PReLU, false
	return []models.Config{dense, conv, flat, prelu}
}

// TestLooksLinearNetsAreLinear checks additivity and homogeneity of f(x) - f(0): the dense nets' first layer
// has biases.
func TestLooksLinearNetsAreLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, config := range looksLinear() {
		net, err := models.New(config)
		if err != nil {
			t.Fatal(err)
		}
		size := 1
		for _, dim := range net.Input {
			size *= dim
		}
		// Inputs x, y, x + y, 3x and 0.
		rng, x := random.Stream(4), make([]float64, 5*size)
		for i := range size {
			u, v := rng.NormFloat64(), rng.NormFloat64()
			for k, value := range []float64{u, v, u + v, 3 * u, 0} {
				x[k*size+i] = value
			}
		}
		batch := tensors.FromFlatDataAndDimensions(x, append([]int{5}, net.Input...)...)
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: batch, Output: true, Gradient: true})
		if err != nil {
			t.Fatal(err)
		}
		outputs := len(trace.Output) / 5
		f := func(k, o int) float64 { return trace.Output[k*outputs+o] - trace.Output[4*outputs+o] }
		for o := range outputs {
			// float64 throughout, but weights are drawn in float32, whose mirror is exact; 198 layers of
			// rounding of 1e-16 each.
			if difference := f(0, o) + f(1, o) - f(2, o); math.Abs(difference) > 1e-12 {
				t.Errorf("%s, %+v: f(x) + f(y) - f(x+y) = %g", net.Config.Net, config.Images, difference)
			}
			if difference := 3*f(0, o) - f(3, o); math.Abs(difference) > 1e-12 {
				t.Errorf("%s, %s: 3 f(x) - f(3x) = %g", config.Net, config.Activation, difference)
			}
		}
		// The gradient is the same at every input: gradients of a linear map do not shatter. (At 0 itself,
		// where both halves of a convolutional net's rectifiers are at their kink, it is 0 by convention.)
		for i := range size {
			for k := 1; k < 4; k++ {
				if math.Abs(trace.Gradient[k*size+i]-trace.Gradient[i]) > 1e-12 {
					t.Fatalf("%s, %s: the gradients at two inputs differ: %g and %g", config.Net,
						config.Activation, trace.Gradient[i], trace.Gradient[k*size+i])
				}
			}
		}
	}
}

// TestLooksLinearNetsKeepLengths: the Jacobian of all layers between the first and the read-out has singular
// values 1, so the length of any signal that goes in is the length of what comes out; in float32 as in
// training.
func TestLooksLinearNetsKeepLengths(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := models.Config{
		Net: "conv-feedforward", Depth: 198, Width: 6, Initializer: initializers.Orthogonal,
		Activation: activations.CReLU, LooksLinear: true,
		Images: models.Images{Height: 8, Width: 8, Resolutions: 1},
	}
	net, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 8*8*3)
	rng := random.Stream(2)
	want := 0.0
	for i := range x {
		x[i] = float32(rng.NormFloat64())
		want += float64(x[i]) * float64(x[i])
	}
	trace, err := e.Run(t.Context(), engine.Request{
		Net: net, Weights: net.Draw(1, 0), Inputs: tensors.FromFlatDataAndDimensions(x, 1, 8, 8, 3),
		Output: true, Tap: engine.Preactivations,
	})
	if err != nil {
		t.Fatal(err)
	}
	for l, preactivations := range trace.Taps {
		got := 0.0
		for _, value := range preactivations {
			got += value * value
		}
		// Rounding of 6e-8 a layer and entry adds up to at most 198 * 1e-6, were it all of one sign.
		if math.Abs(got/want-1) > 2e-4 {
			t.Fatalf("behind convolution %d the squared length is %g, it was %g in the image", l+1, got, want)
		}
	}
}

// TestLooksLinearJacobian: where no layer but the first changes the number of features, and none the
// resolution, all singular values of the Jacobian from the input to what the last rectifier sees are 1,
// however deep the net.
func TestLooksLinearJacobian(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	base := models.Config{Depth: 198, Initializer: initializers.Orthogonal, Activation: activations.CReLU,
		LooksLinear: true}
	square, wide := base, base
	square.Images = models.Images{Height: 4, Width: 4, Channels: 6, Resolutions: 1}
	wide.Images = models.Images{Height: 5, Width: 4, Channels: 3, Resolutions: 1}
	for _, config := range []models.Config{square, wide} {
		config.Net, config.Width = "conv-feedforward", 6
		net, err := models.New(config)
		if err != nil {
			t.Fatal(err)
		}
		// A linear map sends the unit vectors to the rows of its matrix.
		in := config.Images.Height * config.Images.Width * config.Images.Channels
		out := config.Images.Height * config.Images.Width * config.Width
		units := make([]float64, in*in)
		for k := range in {
			units[k*in+k] = 1
		}
		trace, err := e.Run(t.Context(), engine.Request{
			Net: net, Weights: net.Draw(1, 0), Tap: engine.Preactivations,
			Inputs: tensors.FromFlatDataAndDimensions(units, append([]int{in}, net.Input...)...),
		})
		if err != nil {
			t.Fatal(err)
		}
		var svd mat.SVD
		if !svd.Factorize(mat.NewDense(in, out, trace.Taps[len(trace.Taps)-1]), mat.SVDNone) {
			t.Fatal("no singular values")
		}
		for _, value := range svd.Values(nil) {
			// The weights are orthogonal to the rounding of float32, 6e-8 an entry: at most 198 * 6 times
			// that, were it all of one sign.
			if math.Abs(value-1) > 8e-5 {
				t.Fatalf("%d inputs to %d features: singular value %g", in, out, value)
			}
		}
	}
}

// TestTrainingEndsLinearity: one step of training makes the two halves of mirrored weights differ, or slopes
// differ from 1, and the net is linear no longer: f(x) + f(-x) is not 2 f(0).
func TestTrainingEndsLinearity(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	backend := testbackend.Open(t)
	e := engine.New(backend)
	defer e.Close()
	for _, config := range looksLinear() {
		config.Depth = 6 // XLA takes long to compile the gradient of 198 layers
		net, err := models.New(config)
		if err != nil {
			t.Fatal(err)
		}
		store := model.NewStore()
		if err := net.Initialize(store.RootScope().At("net"), net.Draw(1, 0), dtypes.Float64); err != nil {
			t.Fatal(err)
		}
		forward := func(scope *model.Scope,
			x *graph.Node) *graph.Node {
			return net.Build(scope.At("net"), x)
		}
		x, opposite, zero := opposites(5, net.Input)
		curvature := func() float64 {
			var f [3][]float64
			for k, inputs := range []*tensors.Tensor{x, opposite, zero} {
				trace, err := e.Run(t.Context(), engine.Request{
					Net: net, Weights: net.Stored(store.RootScope().At("net")), Inputs: inputs, Output: true,
				})
				if err != nil {
					t.Fatal(err)
				}
				f[k] = trace.Output
			}
			largest := 0.0
			for k := range f[0] {
				largest = math.Max(largest, math.Abs(f[0][k]+f[1][k]-2*f[2][k]))
			}
			return largest
		}
		before := curvature()
		images, _, _ := opposites(5, net.Input) // a Trainer uses up what it is given
		labels, err := model.MustNewExec(backend, store, forward).Call1(opposite)
		if err != nil {
			t.Fatal(err)
		}
		trainer := train.NewTrainer(backend, store, forward, loss.MeanSquaredError,
			optimizer.Adam().LearningRate(0.01).Done(), nil, nil)
		if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{images},
			Labels: []*tensors.Tensor{labels}}); err != nil {
			t.Fatal(err)
		}
		// Rounding of float64 before. Adam's first step moves every weight by 0.01, a good per cent of its
		// size, in both halves by the sign of their own gradients.
		if after := curvature(); before > 1e-12 || after < 1e-4 {
			t.Errorf("%s, %s: f(x) + f(-x) - 2 f(0) is %.1e before and %.1e after a step", net.Config.Net,
				net.Config.Activation, before, after)
		}
	}
}

// opposites returns n inputs of white noise, their negatives, and n zeros.
func opposites(n int, input []int) (x, opposite, zero *tensors.Tensor) {
	dims := append([]int{n}, input...)
	size := n
	for _, dim := range input {
		size *= dim
	}
	values, negatives := make([]float64, size), make([]float64, size)
	rng := random.Stream(3)
	for k := range values {
		values[k] = rng.NormFloat64()
		negatives[k] = -values[k]
	}
	batch := func(values []float64) *tensors.Tensor {
		return tensors.FromFlatDataAndDimensions(values,
			dims...)
	}
	return batch(values), batch(negatives), batch(make([]float64, size))
}
