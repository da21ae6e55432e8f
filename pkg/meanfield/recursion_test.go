package meanfield

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"gonum.org/v1/gonum/stat/distuv"
)

// advance returns the recursion of a config after its first rectifier and the given number of layers.
func advance(tb testing.TB, config Config, layers int) *recursion {
	tb.Helper()
	config, err := config.withDefaults()
	if err != nil {
		tb.Fatal(err)
	}
	r := newRecursion(config)
	r.first()
	for l := 1; l <= layers; l++ {
		if err := r.layer(tb.Context(), l); err != nil {
			tb.Fatal(err)
		}
	}
	return r
}

func grid(tb testing.TB, m int) []float64 {
	tb.Helper()
	x, err := data.Grid(m, data.GridLow, data.GridHigh)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// TestDerivativesAreThoseOfK compares D and T with finite differences of K at inputs 2h apart, without
// normalisation, where a process does not depend on which other inputs there are.
func TestDerivativesAreThoseOfK(t *testing.T) {
	const h = 1e-3
	points := []float64{-1.1, 0.2, 1.4}
	var x []float64
	for _, p := range points {
		x = append(x, p-h, p, p+h)
	}
	m := len(x)
	for _, activation := range tested {
		for _, net := range []models.Config{
			{Net: "feedforward"}, {Net: "residual", Alpha: 0.8, Beta: 0.7}, {Net: "highway", Gamma2: 0.6},
		} {
			net.Depth = 6
			s := advance(t, Config{Net: net, X: x, Dual: activation.dual}, 4).state
			for i := range points {
				for j := range points {
					if i == j {
						// There K has a third derivative that jumps, and differences of it are no
						// derivatives.
						continue
					}
					a, b := 3*i+1, 3*j+1
					d := (s.k[(a+1)*m+b] - s.k[(a-1)*m+b]) / (2 * h)
					tt := (s.k[(a+1)*m+b+1] - s.k[(a+1)*m+b-1] - s.k[(a-1)*m+b+1] + s.k[(a-1)*m+b-1]) /
						(4 * h * h)
					// Central differences are off by h^2/6 third derivatives, which are of order 1 here.
					if math.Abs(s.d[a*m+b]-d) > 1e-5 || math.Abs(s.t[a*m+b]-tt) > 1e-5 {
						t.Errorf("%s, %s, inputs %g and %g: D is %g and T is %g, the differences of K are "+
							"%g and %g",
							activation.name, net.Net, x[a], x[b], s.d[a*m+b], s.t[a*m+b], d, tt)
					}
				}
			}
		}
	}
}

// TestVariancesOfFeedforwardGradients: without division a feedforward net's G(i,i) is proportional to
// Phi(x_i) at every depth, since each layer halves T(i,i) and leaves the derivative alone. With He's matrices
// it is Phi(x_i) itself.
func TestVariancesOfFeedforwardGradients(t *testing.T) {
	x := grid(t, 32)
	for _, norm := range []*norms.Norm{norms.None, norms.Center} {
		for _, depth := range []int{1, 2, 5, 24} {
			net := models.Config{Net: "feedforward", Depth: depth, Norm: norm}
			result, err := Run(t.Context(), Config{Net: net, X: x})
			if err != nil {
				t.Fatal(err)
			}
			for i := range x {
				share := result.Covariance.At(i, i) / distuv.UnitNormal.CDF(x[i])
				if math.Abs(share-1) > 1e-12 {
					t.Errorf("%s, depth %d: G(%d,%d) is %g Phi(x)", norm, depth, i, i, share)
				}
			}
		}
	}
}

// TestGainsOfWeights: a feedforward net of rectifiers has G(i,i) = (g/2)^(L-1) Phi(x_i), g being the variance
// of its L - 1 matrices times their fan-in.
func TestGainsOfWeights(t *testing.T) {
	const depth = 5
	x := grid(t, 8)
	for _, c := range []struct {
		initializer *initializers.Initializer
		half        float64 // g/2
	}{
		{initializers.He, 1},
		{initializers.LeCun, 0.5},
		{initializers.Orthogonal, 0.5},
		{initializers.OrthogonalHe, 1},
		{initializers.Scaled(initializers.He, 0.8), 0.64},
		{initializers.Scaled(initializers.LeCun, -2), 2},
		{initializers.Scaled(initializers.OrthogonalHe, 0.5), 0.25},
	} {
		net := models.Config{Net: "feedforward", Depth: depth, Initializer: c.initializer}
		result, err := Run(t.Context(), Config{Net: net, X: x})
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			want := math.Pow(c.half, depth-1) * distuv.UnitNormal.CDF(x[i])
			if got := result.Covariance.At(i, i); math.Abs(got/want-1) > 1e-12 {
				t.Errorf("%s: G(%d,%d) is %g, want %g", c.initializer, i, i, got, want)
			}
		}
	}
}
