package meanfield

import (
	"fmt"
	"math"
	"sync"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"gonum.org/v1/gonum/integrate/quad"
)

// The duals of the hyperbolic tangent, of the sine and of the Gaussian error linear unit.
var (
	Tanh = ofCurve(activations.TanH.Curve)
	Sine = ofCurve(activations.Sine.Curve)
	GELU = ofCurve(activations.GELU.Curve)
)

// ofCurve returns the dual of an activation of package activations that has no kink.
func ofCurve(c *activations.Curve) Dual {
	return Smooth(func(z float64) float64 {
		value, _ := c.At(z)
		return value
	}, func(z float64) float64 {
		_, slope := c.At(z)
		return slope
	})
}

// smooth is an activation known by its values and its slopes.
type smooth struct{ value, slope func(z float64) float64 }

// quadrature is that of Gauss and Hermite for a standard normal u.
type quadrature struct {
	points, weights []float64

	// hermite holds the orthonormal Hermite polynomials of degrees up to terms + 1 at every point.
	hermite [points][terms + 2]float64
}

// The numbers of terms of the expansion and of points of its coefficients, more than terms because a
// polynomial of that degree is integrated with the activation.
const (
	terms  = 128
	points = 200
)

// Smooth returns the dual of a pointwise activation from its values and its derivative. Both are called
// concurrently.
//
// The moments are two-dimensional Gauss-Hermite quadratures by way of the Hermite polynomials h_n: for
// standard normal u_i and u_j of correlation r, E[h_n(u_i) h_m(u_j)] = r^n where n = m and 0 elsewhere
// (Mehler), so that with the coefficients
//
//	a_n(v) = E[rho(v u) h_n(u)],   c_n(v) = E[rho'(v u) h_n(u)],
//
// one-dimensional quadratures of 200 points,
//
//	E[rho(z_i) rho(z_j)] = sum over n < 128 of r^n a_n(v_i) a_n(v_j),
//
// and the second and third derivatives have the coefficients sqrt(n+1) c_n+1 / v and sqrt((n+1)(n+2)) c_n+2 /
// v^2.
//
// The error depends on how steep the function is for its arguments, whose deviation is v: of E[rho'(z)^2]
// less than 3e-7 is left out up to v = 1.5 for tanh, 3 for GELU and 5 for sine, and 2e-6, 2e-4 and 4e-3 for
// tanh at v = 2, 3 and 5, where it is nearly a step. At a kink the coefficients fall like a power of n: for
// the rectifier, which has a closed form instead, k is good to 1e-3, F and d to 1e-2, and t to 3e-2.
// [Result.Omitted] reports what was left out.
func Smooth(value, slope func(z float64) float64) Dual { return &smooth{value, slope} }

// gauss returns the quadrature, which is computed when it is first needed.
var gauss = sync.OnceValue(func() *quadrature {
	g := &quadrature{points: make([]float64, points), weights: make([]float64, points)}
	quad.Hermite{}.FixedLocations(g.points, g.weights, math.Inf(-1), math.Inf(1))
	for q := range g.points {
		g.points[q] *= math.Sqrt2 // from the weight exp(-x^2) to the normal density
		g.weights[q] /= math.SqrtPi
		u, h := g.points[q], &g.hermite[q]
		h[0], h[1] = 1, u
		for n := 1; n < terms+1; n++ {
			h[n+1] = (u*h[n] - math.Sqrt(float64(n))*h[n-1]) / math.Sqrt(float64(n+1))
		}
	}
	return g
})

// check returns an error when the slopes are not those of the values, at a few places.
func (s *smooth) check() error {
	const h = 1e-4
	for _, z := range []float64{-1.7, -0.6, 0.3, 1.1} {
		slope, difference := s.slope(z), (s.value(z+h)-s.value(z-h))/(2*h)
		if math.Abs(slope-difference) > 1e-4*(1+math.Abs(difference)) {
			return fmt.Errorf("the activation's slope at %g is given as %g, but its values there have the "+
				"slope %.4g: give the derivative of the function",
				z, slope, difference)
		}
	}
	return nil
}

// Scales implements [Dual].
func (s *smooth) Scales() bool { return false }

// Input implements [Dual], by quadrature over b.
func (s *smooth) Input(x []float64) InputMoments {
	g, values, slopes := gauss(), make([][]float64, len(x)), make([][]float64, len(x))
	parallel(len(x), func(i int) {
		for _, b := range g.points {
			values[i] = append(values[i], s.value(x[i]-b))
			slopes[i] = append(slopes[i], s.slope(x[i]-b))
		}
	})
	return func(i, j int) (value, mixed, slope float64) {
		for q, weight := range g.weights {
			value += weight * values[i][q] * values[j][q]
			mixed += weight * slopes[i][q] * values[j][q]
			slope += weight * slopes[i][q] * slopes[j][q]
		}
		return value, mixed, slope
	}
}

// coefficients are those of the derivatives of rho, from order 0 to 3, at one input.
type coefficients [4][terms]float64

// Hidden implements [Dual].
func (s *smooth) Hidden(deviation []float64) (HiddenMoments, float64) {
	all, omitted := make([]coefficients, len(deviation)), make([]float64, len(deviation))
	parallel(len(deviation), func(i int) { omitted[i] = s.expand(deviation[i], &all[i]) })
	worst := 0.0
	for _, share := range omitted {
		worst = max(worst, share)
	}
	return func(i, j int, a Angle) Moments {
		x, y, m := &all[i], &all[j], Moments{}
		for n := terms - 1; n >= 0; n-- { // Horner's rule
			m.E00 = m.E00*a.Cos + x[0][n]*y[0][n]
			m.E11 = m.E11*a.Cos + x[1][n]*y[1][n]
			m.E20 = m.E20*a.Cos + x[2][n]*y[0][n]
			m.E02 = m.E02*a.Cos + x[0][n]*y[2][n]
			m.E22 = m.E22*a.Cos + x[2][n]*y[2][n]
			m.E31 = m.E31*a.Cos + x[3][n]*y[1][n]
			m.E13 = m.E13*a.Cos + x[1][n]*y[3][n]
		}
		return m
	}, worst
}

// expand computes the coefficients at arguments of deviation v and returns the share of E[rho'^2] beyond
// them.
func (s *smooth) expand(v float64, c *coefficients) (omitted float64) {
	var slopes [terms + 2]float64
	g, total := gauss(), 0.0
	for q, u := range g.points {
		slope := s.slope(v * u)
		total += g.weights[q] * slope * slope
		value := g.weights[q] * s.value(v*u)
		slope *= g.weights[q]
		for n, h := range g.hermite[q][:terms] {
			c[0][n] += value * h
		}
		for n, h := range g.hermite[q] {
			slopes[n] += slope * h
		}
	}
	kept := 0.0
	for n := range terms {
		first, second := math.Sqrt(float64(n+1))/v, math.Sqrt(float64((n+1)*(n+2)))/v/v
		c[1][n], c[2][n], c[3][n] = slopes[n], first*slopes[n+1], second*slopes[n+2]
		kept += slopes[n] * slopes[n]
	}
	return max(0, 1-kept/total)
}
