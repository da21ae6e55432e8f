package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Fit is a straight line y = Intercept + Slope x, fitted by least squares.
type Fit struct {
	Intercept, Slope float64

	// SlopeStdErr is the standard error of the slope, sqrt(sum of squared residuals / (N-2) / sum of (x_i -
	// mean x)^2).
	SlopeStdErr float64

	// N is the number of points.
	N int
}

// LinearFit fits a straight line to at least three points (x_i, y_i) by least squares:
//
//	Slope = sum (x_i - mean x)(y_i - mean y) / sum (x_i - mean x)^2,  Intercept = mean y - Slope mean x.
//
// On logarithms of both axes the slope is an exponent, such as the -1/2 of R(i,j) ~ 1/(beta sqrt(L)) in the
// paper's Theorem 3. It returns an error when x and y differ in length, have fewer than three values or one
// that is not finite, or when all x are equal.
func LinearFit(x, y []float64) (Fit, error) {
	if len(x) != len(y) {
		return Fit{}, fmt.Errorf("there are %d values of x and %d of y: give as many of one as of the other",
			len(x), len(y))
	}
	if err := checkSeries(x, 3); err != nil {
		return Fit{}, fmt.Errorf("x: %w", err)
	}
	if err := checkSeries(y, 3); err != nil {
		return Fit{}, fmt.Errorf("y: %w", err)
	}
	if allEqual(x) {
		return Fit{}, fmt.Errorf("all x are %g: a slope needs at least two different ones", x[0])
	}
	fit := Fit{N: len(x)}
	fit.Intercept, fit.Slope = stat.LinearRegression(x, y, nil, false)
	meanX, spreadX, squares := stat.Mean(x, nil), 0.0, 0.0
	for i := range x {
		residual := y[i] - fit.Intercept - fit.Slope*x[i]
		squares += residual * residual
		spreadX += (x[i] - meanX) * (x[i] - meanX)
	}
	fit.SlopeStdErr = math.Sqrt(squares / float64(fit.N-2) / spreadX)
	return fit, nil
}

// Interval returns the confidence interval of the slope at the level, such as 0.95, by Student's t
// distribution with N-2 degrees of freedom: exact when the deviations from the line are independent, normal
// and of one variance. It is NaN unless 0 < level < 1.
func (f Fit) Interval(level float64) (low, high float64) {
	return studentInterval(f.Slope, f.SlopeStdErr, float64(f.N-2), level)
}

// allEqual tells whether all values of x, which must not be empty, are the same.
func allEqual(x []float64) bool {
	for _, value := range x {
		if value != x[0] {
			return false
		}
	}
	return true
}
