package correlation

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Point is the correlation of the gradients of nets of one depth L, with jackknife errors over the draws.
type Point struct {
	Depth int

	// Variance is C(i,i), averaged over the inputs.
	Variance stats.Estimate

	// Covariance is C(i,j), averaged over the pairs.
	Covariance stats.Estimate

	// Correlation is the mean of C(i,j) over the mean of sqrt(C(i,i) C(j,j)): R(i,j) averaged over the pairs
	// with the weights of their deviations, which are nearly equal where nets normalise.
	Correlation stats.Estimate

	// Counted is the correlation that counting paths predicts from the activations of these very nets: the
	// proof of the theorems with the measured shares of active inputs and pairs, and the measured deviations
	// that batch normalisation divides by, in place of 1/2, 1/4 and 1. The shares are averages over pairs and
	// draws, layer by layer; where some pairs are more co-active than others in all layers, the mean of their
	// products is larger.
	Counted stats.Estimate

	// Active and Coactive are the shares of the inputs on which a unit of the last layer has a slope other
	// than 0, as an active rectifier has, and of the pairs on both inputs of which it has.
	Active, Coactive stats.Estimate
}

// Quantity chooses a number of a Point: [R], [CII] or [Counted].
type Quantity func(Point) float64

// R chooses the correlation R(i,j).
func R(p Point) float64 { return p.Correlation.Value }

// CII chooses the variance C(i,i).
func CII(p Point) float64 { return p.Variance.Value }

// Counted chooses the correlation by counting paths.
func Counted(p Point) float64 { return p.Counted.Value }

// values are the numbers of a point in the order in which the jackknife handles them.
func (p *Point) values() []*stats.Estimate {
	return []*stats.Estimate{&p.Variance, &p.Covariance, &p.Correlation, &p.Counted, &p.Active, &p.Coactive}
}

// Curve returns the points of depths 1 to L.
func (r *Result) Curve() []Point {
	estimates := stats.Jackknife(r.draws, func(mean []float64) []float64 {
		var all []float64
		for _, point := range r.points(mean) {
			for _, value := range point.values() {
				all = append(all, value.Value)
			}
		}
		return all
	})
	points := make([]Point, r.Config.Net.Depth)
	for k := range points {
		points[k].Depth = k + 1
		for _, value := range points[k].values() {
			*value, estimates = estimates[0], estimates[1:]
		}
	}
	return points
}

// points computes the points without errors from mean moments.
func (r *Result) points(mean []float64) []Point {
	points := make([]Point, r.Config.Net.Depth)
	carry, gain := r.weights()
	variance, covariance := 1.0, 1.0 // by counting paths
	size := scalars + len(r.X)
	for k := range points {
		moments := mean[k*size : (k+1)*size]
		squares := moments[scalars:]
		p := &points[k]
		p.Depth = k + 1
		for _, square := range squares {
			p.Variance.Value += square / float64(len(squares))
		}
		p.Covariance.Value = moments[pairProduct]
		p.Correlation.Value = moments[pairProduct] / r.pairs.deviations(squares)
		p.Active.Value, p.Coactive.Value = moments[activeShare], moments[activePairs]
		variance *= carry + gain*moments[slopeSquare]
		covariance *= carry + gain*moments[slopeProduct]
		p.Counted.Value = covariance / variance
	}
	return points
}

// weights returns what a layer multiplies a squared gradient with on its skip, and on its other branch for a
// squared slope of 1: there the matrix multiplies it with its variance times the fan-in.
func (r *Result) weights() (carry, gain float64) {
	net := r.Config.Net
	variance := net.Initializer.Variance
	switch net.Net {
	case "residual":
		return net.Alpha * net.Alpha, variance * net.Alpha * net.Alpha * net.Beta * net.Beta
	case "highway":
		return 1 - net.Gamma2*net.Gamma2, variance * net.Gamma2 * net.Gamma2
	}
	return 0, variance
}

// Slope fits a straight line to the logarithm of a quantity at the depths from first to last, all included,
// against abscissa of the depth: the depth itself for a decay a layer, its logarithm for an exponent. Points
// are weighted by the inverse variance of the logarithm. All depths are measured on the same draws and err
// together, so the slope's error comes from the jackknife over draws, the weights held. It is stats.None
// where the quantity is not positive at one of the depths, and an error when there are fewer than three of
// them.
func (r *Result) Slope(
	quantity Quantity, first, last int, abscissa func(depth float64) float64,
) (stats.Estimate, error) {
	if first < 1 || last > r.Config.Net.Depth || last-first < 2 {
		return stats.None(), fmt.Errorf("can't fit depths %d to %d of a net of depth %d: give at least "+
			"three of its depths",
			first, last, r.Config.Net.Depth)
	}
	measured := stats.Jackknife(r.draws, func(mean []float64) []float64 {
		var all []float64
		for _, point := range r.points(mean) {
			all = append(all, quantity(point))
		}
		return all
	})
	var x []float64
	for k := first - 1; k < last; k++ {
		x = append(x, abscissa(float64(k+1)))
	}
	weights := relativeWeights(measured[first-1 : last])
	return stats.Jackknife(r.draws, func(mean []float64) []float64 {
		var y []float64
		for _, point := range r.points(mean)[first-1 : last] {
			y = append(y, math.Log(quantity(point)))
		}
		fit, err := stats.WeightedFit(x, y, weights)
		if err != nil { // the logarithm of a number that is not positive
			return []float64{math.NaN()}
		}
		return []float64{fit.Slope}
	})[0], nil
}

// SlopeBeside returns the slope of the logarithms of values against x, with the weights that [Result.Slope]
// gives to measurements at the same points: on a curve other weights give another slope. It returns an error
// where a value is not positive, or there are fewer than three.
func SlopeBeside(x, values []float64, measured []stats.Estimate) (float64, error) {
	y := make([]float64, len(values))
	for i, value := range values {
		y[i] = math.Log(value)
	}
	fit, err := stats.WeightedFit(x, y, relativeWeights(measured))
	return fit.Slope, err
}

// relativeWeights returns the inverse variances of the logarithms of estimates.
func relativeWeights(measured []stats.Estimate) []float64 {
	weights := make([]float64, len(measured))
	for i, m := range measured {
		relative := m.StdErr / m.Value
		weights[i] = 1 / (relative * relative)
	}
	return weights
}
