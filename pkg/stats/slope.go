package stats

import (
	"fmt"
	"math"
)

// Slope estimates the slope of a straight line through independent estimates y at the places x, three or more
// of them, by least squares weighted with w_i = 1/StdErr_i^2. Its standard error is what those of the
// estimates make of it,
//
//	StdErr^2 = 1 / sum w_i (x_i - mean x)^2,
//
// the mean being the weighted one: it says how well the slope is known of the line that fits best, and
// nothing of how well a line fits. The interval is Student's, with the degrees of freedom of the estimate
// that has the fewest. It is [None] where an estimate is; and an error where the numbers differ, there are
// fewer than three, all x are equal or an estimate has no standard error.
func Slope(x []float64, y []Estimate) (Estimate, error) {
	values, weights, draws := make([]float64, len(y)), make([]float64, len(y)), math.MaxInt
	for i, e := range y {
		if !e.Made() {
			return None(), nil
		}
		if !(e.StdErr > 0) {
			return None(), fmt.Errorf("estimate %d has the standard error %g: give estimates over draws, "+
				"which have one above 0", i, e.StdErr)
		}
		values[i], weights[i], draws = e.Value, 1/(e.StdErr*e.StdErr), min(draws, e.Draws)
	}
	fit, err := WeightedFit(x, values, weights)
	if err != nil {
		return None(), err
	}
	sum, mean, spread := 0.0, 0.0, 0.0
	for i, weight := range weights {
		sum += weight
		mean += weight * x[i]
	}
	for i, weight := range weights {
		spread += weight * math.Pow(x[i]-mean/sum, 2)
	}
	return Student(fit.Slope, 1/math.Sqrt(spread), draws), nil
}
