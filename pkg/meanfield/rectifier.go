package meanfield

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// rectifier is a piecewise linear activation with a kink at 0.
type rectifier struct {
	outputs []slopes

	// The means over the outputs of p^2 + q^2, 2 p q and (q - p)^2.
	same, cross, kink float64
}

// slopes are those of one output, p at negative and q at positive arguments.
type slopes struct{ p, q float64 }

// Leaky returns the dual of the leaky rectifier, x where x > 0 and slope x elsewhere: of the rectifier itself
// for slope 0, of a linear net for slope 1.
func Leaky(slope float64) Dual { return newRectifier(slopes{slope, 1}) }

// concatenated is the dual of CReLU, x -> (rho(x), rho(-x)).
var concatenated = newRectifier(slopes{0, 1}, slopes{-1, 0})

func newRectifier(outputs ...slopes) *rectifier {
	r := &rectifier{outputs: outputs}
	n := float64(len(outputs))
	for _, s := range outputs {
		r.same += (s.p*s.p + s.q*s.q) / n
		r.cross += 2 * s.p * s.q / n
		r.kink += (s.q - s.p) * (s.q - s.p) / n
	}
	return r
}

// Scales implements [Dual].
func (r *rectifier) Scales() bool { return r.kink > 0 }

// Hidden implements [Dual]. With rho(z) = q max(z, 0) - p max(-z, 0), theta the angle and v the deviations,
//
//	E[rho rho]   = v_i v_j [(p^2 + q^2) A - 2 p q B] / (2 pi),
//	               A = sin theta + (pi - theta) cos theta,  B = sin theta - theta cos theta
//	E[rho' rho'] = [(p^2 + q^2) (pi - theta) + 2 p q theta] / (2 pi)
//
// (Cho and Saul, 2009, for p = 0). The second derivative is (q - p) delta, and
//
//	E[delta(z_i) rho(z_j)]    =  (q - p) v_j sin theta / (2 pi v_i)
//	E[delta(z_i) delta(z_j)]  =  1 / (2 pi v_i v_j sin theta)
//	E[delta'(z_i) rho'(z_j)]  = -(q - p) cos theta / (2 pi v_i^2 sin theta).
func (r *rectifier) Hidden(deviation []float64) (HiddenMoments, float64) {
	// Below this sine rounding would decide, and what the infinite moments are multiplied by is its square.
	const smallest = 1e-7
	return func(i, j int, a Angle) Moments {
		vi, vj := deviation[i], deviation[j]
		m := Moments{
			E00: vi * vj * (r.same*(a.Sin+(math.Pi-a.Theta)*a.Cos) - r.cross*(a.Sin-a.Theta*a.Cos)) /
				(2 * math.Pi),
			E11: (r.same*(math.Pi-a.Theta) + r.cross*a.Theta) / (2 * math.Pi),
			E20: r.kink * a.Sin * vj / (2 * math.Pi * vi),
			E02: r.kink * a.Sin * vi / (2 * math.Pi * vj),
		}
		if a.Sin > smallest {
			scale := r.kink / (2 * math.Pi * a.Sin)
			m.E22, m.E31, m.E13 = scale/vi/vj, -scale*a.Cos/vi/vi, -scale*a.Cos/vj/vj
		}
		return m
	}, 0
}

// Input implements [Dual]. Of two inputs a bias b lies below both, between them or above both, and rho(x - b)
// has one slope in each case. In between
//
//	integral of (x - b) (y - b) phi(b) db = [(x y + 1) Phi(b) + (x + y - b) phi(b)]
//	integral of         (y - b) phi(b) db = [y Phi(b) + phi(b)].
func (r *rectifier) Input(x []float64) InputMoments {
	normal := distuv.UnitNormal
	return func(i, j int) (value, mixed, slope float64) {
		xi, xj := x[i], x[j]
		ends := [4]float64{math.Inf(-1), min(xi, xj), max(xi, xj), math.Inf(1)}
		for region := range 3 {
			low, high := ends[region], ends[region+1]
			share := normal.CDF(high) - normal.CDF(low)
			density := normal.Prob(high) - normal.Prob(low)
			shifted := densityTimes(high) - densityTimes(low)
			weight := 0.0 // of the product of both slopes, the mean over outputs
			for _, s := range r.outputs {
				weight += s.at(xi >= high) * s.at(xj >= high) / float64(len(r.outputs))
			}
			value += weight * ((xi*xj+1)*share + (xi+xj)*density - shifted)
			mixed += weight * (xj*share + density)
			slope += weight * share
		}
		return value, mixed, slope
	}
}

// at returns the slope at positive or negative arguments.
func (s slopes) at(positive bool) float64 {
	if positive {
		return s.q
	}
	return s.p
}

// densityTimes returns b phi(b), 0 at both infinities.
func densityTimes(b float64) float64 {
	if math.IsInf(b, 0) {
		return 0
	}
	return b * distuv.UnitNormal.Prob(b)
}
