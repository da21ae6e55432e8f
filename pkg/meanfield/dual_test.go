package meanfield

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"gonum.org/v1/gonum/stat/distuv"
)

// TestDualsAreOfTheirActivations integrates what nets compute, the activation's graph and its gradient, over
// a normal argument, and compares E[rho(z)^2] and E[rho'(z)^2] with the dual's.
func TestDualsAreOfTheirActivations(t *testing.T) {
	const step, deviation = 1.0 / 256, 1.3
	var z []float64
	for k := -8.0; k < 8; k += step {
		z = append(z, deviation*(k+step/2)) // midpoints: no kink at one
	}
	names := activations.Registry.Names()
	for _, name := range slices.Clone(names) {
		if activation, err := activations.Registry.Get(name); err == nil && activation.Curve != nil {
			names = append(names, "dks-"+name+"-10-1.5")
		}
	}
	for _, name := range names {
		activation, err := activations.Registry.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		dual, err := dualOf(models.Config{Activation: activation})
		refused := slices.Contains([]string{"elu", "selu", "dks-elu-10-1.5", "dks-selu-10-1.5"}, name)
		if refused != (err != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if activation.Learnt != nil || activation.Outputs(1) > 1 {
			continue // PReLU has a slope to choose, and CReLU's moments are tested with its closed forms
		}
		values, slopes, err := graph.MustNewExec(testbackend.Open(t),
			func(x *graph.Node) (*graph.Node, *graph.Node) {
				y := activation.Apply(x)
				return y, graph.Gradient(graph.ReduceAllSum(y), x)[0]
			}).Call2(z)
		if err != nil {
			t.Fatal(err)
		}
		rho, slope := tensors.MustCopyFlatData[float64](values), tensors.MustCopyFlatData[float64](slopes)
		var want Moments
		for i := range z {
			weight := step * distuv.UnitNormal.Prob(z[i]/deviation)
			want.E00, want.E11 = want.E00+weight*rho[i]*rho[i], want.E11+weight*slope[i]*slope[i]
		}
		moments, omitted := dual.Hidden([]float64{deviation})
		got := moments(0, 0, angleOf(1))
		// The midpoint rule errs by the square of a step at kinks, 2e-6, and Smooth's expansion by what it
		// leaves out.
		if tolerance := 1e-5 + 2*omitted; math.Abs(got.E00-want.E00) > tolerance*want.E00 ||
			math.Abs(got.E11-want.E11) > tolerance*want.E11 {
			t.Errorf("%s: E[rho^2] %g and E[rho'^2] %g, want %g and %g (omitted %.1e)", name,
				got.E00, got.E11, want.E00, want.E11, omitted)
		}
	}
}
