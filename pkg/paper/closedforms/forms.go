package closedforms

import (
	"math"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// growth is lambda = pi/(pi-1): of deep layers, a rectifier's output less its mean has 1 - 1/pi of the second
// moment, which the next normalisation makes 1 again.
const growth = math.Pi / (math.Pi - 1)

// angle is that of two inputs in a_1, of a net whose first layer is rectified with biases of the standard
// normal law.
func angle(x, y float64) float64 {
	second := func(x, y float64) float64 {
		low, high := min(x, y), max(x, y)
		return (x*y+1)*distuv.UnitNormal.CDF(low) + high*distuv.UnitNormal.Prob(low)
	}
	return math.Acos(min(1, second(x, y)/math.Sqrt(second(x, x)*second(y, y))))
}

// closedForm returns R at a depth of a net without normalisation, the mean over pairs of inputs of
//
//	(1 + p L theta_0 / (3 pi))^-3
//
// where theta_0 is the pair's angle in a_1 and p the branch's share of a layer's variance: a layer
// multiplies R by 1 - p theta/pi, and takes p theta^2/(3 pi) off the angle. In a highway net of L layers p
// is 1/L.
func (k Case) closedForm(depth int) float64 {
	x, err := data.Grid(k.Inputs, data.GridLow, data.GridHigh)
	if err != nil { // which was checked
		return math.NaN()
	}
	layers := k.share() * float64(depth)
	if k.ofHighway() {
		layers = 1
	}
	sum, pairs := 0.0, 0.0
	for i := range x {
		for j := range i {
			if x[i]-x[j] > correlation.DefaultDistance*(1-1e-9) {
				sum += math.Pow(1+layers*angle(x[i], x[j])/(3*math.Pi), -3)
				pairs++
			}
		}
	}
	return sum / pairs
}

// share returns p: of feedforward nets 1, and of residual ones beta^2/(1 + beta^2).
func (k Case) share() float64 {
	if k.Net.Net == "feedforward" {
		return 1
	}
	return k.Net.Beta * k.Net.Beta / (1 + k.Net.Beta*k.Net.Beta)
}

// exponent returns the exponent of a quantity in the depth from half of a depth up to it.
func (s solved) exponent(depth int, of func(meanfield.Layer) float64) float64 {
	half := depth / 2
	return math.Log(of((*s.theory)[depth])/of((*s.theory)[half])) / math.Log(float64(depth)/float64(half))
}

// rate returns the slope a layer of a quantity's logarithm over the upper half of the depths.
func (s solved) rate(of func(meanfield.Layer) float64) float64 {
	half := s.Depth / 2
	return math.Log(of((*s.theory)[s.Depth])/of((*s.theory)[half])) / float64(s.Depth-half)
}

// limit returns what the exponent of residual nets tends to: corrections fall like L^(lambda/2 - 1),
// slowly, so that the exponents of the last four doublings of the depth lie on a line against that power.
func (s solved) limit(of func(meanfield.Layer) float64) float64 {
	const correction = growth/2 - 1 // of L^-0.267
	var x, y []float64
	for depth := s.Depth; depth > s.Depth/16; depth /= 2 {
		middle := float64(depth) / math.Sqrt2
		x, y = append(x, math.Pow(middle, correction)), append(y, s.exponent(depth, of))
	}
	fit, err := stats.LinearFit(x, y)
	if err != nil {
		return math.NaN()
	}
	return fit.Intercept
}
