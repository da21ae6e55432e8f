package activations_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
)

// apply applies an activation, with 1/2 for what it learns.
func apply(activation *activations.Activation, x *Node) *Node {
	if activation.Learnt != nil {
		return activation.Learnt(x, MulScalar(OnesLike(x), 0.5))
	}
	return activation.Apply(x)
}

// TestValuesAndSlopes checks every activation, at 0 too: a rectifier is off there.
func TestValuesAndSlopes(t *testing.T) {
	x := []float64{-2, -0.5, 0, 0.5, 2}
	for name, want := range map[string][2][]float64{
		"relu":   {{0, 0, 0, 0.5, 2}, {0, 0, 0, 1, 1}},
		"linear": {x, {1, 1, 1, 1, 1}},
		"prelu":  {{-1, -0.25, 0, 0.5, 2}, {0.5, 0.5, 0.5, 1, 1}}, // of slope 1/2
		"crelu":  {{0, 0, 0, 0.5, 2, 2, 0.5, 0, 0, 0}, {-1, -1, 0, 1, 1}},
	} {
		activation, err := activations.Registry.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		values, slopes, err := MustNewExec(testbackend.Open(t), func(x *Node) (*Node, *Node) {
			y := apply(activation, x)
			return y, Gradient(ReduceAllSum(y), x)[0]
		}).Call2(x)
		if err != nil {
			t.Fatal(err)
		}
		if got := tensors.MustCopyFlatData[float64](values); !slices.Equal(got, want[0]) {
			t.Errorf("%s of %v is %v, want %v", name, x, got, want[0])
		}
		if got := tensors.MustCopyFlatData[float64](slopes); !slices.Equal(got, want[1]) {
			t.Errorf("slopes of %s at %v are %v, want %v", name, x, got, want[1])
		}
		if got := activation.Outputs(len(x)); got != len(want[0]) {
			t.Errorf("%s makes %d outputs of %d features", name, got, len(x))
		}
	}
}

// references are what testdata/reference.py wrote.
type references struct {
	X           []float64
	Activations map[string]struct{ Values, Slopes []float64 }
	Tailored    []struct {
		Depth         int
		Target, Slope float64
	}
}

// readReferences reads them.
func readReferences(t *testing.T) (r references) {
	t.Helper()
	content, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAgainstPyTorch compares every pointwise activation with PyTorch's, values and derivatives, in float64.
func TestAgainstPyTorch(t *testing.T) {
	r := readReferences(t)
	for _, name := range activations.Registry.Names() {
		want, known := r.Activations[name]
		if !known {
			if !slices.Contains([]string{"linear", "crelu", "prelu"}, name) { // which are exact above
				t.Errorf("%s is not compared with PyTorch's: add it to testdata/reference.py", name)
			}
			continue
		}
		activation, err := activations.Registry.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		values, slopes, err := MustNewExec(testbackend.Open(t), func(x *Node) (*Node, *Node) {
			y := apply(activation, x)
			return y, Gradient(ReduceAllSum(y), x)[0]
		}).Call2(r.X)
		if err != nil {
			t.Fatal(err)
		}
		got, gotSlopes := tensors.MustCopyFlatData[float64](values), tensors.MustCopyFlatData[float64](slopes)
		for i, x := range r.X {
			// A few roundings of numbers of up to 30, 4e-15 each; those of XLA's error function are 1e-15.
			if math.Abs(got[i]-want.Values[i]) > 2e-14 || math.Abs(gotSlopes[i]-want.Slopes[i]) > 2e-14 {
				t.Errorf("%s at %g is %.17g of slope %.17g, PyTorch's %.17g of slope %.17g", name, x, got[i],
					gotSlopes[i], want.Values[i], want.Slopes[i])
			}
		}
	}
}

// TestTailored compares the slopes with those that NumPy found by quadrature, and tries what is no net.
func TestTailored(t *testing.T) {
	for _, want := range readReferences(t).Tailored {
		got, err := activations.Tailored(want.Depth, want.Target)
		if err != nil {
			t.Fatal(err)
		}
		s := got.Slopes
		// The quadrature has a kink in each of 200 000 steps' worth of angle: it errs by the square of a
		// step, 1e-9.
		if slope := s.Negative / s.Positive; math.Abs(slope-want.Slope) > 1e-7 {
			t.Errorf("%d layers to %g: slope %.9f, want %.9f", want.Depth, want.Target, slope, want.Slope)
		}
		if second := (s.Negative*s.Negative + s.Positive*s.Positive) / 2; math.Abs(second-1) > 1e-14 {
			t.Errorf("%d layers to %g: E[rho(z)^2] is %g, want 1", want.Depth, want.Target, second)
		}
		if again, _ := activations.Tailored(want.Depth, want.Target); again != got {
			t.Error("the same tailored rectifier is two")
		}
	}
	for phrase, arguments := range map[string]struct {
		depth  int
		target float64
	}{"depth is 0": {0, 0.9}, "from 1 to 10000": {10001, 0.9}, "target is 1": {10, 1},
		"target is NaN": {10, math.NaN()}} {
		if _, err := activations.Tailored(arguments.depth, arguments.target); err == nil ||
			!strings.Contains(err.Error(), phrase) {
			t.Errorf("error %v does not say %q", err, phrase)
		}
	}
}

// TestFamilies: an activation with a parameter is the registry's of its name, which says it in full.
func TestFamilies(t *testing.T) {
	tailored := func(depth int, target float64) *activations.Activation {
		t.Helper()
		activation, err := activations.Tailored(depth, target)
		if err != nil {
			t.Fatal(err)
		}
		return activation
	}
	known := make(map[string]*activations.Activation)
	for _, activation := range []*activations.Activation{
		activations.Leaky01, activations.Leaky(0.25), activations.Leaky(-0.25), activations.Leaky(1e-5),
		activations.Leaky(1.0 / 3), activations.Leaky(math.Nextafter(1.0/3, 1)),
		tailored(50, 0.9), tailored(51, 0.9), tailored(50, 1e-5), tailored(50, math.Nextafter(0.9, 1)),
	} {
		if got, err := activations.Registry.Get(activation.Name); got != activation {
			t.Errorf("the registry's %s is another: %v (%v)", activation, got, err)
		}
		if other := known[activation.Name]; other != nil {
			t.Errorf("two activations are called %s", activation)
		}
		known[activation.Name] = activation
	}
	for _, name := range []string{"leaky-", "leaky-NaN", "leaky-1e999", "leaky-x", "leaky", "tailored-50",
		"tailored-10-0.9-1"} {
		if got, err := activations.Registry.Get(name); err == nil ||
			!strings.Contains(err.Error(), "leaky-SLOPE, tailored-LAYERS-CORRELATION") {
			t.Errorf("%s is %v (%v)", name, got, err)
		}
	}
	for name, phrase := range map[string]string{
		"tailored-0-0.9": "depth is 0", "tailored-10-1": "target is 1",
		"tailored-1000000000000-0.9": "from 1 to 10000",
	} {
		if got, err := activations.Registry.Get(name); err == nil || !strings.Contains(err.Error(), phrase) {
			t.Errorf("%s is %v, and its error %v does not say %q", name, got, err, phrase)
		}
	}
}
