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

	// Exponent is the power p of |c| N^-p, and its interval that in which chi squared is within 3.84 of its
	// smallest value. At its ends, 0 and 3, it says nothing.
	Exponent stats.Estimate `json:"exponent"`

	// Reach is the L/N up to which c/N + d/N^2 stays below the bound of what is useful; at most that of the
	// smallest width.
	Reach float64 `json:"reach" jsonschema:"minimum=0"`
}

// newFit fits the deviations of a series from its theory.
func newFit(s law.Series) Fit {
	n := len(s.X)
	x, y, weights := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, m := range s.Measured {
		x[i], y[i], weights[i] = 1/s.X[i], m.Value-s.Theory[i], 1/(m.StdErr*m.StdErr)
	}
	fit := Fit{Exponent: exponent(x, y, weights)}
	fit.Constant, fit.Second = twoOrders(x, y, weights)
	smallest := 1 / x[0]
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

// twoOrders fits y = c x + d x^2 to values of known variances.
func twoOrders(x, y, weights []float64) (c stats.Estimate, d float64) {
	var xx, xxx, xxxx, xy, xxy float64
	for i, w := range weights {
		x2 := x[i] * x[i]
		xx, xxx, xxxx = xx+w*x2, xxx+w*x2*x[i], xxxx+w*x2*x2
		xy, xxy = xy+w*x[i]*y[i], xxy+w*x2*y[i]
	}
	det := xx*xxxx - xxx*xxx
	value, d := (xy*xxxx-xxy*xxx)/det, (xxy*xx-xy*xxx)/det
	margin := distuv.UnitNormal.Quantile((1+stats.Level)/2) * math.Sqrt(xxxx/det)
	return stats.Estimate{Value: value, Low: value - margin, High: value + margin}, d
}

// exponent fits y = c x^p, searching for p. The interval is by the likelihood's profile: where the deviations
// are lost in the noise it is as wide as the search.
func exponent(x, y, weights []float64) stats.Estimate {
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
	within := least + distuv.ChiSquared{K: 1}.Quantile(stats.Level)
	e := stats.Exact(best)
	for p := 0.0; p <= last; p += step {
		if chiSquared(p) <= within {
			e.Low, e.High = min(e.Low, p), max(e.High, p)
		}
	}
	return e
}
