package meanfield

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/random"
)

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
