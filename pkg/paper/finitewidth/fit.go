package finitewidth

import (
	"math"

	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// Fit is what the deviations from the theory at several widths N say.
type Fit struct {
	// Constant and Second are c and d of c/N + d/N^2, fitted by least squares, weighted by the inverse
	// variances: at the smallest widths the next order counts.
	Constant stats.Estimate `json:"constant"`
	Second   float64        `json:"second"`

	// Exponent is the power p of |c| N^-p, and its interval that in which chi squared is within t^2 of its
	// smallest value, t being Student's at 95 % for the fewest draws of a width. At its ends, 0 and 3, it
	// says nothing.
	Exponent stats.Estimate `json:"exponent"`

	// Reach is the L/N up to which c/N + d/N^2 stays below the bound of what is useful; at most that of the
	// smallest width.
	Reach float64 `json:"reach" jsonschema:"minimum=0"`
}

// newFit fits the deviations of a series from its theory.
func newFit(s law.Series) Fit {
	n, draws := len(s.X), math.MaxInt
	x, y, weights := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, m := range s.Measured {
		x[i], y[i], weights[i] = 1/s.X[i], m.Value-s.Theory[i], 1/(m.StdErr*m.StdErr)
		draws = min(draws, m.Draws)
	}
	fit := Fit{Exponent: exponent(x, y, weights, draws)}
	fit.Constant, fit.Second = twoOrders(x, y, weights, draws)
	smallest := s.X[0]
	for width := s.X[n-1]; width > smallest && math.Abs(fit.at(width)) < useful.Value; width /= 1.001 {
		fit.Reach = float64(s.Depth) / width
	}
	if math.Abs(fit.at(smallest)) < useful.Value {
		fit.Reach = float64(s.Depth) / smallest
	}
	return fit
}

// at returns the fitted deviation at a width.
func (f Fit) at(width float64) float64 { return f.Constant.Value/width + f.Second/(width*width) }

// twoOrders fits y = c x + d x^2 to values whose variances are known from so many draws at least. As in
// [stats.Slope] the interval is Student's.
func twoOrders(x, y, weights []float64, draws int) (c stats.Estimate, d float64) {
	var xx, xxx, xxxx, xy, xxy float64
	for i, w := range weights {
		x2 := x[i] * x[i]
		xx, xxx, xxxx = xx+w*x2, xxx+w*x2*x[i], xxxx+w*x2*x2
		xy, xxy = xy+w*x[i]*y[i], xxy+w*x2*y[i]
	}
	det := xx*xxxx - xxx*xxx
	value, d := (xy*xxxx-xxy*xxx)/det, (xxy*xx-xy*xxx)/det
	c = stats.Student(value, math.Sqrt(xxxx/det), draws)
	return c, d
}

// exponent fits y = c x^p, searching for p. The interval is by the likelihood's profile, with the square of
// Student's t for so many draws in place of chi squared: where the deviations are lost in the noise it is as
// wide as the search.
func exponent(x, y, weights []float64, draws int) stats.Estimate {
	const step, last = 0.005, 3.0
	chiSquared := func(p float64) float64 {
		xy, xx := 0.0, 0.0
		for i, w := range weights {
			power := math.Pow(x[i], p)
			xy, xx = xy+w*power*y[i], xx+w*power*power
		}
		sum := 0.0
		for i, w := range weights {
			rest := y[i] - xy/xx*math.Pow(x[i], p)
			sum += w * rest * rest
		}
		return sum
	}
	best, least := 0.0, math.Inf(1)
	for p := 0.0; p <= last; p += step {
		if chi := chiSquared(p); chi < least {
			best, least = p, chi
		}
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(draws - 1)}.Quantile((1 + stats.Level) / 2)
	within := least + t*t
	e := stats.Exact(best)
	for p := 0.0; p <= last; p += step {
		if chiSquared(p) <= within {
			e.Low, e.High = min(e.Low, p), max(e.High, p)
		}
	}
	return e
}
