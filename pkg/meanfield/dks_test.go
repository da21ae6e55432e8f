package meanfield

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// TestDKSKeepsTheGeometry goes through 50 layers of activations that are shaped for as many, at weights of
// variance 1/fan-in: the second moment stays 1 and orthogonal inputs stay orthogonal, neighbouring ones part
// by the slope that was asked for, and pairs between lie between the identity and the line of that slope, as
// the map, a power series of positive coefficients, is convex on [0, 1].
func TestDKSKeepsTheGeometry(t *testing.T) {
	const depth, zeta, apart = 50, activations.DKSSlope, 1e-6
	for _, base := range []*activations.Activation{activations.TanH, activations.SoftPlus, activations.SiLU,
		activations.GELU, activations.Sine} {
		net := models.Config{Net: "feedforward", Depth: depth, Initializer: initializers.LeCun}
		var err error
		if net.Activation, err = activations.DKS(base, depth, zeta); err != nil {
			t.Fatal(err)
		}
		dual, err := dualOf(net)
		if err != nil {
			t.Fatal(err)
		}
		second := 1.0
		correlations := []float64{-0.5, 0, 0.3, 0.8, 1 - apart}
		ends := slices.Clone(correlations)
		for range depth {
			moments, _ := dual.Hidden([]float64{math.Sqrt(second)})
			second = moments(0, 0, angleOf(1)).E00
			for i, c := range ends {
				ends[i] = moments(0, 0, angleOf(c)).E00 / second
			}
		}
		// The constants are good to 1e-10 a layer at worst, and Q'(1) = 1 does not amplify that.
		if math.Abs(second-1) > 1e-8 || math.Abs(ends[1]) > 1e-8 {
			t.Errorf("%s: a second moment of 1 becomes %.12g, a correlation of 0 %g", net.Activation, second,
				ends[1])
		}
		// The map's curvature changes the slope by some apart.
		if slope := (1 - ends[4]) / apart; math.Abs(slope-zeta) > 1e-4 {
			t.Errorf("%s: neighbours part by %g, want %g", net.Activation, slope, zeta)
		}
		for i, c := range correlations {
			if c > 0 && (ends[i] > c || ends[i] < 1-zeta*(1-c)) || math.Abs(ends[i]) > 1 {
				t.Errorf("%s: a correlation of %g becomes %g", net.Activation, c, ends[i])
			}
		}
	}
}

// TestTheoryOfDKS computes the theory of a net by the name of its activation. At inputs near 0 the argument
// of the first layer has a second moment of 1, so that all have, and paths multiply by E[phi'(z)^2] a layer.
func TestTheoryOfDKS(t *testing.T) {
	activation, err := activations.Registry.Get("dks-tanh-50-1.5")
	if err != nil {
		t.Fatal(err)
	}
	net := models.Config{Net: "feedforward", Depth: 50, Activation: activation,
		Initializer: initializers.LeCun}
	const near = 1e-3
	result, err := Run(t.Context(), Config{Net: net, X: []float64{-near, near}, Distance: near})
	if err != nil {
		t.Fatal(err)
	}
	// Second moments are off by near, to either side, and their mean by its square.
	want := math.Pow(1.5, 49.0/50)
	if got := result.Layers[49].Variance; math.Abs(got-want) > 1e-4 || result.Omitted > 1e-9 {
		t.Errorf("paths are %g, want %g; %g is left out", got, want, result.Omitted)
	}
	if net.Activation, err = activations.DKS(activations.ELU, 50, 1.5); err != nil {
		t.Fatal(err)
	}
	if err := Covers(net); err == nil || !strings.Contains(err.Error(), "dks-elu-50-1.5") {
		t.Errorf("of an activation with a kink the theory says %v", err)
	}
}
