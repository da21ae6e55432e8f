package export_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/sbinet/npyio/npz"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/export"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// config describes a small residual net.
func config() export.Config {
	return export.Config{
		Net:    models.Config{Net: "residual", Depth: 3, Width: 4, Norm: norms.Batch, Beta: 0.5},
		Inputs: 6, Seed: 2, DType: dtypes.Float64,
	}
}

// readBack reads an array and its shape.
func readBack(t *testing.T, path, name string) ([]float64, []int) {
	t.Helper()
	archive, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var values []float64
	if err := archive.Read(name+".npy", &values); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return values, archive.Header(name + ".npy").Descr.Shape
}

// TestReadBack reads an export and computes the net's output anew from its own arrays, in plain Go.
func TestReadBack(t *testing.T) {
	draw, err := export.Run(t.Context(), engine.New(testbackend.Open(t)), config())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "draw.npz")
	if err := draw.WriteNPZ(path); err != nil {
		t.Fatal(err)
	}
	arrays := make(map[string][]float64)
	for name, want := range map[string][]int{
		"x": {6}, "bias": {4}, "weights": {3, 4, 4}, "readout": {4}, "preactivations": {3, 6, 4},
		"output": {6}, "gradient": {6},
	} {
		values, shape := readBack(t, path, name)
		if !slices.Equal(shape, want) {
			t.Errorf("%s has shape %v, want %v", name, shape, want)
		}
		arrays[name] = values
	}
	const m, n = 6, 4
	a := make([]float64, m*n)
	for i := range m {
		for j := range n {
			pre := arrays["x"][i] - arrays["bias"][j]
			if math.Abs(pre-arrays["preactivations"][i*n+j]) > 1e-15 {
				t.Errorf("preactivation of unit %d at input %d is not x - bias", j, i)
			}
			for k := range n {
				a[i*n+k] += max(pre, 0) * arrays["weights"][j*n+k]
			}
		}
	}
	for l := 1; l < 3; l++ {
		next := slices.Clone(a)
		for j := range n {
			mean, variance := 0.0, 0.0
			for i := range m {
				mean += a[i*n+j] / m
			}
			for i := range m {
				variance += (a[i*n+j] - mean) * (a[i*n+j] - mean) / m
			}
			for i := range m {
				// The same float64 numbers in another order of summation.
				if got := arrays["preactivations"][(l*m+i)*n+j]; math.Abs(got-a[i*n+j]) > 1e-12 {
					t.Errorf("preactivation of layer %d, input %d, unit %d is %g, want %g", l, i, j, got,
						a[i*n+j])
				}
				h := max((a[i*n+j]-mean)/math.Sqrt(variance+norms.Epsilon), 0)
				for k := range n {
					next[i*n+k] += 0.5 * h * arrays["weights"][(l*n+j)*n+k]
				}
			}
		}
		a = next
	}
	for i := range m {
		f := 0.0
		for j := range n {
			f += a[i*n+j] * arrays["readout"][j]
		}
		if math.Abs(f-arrays["output"][i]) > 1e-12 {
			t.Errorf("output at input %d is %g, want %g", i, arrays["output"][i], f)
		}
	}
}

func TestPrecisionsDrawTheSameWeights(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	var draws []*export.Draw
	for _, dtype := range []dtypes.DType{dtypes.Float64, dtypes.Float32} {
		c := config()
		c.DType = dtype
		draw, err := export.Run(t.Context(), e, c)
		if err != nil {
			t.Fatal(err)
		}
		draws = append(draws, draw)
	}
	if !slices.Equal(draws[0].Weights, draws[1].Weights) || !slices.Equal(draws[0].Bias, draws[1].Bias) {
		t.Error("the weights depend on the precision")
	}
	for i := range draws[0].Output {
		// Three layers of four units in float32.
		if math.Abs(draws[0].Output[i]-draws[1].Output[i]) > 1e-5 {
			t.Errorf("output %d: %g in float64, %g in float32", i, draws[0].Output[i], draws[1].Output[i])
		}
	}
}

