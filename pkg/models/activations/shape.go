package activations

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/integrate/quad"
)

// shape holds the constants of gamma (rho(alpha x + beta) + delta).
type shape struct{ alpha, beta, gamma, delta float64 }

// maps are what the maps of a layer of gamma (rho(alpha x + beta) + delta) are at 1, with delta and gamma
// those of C(0) = 0 and Q(1) = 1.
type maps struct {
	mean, variance float64 // of rho(alpha z + beta): delta = -mean, gamma = 1 / sqrt(variance)
	q, c           float64 // Q'(1) and C'(1)
}

// Expectations are integrals over [-reach, reach], beyond which a standard normal number is in 4e-33 of all
// cases, by Gauss and Legendre's rule on either side of alpha z + beta = 0, where rho may have a kink. With
// alpha up to steepest the poles of tanh, softplus and SiLU are so far from the line that the rule of
// panelPoints points errs by less than 1e-14.
const (
	reach       = 12.0
	panelPoints = 128
	steepest    = 4.0
)

// legendre returns the rule on [-1, 1].
var legendre = sync.OnceValue(func() (rule struct{ points, weights []float64 }) {
	rule.points, rule.weights = make([]float64, panelPoints), make([]float64, panelPoints)
	quad.Legendre{}.FixedLocations(rule.points, rule.weights, -1, 1)
	return rule
})

// maps computes them. The moments are those of rho less its value at z = 0, so that little is lost where
// alpha is small.
func (c *Curve) maps(alpha, beta float64) maps {
	rule := legendre()
	middle, _ := c.At(beta)
	var first, second, slopes, products, tilt float64
	edge := max(-reach, min(reach, -beta/alpha))
	for _, panel := range [][2]float64{{-reach, edge}, {edge, reach}} {
		half, centre := (panel[1]-panel[0])/2, (panel[0]+panel[1])/2
		for i, point := range rule.points {
			z := centre + half*point
			value, slope := c.At(alpha*z + beta)
			value -= middle
			weight := half * rule.weights[i] * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
			first += weight * value
			second += weight * value * value
			slopes += weight * slope * slope
			products += weight * z * value * slope
			tilt += weight * z * slope
		}
	}
	variance := second - first*first
	return maps{mean: middle + first, variance: variance, c: alpha * alpha * slopes / variance,
		q: alpha * (products - first*tilt) / variance}
}

// dksTolerance is how far Q'(1) and C'(1) of a solution may be from what they should be. Newton's method goes
// on until it gains nothing, and ends at rounding errors of some 1e-14.
const dksTolerance = 1e-10

// shape returns the constants at which Q(1) = Q'(1) = 1, C(0) = 0 and C'(1) = target, above 1: the first
// solution that Newton's method finds from the places of [Curve.starts]. Of an activation with a kink those
// of a positive beta do not count, at which all but rare arguments are on the straight side: which of the two
// kinds is found would change with the target.
func (c *Curve) shape(target float64) (shape, bool) {
	for _, start := range c.starts(target) {
		if alpha, beta, ok := c.newton(target, start[0], start[1]); ok && !(c.Kink && beta > 0) {
			m := c.maps(alpha, beta)
			return shape{alpha: alpha, beta: beta, gamma: 1 / math.Sqrt(m.variance), delta: -m.mean}, true
		}
	}
	return shape{}, false
}

// starts returns where Newton's method starts from, as pairs of alpha and beta. As the target goes to 1,
// alpha goes to 0 like sqrt(target - 1), and beta to where the derivatives of rho are r2^2 = -2 r1 r3, on
// either side of 0 where rho is odd: the positive side comes first. Near a kink there is no such place, and
// beta goes to 0 from the curved side, that of ELU and SELU below 0, a few alphas away from the kink.
func (c *Curve) starts(target float64) (all [][2]float64) {
	limit := min(1, 2*math.Sqrt(target-1))
	for _, alpha := range []float64{limit, limit / 4} {
		if c.Kink {
			for _, away := range []float64{1, 1.5, 2, 2.5, 3, 3.5, 4, 5} {
				all = append(all, [2]float64{0.7 * alpha, -0.7 * alpha * away})
			}
			continue
		}
		for _, beta := range []float64{0.3, -0.3, 1, -1, 2, -2} {
			all = append(all, [2]float64{alpha, beta})
		}
	}
	return all
}

// newton solves for log alpha and beta by Newton's method, damped: a step is at most 1 in each and halved
// until it gains something. The derivatives are central differences.
func (c *Curve) newton(target, alpha, beta float64) (_, _ float64, ok bool) {
	const steps, halvings, difference = 100, 20, 1e-4
	residuals := func(a, b float64) (q, slope, size float64) {
		m := c.maps(math.Exp(a), b)
		q, slope = m.q-1, m.c-target
		return q, slope, math.Hypot(q, slope)
	}
	a, b := math.Log(alpha), beta
	q, slope, size := residuals(a, b)
	for range steps {
		qUp, slopeUp, _ := residuals(a+difference, b)
		qDown, slopeDown, _ := residuals(a-difference, b)
		qRight, slopeRight, _ := residuals(a, b+difference)
		qLeft, slopeLeft, _ := residuals(a, b-difference)
		qa, ca, qb, cb := qUp-qDown, slopeUp-slopeDown, qRight-qLeft, slopeRight-slopeLeft
		scale := -2 * difference / (qa*cb - qb*ca)
		da, db := scale*(q*cb-slope*qb), scale*(slope*qa-q*ca)
		shrink := 1 / max(1, math.Abs(da), math.Abs(db))
		gained := false
		for range halvings {
			newQ, newSlope, newSize := residuals(a+shrink*da, b+shrink*db)
			if gained = newSize < size; gained {
				a, b, q, slope, size = a+shrink*da, b+shrink*db, newQ, newSlope, newSize
				break
			}
			shrink /= 2
		}
		if !gained {
			break
		}
	}
	alpha = math.Exp(a)
	return alpha, b, alpha <= steepest && math.Abs(q) <= dksTolerance && math.Abs(slope) <= dksTolerance
}
