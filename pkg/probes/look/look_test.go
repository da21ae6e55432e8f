package look_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/look"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/stat"
)

// images returns n images of white noise, 6 x 6 x 3.
func images(n int) *tensors.Tensor {
	values, rng := make([]float32, n*6*6*3), random.Stream(5)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, n, 6, 6, 3)
}

// lookAt looks with images at draw 0 of the twins of a config.
func lookAt(t *testing.T, e *engine.Engine, config models.Config,
	images *tensors.Tensor) (look.Look, []*models.Net, error) {
	t.Helper()
	config.Images.Height, config.Images.Width = 6, 6
	_, twins, err := look.Twins(config)
	if err != nil {
		t.Fatal(err)
	}
	minibatch, err := look.NewMinibatch(images, random.Stream(1))
	if err != nil {
		t.Fatal(err)
	}
	defer minibatch.Free()
	seen, err := minibatch.At(t.Context(), e, twins, twins[0].Draw(3, 0))
	return seen, twins, err
}

// TestCorrelations compares with gonum's correlation of each pair of images, for both kinds of statistics.
// Ranks and activity are compared with what they are in the tests of package early.
func TestCorrelations(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	const n = 5
	seen, twins, err := lookAt(t, e,
		models.Config{Net: "conv-residual", Depth: 4, Width: 3, Beta: 1, Norm: norms.Batch}, images(n))
	if err != nil {
		t.Fatal(err)
	}
	if len(twins) != 2 {
		t.Fatalf("%d twins", len(twins))
	}
	for i, got := range []*float64{seen.Correlation, seen.CoupledCorrelation} {
		trace, err := e.Run(t.Context(),
			engine.Request{Net: twins[i], Weights: twins[i].Draw(3, 0), Inputs: images(n), Gradient: true})
		if err != nil {
			t.Fatal(err)
		}
		size, sum := len(trace.Gradient)/n, 0.0
		for a := range n {
			for b := range a {
				sum += stat.Correlation(trace.Gradient[a*size:][:size], trace.Gradient[b*size:][:size], nil)
			}
		}
		if want := sum / (n * (n - 1) / 2); math.Abs(*got-want) > 1e-9 { // the same gradients: rounding
			t.Errorf("%s: the correlation is %g, over the pairs %g", twins[i].Config.Statistics, *got, want)
		}
	}
	if *seen.Correlation == *seen.CoupledCorrelation {
		t.Error("frozen and coupled gradients have one correlation")
	}
}

// TestNothingToMeasure looks at gradients that are 0 at one image, at all of them, and beyond the range of
// float32.
func TestNothingToMeasure(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := models.Config{Net: "conv-feedforward", Depth: 3, Width: 3}
	dark := images(4)
	// without biases nothing is active there
	dark.MustMutableFlatData(func(flat any) { clear(flat.([]float32)[:6*6*3]) })
	seen, _, err := lookAt(t, e, config, dark)
	if err != nil || seen.Correlation != nil || seen.CoupledCorrelation != nil || !(seen.Rank > 1) {
		t.Errorf("an image without a gradient gives %+v, %v", seen, err)
	}
	for want, activation := range map[string]*activations.Activation{
		"have no effective rank": {Name: "flat",
			Apply: func(x *graph.Node) *graph.Node { return graph.MulScalar(x, 0) }},
		"are not finite": {Name: "steep",
			Apply: func(x *graph.Node) *graph.Node { return graph.MulScalar(x, 1e30) }},
	} {
		config.Activation = activation
		_, _, err := lookAt(t, e, config, images(4))
		if undefined := new(look.UndefinedError); !errors.As(err, &undefined) ||
			!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %v is not an UndefinedError with %q", err, want)
		}
	}
	if _, err := look.NewMinibatch(images(1), random.Stream(1)); err == nil ||
		!strings.Contains(err.Error(), "give at least 2") {
		t.Errorf("one image gives %v", err)
	}
}
