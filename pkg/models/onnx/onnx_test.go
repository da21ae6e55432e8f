package onnx_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/sbinet/npyio/npz"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/onnx"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
)

// A file that PyTorch has exported is a net like any other.
func ExampleLoad() {
	net, err := onnx.Load("testdata/dense.onnx", onnx.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	inputs := tensors.FromValue([][]float32{{1, 2, 3, 4, 5, 6}, {0, 0, 0, 0, 0, 1}})
	trace, err := engine.New(opened).Run(context.Background(), engine.Request{
		Net: net, Weights: net.Draw(0, 0), Inputs: inputs, Output: true, Gradient: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net, "from", net.Input, "to", net.Output)
	fmt.Println(len(trace.Output), "outputs,", len(trace.Gradient), "gradients")
	// Output:
	// the net "dense" from [6] to [3]
	// 6 outputs, 12 gradients
}

// batch is the number of inputs of each fixture.
const batch = 4

// truth reads an array of what PyTorch found: see testdata/fixtures.py.
func truth[T float32 | float64](t *testing.T, name string) []T {
	t.Helper()
	file, err := npz.Open("testdata/truth.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var values []T
	if err := file.Read(name+".npy", &values); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return values
}

// load loads a fixture.
func load(t *testing.T, name string, config onnx.Config) *models.Net {
	t.Helper()
	net, err := onnx.Load("testdata/"+name+".onnx", config)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// onBoth does a test on both backends, or on the one that is there.
func onBoth(t *testing.T, test func(t *testing.T, e *engine.Engine)) {
	t.Run("go", func(t *testing.T) { test(t, engine.New(testbackend.Go(t))) })
	t.Run("xla", func(t *testing.T) { test(t, engine.New(testbackend.XLA(t))) })
}

// run returns output and gradient of a net on inputs.
func run(t *testing.T, e *engine.Engine, net *models.Net, inputs []float32) *engine.Trace {
	t.Helper()
	size := 1
	for _, dim := range net.Input {
		size *= dim
	}
	trace, err := e.RunFinite(t.Context(), engine.Request{
		Net: net, Weights: net.Draw(0, 0), Output: true, Gradient: true, Tap: engine.Preactivations,
		Inputs: tensors.FromFlatDataAndDimensions(slices.Clone(inputs),
			append([]int{len(inputs) / size}, net.Input...)...),
	})
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// check compares with PyTorch, which computed in float64. A unit of rounding of float32 is 6e-8, and some
// tens of them come together. What an operator could have wrong shows: the other formula of GELU is 4e-5 of
// the largest value away.
func check(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	difference, scale := 0.0, 0.0
	for i := range want {
		difference, scale = max(difference, math.Abs(got[i]-want[i])), max(scale, math.Abs(want[i]))
	}
	if !(difference <= 1e-5*scale) {
		t.Errorf("%s differs from PyTorch's by %.1e of its largest value", what, difference/scale)
	}
}

func TestGradientsAgreeWithPyTorch(t *testing.T) {
	onBoth(t, func(t *testing.T, e *engine.Engine) {
		for _, name := range []string{"dense", "external", "resnet", "transformer", "approximate",
			"opset18"} {
			trace := run(t, e, load(t, name, onnx.Config{}), truth[float32](t, name+".x"))
			check(t, name+": the output", trace.Output, truth[float64](t, name+".y"))
			check(t, name+": the gradient", trace.Gradient, truth[float64](t, name+".gradient.x"))
		}
	})
}

// TestGradientsOfOneOfTwoInputs takes the gradient with respect to either input, while the other has a value,
// which PyTorch had in one row of the batch.
func TestGradientsOfOneOfTwoInputs(t *testing.T) {
	inputs := map[string][]float32{"x": truth[float32](t, "two_inputs.x"),
		"condition": truth[float32](t, "two_inputs.condition")}
	row := func(name string, i int) []float32 {
		n := len(inputs[name]) / batch
		return inputs[name][i*n : (i+1)*n]
	}
	y := truth[float64](t, "two_inputs.y")
	onBoth(t, func(t *testing.T, e *engine.Engine) {
		for name, other := range map[string]string{"x": "condition", "condition": "x"} {
			gradients := truth[float64](t, "two_inputs.gradient."+name)
			for i := range 2 {
				value := tensors.FromValue(row(other, i))
				net := load(t, "two_inputs",
					onnx.Config{Input: name, Others: map[string]*tensors.Tensor{other: value}})
				trace := run(t, e, net, row(name, i))
				n, m := len(gradients)/batch, len(y)/batch
				check(t, name+": the output", trace.Output, y[i*m:(i+1)*m])
				check(t, name+": the gradient", trace.Gradient, gradients[i*n:(i+1)*n])
			}
		}
	})
}

// TestChannelsLast gives a net of images those with channels last, and compares with PyTorch's gradients,
// whose channels come first.
func TestChannelsLast(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	net := load(t, "resnet", onnx.Config{ChannelsLast: true})
	if !slices.Equal(net.Input, []int{8, 8, 3}) {
		t.Fatalf("the net takes inputs of shape %v", net.Input)
	}
	first := truth[float32](t, "resnet.x")
	trace := run(t, e, net, last(first))
	check(t, "the output", trace.Output, truth[float64](t, "resnet.y"))
	check(t, "the gradient", trace.Gradient, last(truth[float64](t, "resnet.gradient.x")))
	rectifiers, err := net.Rectifiers()
	if want := []int{512, 512, 512, 256, 256}; err != nil || !slices.Equal(rectifiers, want) ||
		len(trace.Taps) != len(want) {
		t.Errorf("rectifiers of %v units, %v, and %d taps; want %v", rectifiers, err, len(trace.Taps), want)
	}
}

// last returns images of 3 x 8 x 8 with channels last.
func last[T any](images []T) []T {
	moved := make([]T, 0, len(images))
	for image := range len(images) / 192 {
		for position := range 64 {
			for channel := range 3 {
				moved = append(moved, images[image*192+channel*64+position])
			}
		}
	}
	return moved
}

// TestRankOfAFile points a probe at a file, several draws at once.
func TestRankOfAFile(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	net := load(t, "resnet", onnx.Config{ChannelsLast: true, Weights: onnx.He})
	config := rank.Config{Net: net.Config, Batch: 8, Clusters: 2, Seed: 1}
	err := engine.ForEach(t.Context(), 4, func(i int) error {
		minibatch, err := rank.Run(t.Context(), e, config, rank.WhiteNoise{Seed: 1}, uint64(i))
		if err != nil {
			return err
		}
		measured, err := minibatch.Measure()
		if err == nil && (len(measured) != 1 || measured[0].Rank < 1 || measured[0].Rank > 8) {
			err = fmt.Errorf("measured %+v", measured)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestWhatCantBeImportedIsSaid: each is one sentence that says what to do.
func TestWhatCantBeImportedIsSaid(t *testing.T) {
	folder := t.TempDir()
	copied := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	external, err := os.ReadFile("testdata/external.onnx")
	if err != nil {
		t.Fatal(err)
	}
	one := tensors.FromValue(float32(1))
	for want, test := range map[string]struct {
		path   string
		config onnx.Config
	}{
		"no such file":       {path: "testdata/none.onnx"},
		"it is a folder":     {path: folder},
		"not an ONNX model":  {path: copied("text.onnx", []byte("a text"))},
		"is not an ONNX mod": {path: copied("empty.onnx", nil)},
		"external.onnx.data": {path: copied("external.onnx", external)},
		"the operator LeakyRelu can't be imported: build": {path: "testdata/unsupported.onnx"},
		"takes batches of 1 alone":                        {path: "testdata/fixed_batch.onnx"},
		"has several inputs, x, condition: choose one as Input, and values for all others as " +
			"Others": {path: "testdata/two_inputs.onnx"},
		`the input "condition" has no value: give one, of shape [-1 2]`: {"testdata/two_inputs.onnx", onnx.Config{Input: "x"}},
		`a value is given for "y", which is none of the other inputs`: {"testdata/two_inputs.onnx",
			onnx.Config{Input: "x", Others: map[string]*tensors.Tensor{"condition": one, "y": one}}},
		`there is no input "z": choose one of x`:  {"testdata/dense.onnx", onnx.Config{Input: "z"}},
		`there is no output "z": choose one of y`: {"testdata/dense.onnx", onnx.Config{Output: "z"}},
		`the input "x" has the shape [6], not [7]`: {"testdata/dense.onnx",
			onnx.Config{Shape: []int{7}}},
		"its inputs are no images": {"testdata/dense.onnx",
			onnx.Config{ChannelsLast: true}},
		`unknown weights "own": choose one of "as they`: {"testdata/dense.onnx",
			onnx.Config{Weights: "own"}},
		`the net "residual" is called like an architectu`: {"testdata/dense.onnx",
			onnx.Config{Name: "residual"}},
	} {
		_, err := onnx.Load(test.path, test.config)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is more than a sentence: %v", err)
		}
	}
}
