package meanfield

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
)

// activation is one to test, as its outputs are computed and as the theory knows it.
type activation struct {
	name    string
	dual    Dual
	outputs []function
}

// function is a function with its derivative.
type function struct{ value, slope func(float64) float64 }

func leaky(p, q float64) function {
	slope := func(z float64) float64 {
		if z > 0 {
			return q
		}
		return p
	}
	return function{func(z float64) float64 { return z * slope(z) }, slope}
}

var tested = []activation{
	{"relu", Leaky(0), []function{leaky(0, 1)}},
	{"leaky", Leaky(0.3), []function{leaky(0.3, 1)}},
	{"turned", Leaky(-0.5), []function{leaky(-0.5, 1)}},
	{"crelu", concatenated, []function{leaky(0, 1), leaky(-1, 0)}},
	{"linear", Leaky(1), []function{leaky(1, 1)}},
	{"tanh", Tanh, []function{{math.Tanh, Tanh.(*smooth).slope}}},
	{"gelu", GELU, []function{{GELU.(*smooth).value, GELU.(*smooth).slope}}},
	{"sine", Sine, []function{{math.Sin, math.Cos}}},
}

// sampler draws (z, z') of a law over two inputs.
type sampler struct{ factor *mat.Dense }

// randomLaw returns a law over m inputs, with no symmetry beyond what a covariance has, and its sampler.
func randomLaw(m int, rng *rand.Rand) (law, sampler) {
	factor := mat.NewDense(2*m, 2*m+1, nil)
	for i := range 2 * m {
		for j := range 2*m + 1 {
			factor.Set(i, j, rng.NormFloat64()/math.Sqrt(float64(2*m)))
		}
	}
	return lawOf(factor), sampler{factor}
}

// lawOf returns the law of (z, z') = factor times independent standard normals.
func lawOf(factor *mat.Dense) law {
	rows, _ := factor.Dims()
	m := rows / 2
	var covariance mat.Dense
	covariance.Mul(factor, factor.T())
	z := newLaw(m)
	for i := range m {
		for j := range m {
			z.k[i*m+j] = covariance.At(i, j)
			z.d[i*m+j] = covariance.At(m+i, j)
			z.t[i*m+j] = covariance.At(m+i, m+j)
		}
	}
	return z
}

