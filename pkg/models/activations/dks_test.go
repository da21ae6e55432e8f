package activations_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"gonum.org/v1/gonum/integrate"
)

// dks returns the activation of a name.
func dks(t *testing.T, base string, depth int, zeta float64) *activations.Activation {
	t.Helper()
	activation, err := activations.Registry.Get(base)
	if err == nil {
		activation, err = activations.DKS(activation, depth, zeta)
	}
	if err != nil {
		t.Fatal(err)
	}
	return activation
}

// curves are the registered activations that have one.
func curves(t *testing.T) (all []*activations.Activation) {
	t.Helper()
	for _, name := range activations.Registry.Names() {
		if activation, err := activations.Registry.Get(name); err == nil && activation.Curve != nil {
			all = append(all, activation)
		}
	}
	if len(all) < 7 {
		t.Fatalf("only %v have a curve", all)
	}
	return all
}

// kink returns where the slope of an activation that is straight from there on has its kink, and 0 of others.
func kink(rho *activations.Curve) float64 {
	_, straight := rho.At(12)
	low, high := -12.0, 12.0
	for range 100 {
		middle := (low + high) / 2
		if _, slope := rho.At(middle); slope == straight {
			high = middle
		} else {
			low = middle
		}
	}
	if !rho.Kink {
		return 0
	}
	return high
}

// mean returns E[f(z)] of a standard normal z by Simpson's rule on both sides of a kink, with steps of 1e-3,
// whose fourth power it errs by.
func mean(edge float64, f func(z float64) float64) (sum float64) {
	for _, panel := range [][2]float64{{-12, edge}, {edge, 12}} {
		const steps = 20000
		x, y := make([]float64, steps+1), make([]float64, steps+1)
		for i := range x {
			// The ends are a hair inside the panel, so that each has its own side's slope at the kink.
			x[i] = panel[0] + 1e-13 + (panel[1]-panel[0]-2e-13)*float64(i)/steps
			y[i] = f(x[i]) * math.Exp(-x[i]*x[i]/2) / math.Sqrt(2*math.Pi)
		}
		sum += integrate.Simpsons(x, y)
	}
	return sum
}

// TestDKSMeetsItsConditions: the four of the paper, for every activation that has a curve, Q'(1) both by its
// formula and as the slope of Q.
func TestDKSMeetsItsConditions(t *testing.T) {
	for _, base := range curves(t) {
		for _, depth := range []int{10, 50, 200} {
			for _, zeta := range []float64{1.1, activations.DKSSlope} {
				phi := dks(t, base.Name, depth, zeta)
				edge, q := kink(phi.Curve), func(q float64) float64 {
					root := math.Sqrt(q)
					return mean(kink(phi.Curve)/root, func(z float64) float64 {
						value, _ := phi.Curve.At(root * z)
						return value * value
					})
				}
				moment := func(f func(z, value, slope float64) float64) float64 {
					return mean(edge, func(z float64) float64 {
						value, slope := phi.Curve.At(z)
						return f(z, value, slope)
					})
				}
				for what, pair := range map[string][2]float64{
					"E[phi]": {moment(func(_, value, _ float64) float64 { return value }), 0},
					"Q(1)":   {moment(func(_, value, _ float64) float64 { return value * value }), 1},
					"E[z phi phi']": {moment(func(z, value, slope float64) float64 {
						return z * value * slope
					}), 1},
					"E[phi'^2]": {moment(func(_, _, slope float64) float64 { return slope * slope }),
						math.Pow(zeta, 1/float64(depth))},
				} {
					if math.Abs(pair[0]-pair[1]) > 1e-8 {
						t.Errorf("%s: %s is %.12g, want %.12g", phi, what, pair[0], pair[1])
					}
				}
				// The third derivative of Q is below 1: the difference errs by less than its step's square.
				const h = 1e-3
				if slope := (q(1+h) - q(1-h)) / (2 * h); math.Abs(slope-1) > h*h {
					t.Errorf("%s: Q'(1) is %.9g, want 1", phi, slope)
				}
			}
		}
	}
}