func TestOneLayerHasNoMatrices(t *testing.T) {
	c := config()
	c.Net = models.Config{Net: "feedforward", Depth: 1, Width: 4}
	draw, err := export.Run(t.Context(), engine.New(testbackend.Open(t)), c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "draw.npz")
	if err := draw.WriteNPZ(path); err != nil {
		t.Fatal(err)
	}
	if values, shape := readBack(t, path, "weights"); len(values) != 0 || shape[0] != 0 {
		t.Errorf("weights of one layer: %v, shape %v", values, shape)
	}
}

// TestOtherVariablesByTheirNames reads the export of a net whose branches have two matrices each, and
// computes the output anew from its arrays.
func TestOtherVariablesByTheirNames(t *testing.T) {
	c := config()
	c.Net.Norm, c.Net.Branch.Layers = norms.None, 2
	draw, err := export.Run(t.Context(), engine.New(testbackend.Open(t)), c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "draw.npz")
	if err := draw.WriteNPZ(path); err != nil {
		t.Fatal(err)
	}
	arrays := make(map[string][]float64)
	for name, want := range map[string][]int{
		"x": {6}, "output": {6}, "gradient": {6}, "input.bias": {4}, "layer_0.weights": {4, 4},
		"layer_1_2.weights_1": {4, 4}, "layer_1_2.weights_2": {4, 4}, "readout.weights": {4, 1},
		"preactivations_1": {6, 4}, "preactivations_2": {6, 4}, "preactivations_3": {6, 4},
	} {
		values, shape := readBack(t, path, name)
		if !slices.Equal(shape, want) {
			t.Errorf("%s has shape %v, want %v", name, shape, want)
		}
		arrays[name] = values
	}
	times := func(h []float64, matrix string) []float64 {
		w := arrays[matrix]
		out := make([]float64, len(w)/len(h))
		for j, value := range h {
			for k := range out {
				out[k] += max(value, 0) * w[j*len(out)+k]
			}
		}
		return out
	}
	for i, x := range arrays["x"] {
		seen := make([]float64, 4)
		for j, bias := range arrays["input.bias"] {
			seen[j] = x - bias
		}
		a := times(seen, "layer_0.weights")
		within := times(a, "layer_1_2.weights_1")
		f := 0.0
		for j, branch := range times(within, "layer_1_2.weights_2") {
			f += (a[j] + 0.5*branch) * arrays["readout.weights"][j]
		}
		// The same float64 numbers in another order of summation.
		if math.Abs(f-arrays["output"][i]) > 1e-12 {
			t.Errorf("output at input %d is %g, want %g", i, arrays["output"][i], f)
		}
		for j := range a {
			if math.Abs(within[j]-arrays["preactivations_3"][4*i+j]) > 1e-12 {
				t.Errorf("the last rectifier sees %g, want %g", arrays["preactivations_3"][4*i+j], within[j])
			}
		}
	}
}

func TestErrorsAreSentences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	own, err := models.Compose("mine", []int{1}, models.Stage{Name: "a", Block: models.Linear{In: 1, Out: 2}})
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*export.Config){
		"net \"mine\" is one of your own": func(c *export.Config) { c.Net = own.Config },
		"depth is 0":                      func(c *export.Config) { c.Net.Depth = 0 },
		"grid of 1 points":                func(c *export.Config) { c.Inputs = 1 },
		"float32 or":                      func(c *export.Config) { c.DType = dtypes.Int32 },
	} {
		c := config()
		change(&c)
		if _, err := export.Run(t.Context(), e, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	draw, err := export.Run(t.Context(), e, config())
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := draw.WriteNPZ(filepath.Join(folder, "missing", "draw.npz")); err == nil ||
		!strings.Contains(fmt.Sprint(err), "choose a file") {
		t.Errorf("a missing folder gives %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}