// stateSampler returns the sampler of a law.
func stateSampler(t *testing.T, z law) sampler {
	t.Helper()
	m := z.m
	covariance := mat.NewSymDense(2*m, nil)
	for i := range m {
		for j := range m {
			covariance.SetSym(i, j, z.k[i*m+j])
			covariance.SetSym(m+i, j, z.d[i*m+j])
			covariance.SetSym(m+i, m+j, z.t[i*m+j])
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		t.Fatal("no spectral decomposition")
	}
	factor := mat.NewDense(2*m, 2*m, nil)
	eigen.VectorsTo(factor)
	values := eigen.Values(nil)
	for i := range values {
		if values[i] < -1e-9 {
			t.Fatalf("the covariance of a state has the eigenvalue %g", values[i])
		}
		values[i] = math.Sqrt(max(values[i], 0))
	}
	factor.Mul(factor, mat.NewDiagDense(2*m, values))
	return sampler{factor}
}

// draw returns one draw of (z, z').
func (s sampler) draw(rng *rand.Rand) []float64 {
	rows, columns := s.factor.Dims()
	normal := mat.NewVecDense(columns, nil)
	for i := range columns {
		normal.SetVec(i, rng.NormFloat64())
	}
	out := mat.NewVecDense(rows, nil)
	out.MulVec(s.factor, normal)
	return out.RawVector().Data
}

// mean gathers the mean of numbers and its standard error.
type mean struct{ n, sum, squares float64 }

func (m *mean) add(x float64) { m.n++; m.sum += x; m.squares += x * x }

// errors returns by how many standard errors the mean is off a value.
func (m *mean) errors(want float64) float64 {
	average := m.sum / m.n
	if difference := average - want; math.Abs(difference) > 1e-12 {
		return difference / math.Sqrt((m.squares/m.n-average*average)/m.n)
	}
	return 0
}

// TestMomentsAgainstDraws compares all moments of a rectifier's outputs with Monte Carlo over 4-dimensional
// normals. Of 256 means one may be 4 standard errors off by chance once in 60 runs; the seed is fixed, and a
// wrong term of a tenth of a moment would be 30 off.
func TestMomentsAgainstDraws(t *testing.T) {
	if testing.Short() {
		t.Skip("draws many samples")
	}
	const draws = 200_000
	for a, activation := range tested {
		rng := random.Stream(1, uint64(a))
		for range 2 {
			z, s := randomLaw(2, rng)
			out := outputs{newLaw(2), make([]float64, 4)}
			out.add(activation.dual, z, nil, node{weight: 1})
			var k, d, tt, slope [4]mean
			for range draws {
				v := s.draw(rng)
				for ij := range 4 {
					zi, zj, di, dj := v[ij/2], v[ij%2], v[2+ij/2], v[2+ij%2]
					var sums [4]float64
					for _, f := range activation.outputs {
						n := float64(len(activation.outputs))
						sums[0] += f.value(zi) * f.value(zj) / n
						sums[1] += f.slope(zi) * di * f.value(zj) / n
						sums[2] += f.slope(zi) * di * f.slope(zj) * dj / n
						sums[3] += f.slope(zi) * f.slope(zj) / n
					}
					k[ij].add(sums[0])
					d[ij].add(sums[1])
					tt[ij].add(sums[2])
					slope[ij].add(sums[3])
				}
			}
			for ij := range 4 {
				for name, off := range map[string]float64{
					"k": k[ij].errors(out.k[ij]), "d": d[ij].errors(out.d[ij]),
					"t": tt[ij].errors(out.t[ij]), "slope": slope[ij].errors(out.slope[ij]),
				} {
					if math.Abs(off) > 4 {
						t.Errorf("%s: %s(%d,%d) is %.1f standard errors off",
							activation.name, name, ij/2, ij%2, off)
					}
				}
			}
		}
	}
}

// TestInputAgainstIntegration compares the moments of the first layer with sums over a fine grid of biases.
// Its rule is good to 1e-7: a jump of the integrand is misplaced by less than half a step of 4e-5, at a
// density below 0.4, and jumps on both sides cancel in part.
func TestInputAgainstIntegration(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	x := []float64{-1.3, -0.2, 0.9}
	const steps, end = 400_000, 8.0
	for _, activation := range tested {
		moments := activation.dual.Input(x)
		for i := range x {
			for j := range x {
				var want [3]float64
				for s := range steps {
					b := -end + (float64(s)+0.5)*2*end/steps
					density := math.Exp(-b*b/2) / math.Sqrt(2*math.Pi) * 2 * end / steps
					for _, f := range activation.outputs {
						yi, yj, weight := x[i]-b, x[j]-b, density/float64(len(activation.outputs))
						want[0] += weight * f.value(yi) * f.value(yj)
						want[1] += weight * f.slope(yi) * f.value(yj)
						want[2] += weight * f.slope(yi) * f.slope(yj)
					}
				}
				value, mixed, slope := moments(i, j)
				for name, difference := range map[string]float64{
					"value": value - want[0], "mixed": mixed - want[1], "slope": slope - want[2],
				} {
					if math.Abs(difference) > 2e-5 {
						t.Errorf("%s: %s(%d,%d) is off by %.2g", activation.name, name, i, j, difference)
					}
				}
			}
		}
	}
}

// TestSmoothAgainstPlainQuadrature compares the expansion in Hermite polynomials with the same integrals as a
// plain sum over two dimensions, which needs no second derivative: z' given z is normal.
func TestSmoothAgainstPlainQuadrature(t *testing.T) {
	rng := random.Stream(2)
	for _, activation := range tested[5:] {
		for range 3 {
			z, _ := randomLaw(2, rng)
			out := outputs{newLaw(2), make([]float64, 4)}
			omitted := out.add(activation.dual, z, nil, node{weight: 1})
			if omitted > 1e-5 { // at the larger deviations here
				t.Errorf("%s: %g of the slopes is left out", activation.name, omitted)
			}
			k, d, tt := plainQuadrature(activation.outputs[0], z)
			differences := map[string]float64{"k": out.k[1] - k, "d": out.d[1] - d, "t": out.t[1] - tt}
			for name, difference := range differences {
				// Both are exact for polynomials of degree 127; functions analytic in a strip leave less than
				// this.
				if math.Abs(difference) > 1e-9 {
					t.Errorf("%s: %s is off by %g", activation.name, name, difference)
				}
			}
		}
	}
}

// plainQuadrature returns k, d and t of two inputs from the values and slopes alone.
func plainQuadrature(f function, z law) (k, d, t float64) {
	g := gauss()
	v0, v1 := math.Sqrt(z.k[0]), math.Sqrt(z.k[3])
	r := z.k[1] / v0 / v1
	s := math.Sqrt(1 - r*r)
	// z_0 = v0 u, z_1 = v1 (r u + s w); the covariances of z'_0 and z'_1 with u and w follow from D.
	a0, a1 := z.d[0]/v0, z.d[2]/v0
	b0, b1 := (z.d[1]/v1-r*a0)/s, (z.d[3]/v1-r*a1)/s
	rest := z.t[1] - a0*a1 - b0*b1
	for p, u := range g.points {
		for q, w := range g.points {
			weight, z0, z1 := g.weights[p]*g.weights[q], v0*u, v1*(r*u+s*w)
			k += weight * f.value(z0) * f.value(z1)
			d += weight * f.slope(z0) * (a0*u + b0*w) * f.value(z1)
			t += weight * f.slope(z0) * f.slope(z1) * ((a0*u+b0*w)*(a1*u+b1*w) + rest)
		}
	}
	return k, d, t
}

// TestSmoothOnKinks holds the expansion of the rectifier, which it is not meant for, against the closed form.
// The tolerances are what the doc comment of Smooth promises: a kink's coefficients fall like a power of the
// degree.
func TestSmoothOnKinks(t *testing.T) {
	kink := leaky(0, 1)
	expanded := Smooth(kink.value, kink.slope)
	for _, r := range []float64{-0.9, 0, 0.5, 0.9, 0.999, 1} {
		z := law{2, []float64{1, r, r, 1}, []float64{0.4, 0.3, 0.1, 0.2}, []float64{1, 0.6, 0.6, 1}}
		exact, got := outputs{newLaw(2), make([]float64, 4)}, outputs{newLaw(2), make([]float64, 4)}
		exact.add(Leaky(0), z, nil, node{weight: 1})
		if omitted := got.add(expanded, z, nil, node{weight: 1}); omitted < 5e-3 {
			t.Errorf("only %.2g of the slopes are reported as left out", omitted)
		}
		for name, test := range map[string]struct{ difference, tolerance float64 }{
			"k": {got.k[1] - exact.k[1], 1e-3}, "slope": {got.slope[1] - exact.slope[1], 1e-2},
			"d": {got.d[1] - exact.d[1], 1e-2}, "t": {got.t[1] - exact.t[1], 3e-2},
		} {
			if math.Abs(test.difference) > test.tolerance {
				t.Errorf("correlation %g: %s is off by %.2g", r, name, test.difference)
			}
		}
	}
}
