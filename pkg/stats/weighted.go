package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// WeightedFit fits a straight line to at least three points (x_i, y_i) by weighted least squares, minimising
//
//	sum w_i (y_i - Intercept - Slope x_i)^2.
//
// Weights are inverse variances up to a common factor, which the residuals determine: with equal weights it
// is [LinearFit]. The standard error of the slope holds for independent deviations; the points of one curve
// over depth, all measured on the same draws, deviate together, and then [Jackknife] over the draws gives the
// slope's error. It returns an error when the lengths differ, there are fewer than three points, a number is
// not finite, a weight is not positive, or all x are equal.
func WeightedFit(x, y, weights []float64) (Fit, error) {
	if len(x) != len(y) || len(x) != len(weights) {
		return Fit{}, fmt.Errorf("there are %d values of x, %d of y and %d weights: give equally many",
			len(x), len(y), len(weights))
	}
	for _, column := range []struct {
		name   string
		values []float64
	}{{"x", x}, {"y", y}, {"weights", weights}} {
		if err := checkSeries(column.values, 3); err != nil {
			return Fit{}, fmt.Errorf("%s: %w", column.name, err)
		}
	}
	for i, weight := range weights {
		if weight <= 0 {
			return Fit{}, fmt.Errorf("weight %d is %g: weights are inverse variances and must be positive", i,
				weight)
		}
	}
	meanX, meanY, spreadX, together := stat.Mean(x, weights), stat.Mean(y, weights), 0.0, 0.0
	for i, value := range x {
		spreadX += weights[i] * (value - meanX) * (value - meanX)
		together += weights[i] * (value - meanX) * (y[i] - meanY)
	}
	if allEqual(x) || spreadX == 0 {
		return Fit{}, fmt.Errorf("all x are %g: a slope needs at least two different ones", x[0])
	}
	// Gonum's LinearRegression divides by the sum of the weights less 1, which may be 0.
	fit := Fit{N: len(x), Slope: together / spreadX}
	fit.Intercept = meanY - fit.Slope*meanX
	squares := 0.0
	for i := range x {
		residual := y[i] - fit.Intercept - fit.Slope*x[i]
		squares += weights[i] * residual * residual
	}
	fit.SlopeStdErr = math.Sqrt(squares / float64(fit.N-2) / spreadX)
	return fit, nil
}