// TestDKSAgainstSciPy compares values and derivatives with those of constants that SciPy found.
func TestDKSAgainstSciPy(t *testing.T) {
	content, err := os.ReadFile("testdata/dks.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		X      []float64
		Shapes []struct {
			Activation     string
			Depth          int
			Zeta           float64
			Values, Slopes []float64
		}
	}
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	compared := make(map[string]bool)
	for _, shape := range want.Shapes {
		phi := dks(t, shape.Activation, shape.Depth, shape.Zeta)
		compared[shape.Activation] = true
		for i, x := range want.X {
			value, slope := phi.Curve.At(x)
			// SciPy's solution is good to 1e-9 of its residuals.
			if math.Abs(value-shape.Values[i]) > 1e-8 || math.Abs(slope-shape.Slopes[i]) > 1e-8 {
				t.Errorf("%s at %g is %.12g of slope %.12g, SciPy's %.12g of slope %.12g", phi, x, value,
					slope, shape.Values[i], shape.Slopes[i])
			}
		}
	}
	for _, base := range curves(t) {
		if !compared[base.Name] {
			t.Errorf("DKS of %s is not compared with SciPy's: add it to testdata/dks.py", base)
		}
	}
}

// TestCurvesAreOfTheirGraphs compares float64 forms with what nets compute, and their slopes with differences
// of their values.
func TestCurvesAreOfTheirGraphs(t *testing.T) {
	x := readReferences(t).X
	all := curves(t)
	for _, base := range all {
		for _, depth := range []int{10, 200} {
			all = append(all, dks(t, base.Name, depth, activations.DKSSlope))
		}
	}
	for _, activation := range all {
		values, slopes, err := MustNewExec(testbackend.Open(t), func(x *Node) (*Node, *Node) {
			y := activation.Apply(x)
			return y, Gradient(ReduceAllSum(y), x)[0]
		}).Call2(x)
		if err != nil {
			t.Fatal(err)
		}
		want := tensors.MustCopyFlatData[float64](values)
		wantSlopes := tensors.MustCopyFlatData[float64](slopes)
		for i, x := range x {
			value, slope := activation.Curve.At(x)
			// A few roundings of numbers of up to 40, of which the deepest shapes lose a factor of 40.
			if math.Abs(value-want[i]) > 1e-12 || math.Abs(slope-wantSlopes[i]) > 1e-12 {
				t.Errorf("%s at %g is %.17g of slope %.17g, and in a graph %.17g of slope %.17g", activation,
					x, value, slope, want[i], wantSlopes[i])
			}
			const h = 1e-4
			if activation.Curve.Kink && x == 0 {
				continue // SELU has two slopes there
			}
			above, _ := activation.Curve.At(x + h)
			below, _ := activation.Curve.At(x - h)
			// The third derivatives are below 2, and differences lose 1e-13 of a step.
			if difference := (above - below) / (2 * h); math.Abs(slope-difference) > 1e-7 {
				t.Errorf("%s at %g has the slope %.9g, and by a difference %.9g", activation, x, slope,
					difference)
			}
		}
	}
}

// TestDKSChangesSmoothlyWithDepth: of several solutions it is always the same one. A tenth of the depth more
// or less changes little in deep nets, and the kink of ELU and SELU is above 0 at every depth.
func TestDKSChangesSmoothlyWithDepth(t *testing.T) {
	for _, base := range curves(t) {
		last := [2]float64{}
		const first = 20
		for depth := first; depth <= 5000; depth += depth / 10 {
			phi := dks(t, base.Name, depth, activations.DKSSlope)
			for i, x := range []float64{-4, 4} {
				value, _ := phi.Curve.At(x)
				if change := math.Abs(value - last[i]); depth > first && change > 0.2 {
					t.Errorf("%s at %g is %g, and for fewer layers %g", phi, x, value, last[i])
				}
				last[i] = value
			}
			if phi.Curve.Kink && kink(phi.Curve) <= 0 {
				t.Errorf("%s has its kink at %g", phi, kink(phi.Curve))
			}
		}
	}
}

