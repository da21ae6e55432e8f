package meanfield

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/random"
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

// TestBatchNormalisationAgainstUnits compares the moments behind batch normalisation with sampled units of a
// process on a grid that has few degrees of freedom, a_1, and of one that has as many as there are inputs.
func TestBatchNormalisationAgainstUnits(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	const m, units = 12, 60_000
	config := Config{Net: models.Config{Net: "residual", Beta: 1, Depth: 3, Norm: norms.Batch}, X: grid(t, m)}
	rough, _ := randomLaw(m, random.Stream(3))
	for name, state := range map[string]law{"a_1": advance(t, config, 0).state, "rough": rough} {
		for _, activation := range tested[:4] {
			config.Dual = activation.dual
			out, err := advance(t, config, 0).rectify(t.Context(), state.centred())
			if err != nil {
				t.Fatal(err)
			}
			measured := sampleUnits(t, state, activation.outputs, units)
			for i := range m {
				for j := range m {
					for moment, off := range map[string]float64{
						"k":     measured[0][i*m+j].errors(out.k[i*m+j]),
						"d":     measured[1][i*m+j].errors(out.d[i*m+j]),
						"t":     measured[2][i*m+j].errors(out.t[i*m+j]),
						"slope": measured[3][i*m+j].errors(out.slope[i*m+j]),
					} {
						// Of 4600 means, half of them equal by symmetry, the furthest is about 3.6 standard
						// errors off.
						if math.Abs(off) > 4.7 {
							t.Errorf("%s, %s: %s(%d,%d) is %.1f standard errors off",
								name, activation.name, moment, i, j, off)
						}
					}
				}
			}
		}
	}
}

// sampleUnits draws units of a process, normalises each as the nets do, and returns the means of k, d, t and
// slope.
func sampleUnits(t *testing.T, state law, outputs []function, units int) [4][]mean {
	t.Helper()
	m := state.m
	s, rng := stateSampler(t, state), random.Stream(4)
	var measured [4][]mean
	for k := range measured {
		measured[k] = make([]mean, m*m)
	}
	for range units {
		v := s.draw(rng)
		z, derivative := v[:m], v[m:]
		average, square := 0.0, norms.Epsilon
		for _, value := range z {
			average += value / float64(m)
		}
		for _, value := range z {
			square += (value - average) * (value - average) / float64(m)
		}
		for i := range m {
			for j := range m {
				var sums [4]float64
				for _, f := range outputs {
					n, zi, zj := float64(len(outputs)), (z[i]-average)/math.Sqrt(square),
						(z[j]-average)/math.Sqrt(square)
					slopes := f.slope(zi) * f.slope(zj) / square / n
					sums[0] += f.value(zi) * f.value(zj) / n
					sums[1] += f.slope(zi) * derivative[i] / math.Sqrt(square) * f.value(zj) / n
					sums[2] += slopes * derivative[i] * derivative[j]
					sums[3] += slopes
				}
				for k, sum := range sums {
					measured[k][i*m+j].add(sum)
				}
			}
		}
	}
	return measured
}

// TestStepOfTheIntegral compares the integral of batch normalisation with one of a quarter of its step, over
// all layers: smooth processes, whose deviations vary widely, and rough ones, whose deviations hardly vary,
// need different nodes.
func TestStepOfTheIntegral(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	for _, net := range []models.Config{
		{Net: "residual", Beta: 0.1}, {Net: "residual", Beta: 1}, {Net: "feedforward"}, {Net: "highway"},
	} {
		net.Depth, net.Norm = 12, norms.Batch
		config := Config{Net: net, X: grid(t, 48)}
		got, err := Run(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		config.step = defaultStep / 4
		fine, err := Run(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		gotACF, err := got.ACF(15)
		if err != nil {
			t.Fatal(err)
		}
		fineACF, err := fine.ACF(15)
		if err != nil {
			t.Fatal(err)
		}
		for lag := range gotACF {
			if math.Abs(gotACF[lag]-fineACF[lag]) > 1e-6 {
				t.Errorf("%s, beta %g: the ACF at lag %d is %g, and with a fine step %g",
					net.Net, net.Beta, lag, gotACF[lag], fineACF[lag])
			}
		}
		last := net.Depth - 1
		g, f := got.Layers[last], fine.Layers[last]
		if math.Abs(g.Variance/f.Variance-1) > 1e-6 || math.Abs(g.Correlation/f.Correlation-1) > 1e-6 {
			t.Errorf("%s, beta %g: C(i,i) and R are %g and %g, and with a fine step %g and %g",
				net.Net, net.Beta, g.Variance, g.Correlation, f.Variance, f.Correlation)
		}
	}
}

// TestDivisionOfWhiteNoise: for m independent values of variance v the mean of 1/s^2 is that of an inverse
// chi squared, m / (v (m - 2)).
func TestDivisionOfWhiteNoise(t *testing.T) {
	for _, m := range []int{4, 64, 512} {
		const variance = 1e4 // so that epsilon is lost in rounding
		z := newLaw(m)
		for i := range m {
			z.k[i*m+i] = variance
		}
		r, err := tridiagonalize(z)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, n := range r.nodes(defaultStep) {
			sum += n.weight
		}
		if want := float64(m) / float64(m-2) / variance; math.Abs(sum/want-1) > 1e-7 {
			t.Errorf("%d values: the mean of 1/s^2 is %g, want %g", m, sum, want)
		}
	}
}

// TestLinearNets: a net that is linear at initialisation has one gradient for all inputs, times a constant
// for its normalisation.
func TestLinearNets(t *testing.T) {
	for _, net := range []models.Config{
		{Activation: activations.Linear},
		{Activation: activations.PReLU},
		{Activation: activations.CReLU, LooksLinear: true},
		{Activation: activations.Linear, Norm: norms.Center},
	} {
		net.Net, net.Depth = "feedforward", 8
		result, err := Run(t.Context(), Config{Net: net, X: grid(t, 16)})
		if err != nil {
			t.Fatal(err)
		}
		g := result.Covariance
		for i := range 16 {
			for j := range 16 {
				if math.Abs(g.At(i, j)/g.At(0, 0)-1) > 1e-9 {
					t.Errorf("%s, %s: G(%d,%d) is %g, G(0,0) is %g",
						net.Activation, net.Norm, i, j, g.At(i, j), g.At(0, 0))
				}
			}
		}
		if net.Norm == nil && math.Abs(g.At(0, 0)/math.Pow(2, 7)-1) > 1e-12 {
			t.Errorf("%s: the variance is %g, want 2^7, of 7 matrices of variance 2/N",
				net.Activation, g.At(0, 0))
		}
	}
}
