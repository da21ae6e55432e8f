package initializers_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"gonum.org/v1/gonum/stat"
)

// references are what testdata/reference.py wrote.
type references struct {
	Dirac []struct {
		Dims   []int
		Values []float32
	}
}

func readReferences(t *testing.T) (r references) {
	t.Helper()
	content, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &r); err != nil || len(r.Dirac) == 0 {
		t.Fatalf("%d references, %v", len(r.Dirac), err)
	}
	return r
}

// TestDirac compares kernels with those of torch.nn.init.dirac_, and tries a matrix.
func TestDirac(t *testing.T) {
	for _, want := range readReferences(t).Dirac {
		if got := fill(initializers.Dirac, 1, want.Dims...); !slices.Equal(got, want.Values) {
			t.Errorf("the kernel %v is %v, PyTorch's %v", want.Dims, got, want.Values)
		}
	}
	if got := fill(initializers.Dirac, 1, 2, 3); !slices.Equal(got, []float32{1, 0, 0, 0, 1, 0}) {
		t.Errorf("the matrix is %v", got)
	}
}

// TestStandardized compares the standardisation of He's draw with its formula by gonum's moments, up to
// rounding to float32.
func TestStandardized(t *testing.T) {
	for _, dims := range [][]int{{40, 3}, {3, 3, 8, 5}} {
		he, got := fill(initializers.He, 7, dims...), fill(initializers.Standardized, 7, dims...)
		fanIn, out := initializers.FanIn(dims), dims[len(dims)-1]
		for o := range out {
			var before, after []float64
			for i := range fanIn {
				before, after = append(before, float64(he[i*out+o])), append(after, float64(got[i*out+o]))
			}
			mean, deviation := stat.PopMeanStdDev(before, nil)
			for i := range before {
				want := (before[i] - mean) / deviation * math.Sqrt(2/(1-1/math.Pi)/float64(fanIn))
				if math.Abs(after[i]-want) > 1e-6 {
					t.Fatalf("%v, weight %d of output %d: %g, want %g", dims, i, o, after[i], want)
				}
			}
		}
	}
	for _, value := range fill(initializers.Standardized, 7, 1, 4) {
		if value != 0 {
			t.Errorf("an output of one input has the weight %g, want 0", value)
		}
	}
}

// TestScaled: a gain multiplies a draw, an initialiser of a gain is one, and the scale of Fixup is that of
// the paper.
func TestScaled(t *testing.T) {
	fixup, err := initializers.Fixup(16, 2)
	if err != nil {
		t.Fatal(err)
	}
	// 16 branches of 2 layers: 16^(-1/2) = 1/4.
	if fixup != initializers.Scaled(initializers.He, 0.25) {
		t.Errorf("Fixup's weights are %s", fixup)
	}
	he, got := fill(initializers.He, 3, 5, 4), fill(fixup, 3, 5, 4)
	for k := range he {
		if got[k] != he[k]/4 {
			t.Errorf("weight %d is %g, want %g", k, got[k], he[k]/4)
		}
	}
	if _, err := initializers.Fixup(3, 1); err == nil || !strings.Contains(err.Error(), "at least 2 layers") {
		t.Errorf("a branch of one layer: %v", err)
	}
	if got := fill(initializers.Zero, 1, 2, 2); !slices.Equal(got, make([]float32, 4)) {
		t.Errorf("zeros are %v", got)
	}
	number := float64(fill(initializers.OrthogonalHe, 1, 1, 1)[0])
	if math.Abs(math.Abs(number)-math.Sqrt2) > 1e-6 {
		t.Errorf("an orthogonal number times sqrt 2 is %g", number)
	}
}

// TestNamesOfScaled: a scaled initialiser of a registered one is the registry's of its name, which says the
// gain in full. That of another base of the same name isn't.
func TestNamesOfScaled(t *testing.T) {
	known := make(map[string]*initializers.Initializer)
	for _, gain := range []float64{0.5, 1.41421356, math.Sqrt2, -3, 1e-5, 0} {
		for _, base := range []*initializers.Initializer{initializers.He, initializers.Orthogonal} {
			scaled := initializers.Scaled(base, gain)
			if got, err := initializers.Registry.Get(scaled.Name); got != scaled {
				t.Errorf("the registry's %s is another: %v (%v)", scaled, got, err)
			}
			if other := known[scaled.Name]; other != nil {
				t.Errorf("two initialisers are called %s", scaled)
			}
			known[scaled.Name] = scaled
			if gotBase, gotGain := scaled.Unscaled(); gotBase != base || gotGain != gain {
				t.Errorf("%s is %g times %s", scaled, gotGain, gotBase)
			}
		}
	}
	if initializers.Scaled(initializers.He, math.Copysign(0, -1)) != known["he-times-0"] {
		t.Error("the gain -0 is another than 0")
	}
	half := initializers.Scaled(initializers.OrthogonalHe, 0.5)
	if base, gain := half.Unscaled(); base != initializers.Orthogonal || gain != math.Sqrt2/2 {
		t.Errorf("half of orthogonal-he is %g times %s", gain, base)
	}
	if base, gain := initializers.He.Unscaled(); base != initializers.He || gain != 1 {
		t.Errorf("he is %g times %s", gain, base)
	}
	own := initializers.Scaled(&initializers.Initializer{Name: "he", Fill: initializers.One.Fill}, 0.5)
	if got, err := initializers.Registry.Get(own.Name); got == own || err != nil {
		t.Errorf("%s of an own base is the registry's (%v)", own, err)
	}
	for _, name := range []string{"he-times-", "he-times-NaN", "he-times-Inf", "she-times-2",
		"he-times-2-times-3"} {
		if got, err := initializers.Registry.Get(name); err == nil ||
			!strings.Contains(err.Error(), "INITIALISER-times-GAIN") {
			t.Errorf("%s is %v (%v)", name, got, err)
		}
	}
}