// TestDKSIsRemembered: the same arguments have one activation, which the registry knows by its name; one of a
// base of the reader's own is not the registry's of that name.
func TestDKSIsRemembered(t *testing.T) {
	known := make(map[string]bool)
	for _, base := range []string{"tanh", "sine"} {
		for _, depth := range []int{50, 51} {
			for _, zeta := range []float64{1.5, math.Nextafter(1.5, 2), 1e6} {
				phi := dks(t, base, depth, zeta)
				if want := fmt.Sprintf("dks-%s-%d-%g", base, depth, zeta); phi.Name != want || known[want] {
					t.Errorf("%s, want %s, known: %t", phi, want, known[want])
				}
				known[phi.Name] = true
				if again, err := activations.Registry.Get(phi.Name); again != phi {
					t.Errorf("the registry's %s is another: %v (%v)", phi, again, err)
				}
			}
		}
	}
	tanh := dks(t, "tanh", 50, 1.5)
	own, err := activations.DKS(&activations.Activation{Name: "tanh", Apply: activations.TanH.Apply,
		Curve: activations.TanH.Curve}, 50, 1.5)
	if err != nil || own == tanh || own.Name != tanh.Name {
		t.Errorf("DKS of a reader's own is %v (%v)", own, err)
	}
}

// TestDKSRefuses: one sentence each, from DKS as well as from the registry by name.
func TestDKSRefuses(t *testing.T) {
	for _, test := range []struct {
		base   *activations.Activation
		depth  int
		zeta   float64
		phrase string
	}{
		{nil, 50, 1.5, "there is no activation to shape"},
		{activations.ReLU, 50, 1.5, "relu has no solution"},
		{activations.Linear, 50, 1.5, "linear has no solution"},
		{activations.Leaky(0.3), 50, 1.5, "choose one of elu, gelu, selu, silu, sine, softplus, tanh"},
		{activations.PReLU, 50, 1.5, "prelu has none"},
		{activations.CReLU, 50, 1.5, "crelu has none"},
		{dks(t, "tanh", 50, 1.5), 50, 1.5, "dks-tanh-50-1.5 is shaped already"},
		{activations.TanH, 0, 1.5, "depth is 0"},
		{activations.TanH, -3, 1.5, "depth is -3"},
		{activations.TanH, 10001, 1.5, "from 1 to 10000"},
		{activations.TanH, 50, 1, "zeta is 1:"},
		{activations.TanH, 50, 0.5, "above 1"},
		{activations.TanH, 50, -2, "zeta is -2:"},
		{activations.TanH, 50, math.NaN(), "zeta is NaN"},
		{activations.TanH, 50, math.Inf(1), "zeta is +Inf"},
		{activations.TanH, 50, 1.0001, "give a larger zeta or fewer layers"},
		{activations.SoftPlus, 1, 1.5, "no alpha and beta were found"},
		{activations.TanH, 10, 1e300, "no alpha and beta were found"},
	} {
		_, err := activations.DKS(test.base, test.depth, test.zeta)
		if err == nil || !strings.Contains(err.Error(), test.phrase) || strings.Contains(err.Error(), "\n") {
			t.Errorf("DKS of %v to %d layers and %g: %v does not say %q", test.base, test.depth, test.zeta,
				err, test.phrase)
		}
		if test.base == nil {
			continue
		}
		name := fmt.Sprintf("dks-%s-%d-%g", test.base, test.depth, test.zeta)
		if test.depth >= 0 && test.zeta > 0 { // a minus sign is no part of a name
			if _, named := activations.Registry.Get(name); named == nil || err == nil ||
				named.Error() != fmt.Sprintf("unknown activation %q: %v", name, err) {
				t.Errorf("the registry says %v", named)
			}
		}
	}
	for _, name := range []string{"dks-", "dks-tanh", "dks-tanh-50", "dks-tanh-50-x", "dks-tanh-x-1.5",
		"dks--50-1.5", "dks-nothing-50-1.5"} {
		if got, err := activations.Registry.Get(name); err == nil ||
			!strings.Contains(err.Error(), "dks-ACTIVATION-LAYERS-SLOPE") {
			t.Errorf("%s is %v (%v)", name, got, err)
		}
	}
}
