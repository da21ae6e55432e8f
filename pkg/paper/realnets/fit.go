package realnets

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Fit is what a straight line through log R says.
type Fit struct {
	// Abscissa is depth, where the slope is a rate a layer, or log depth, where it is an exponent.
	Abscissa string `json:"abscissa" jsonschema:"enum=depth,enum=log depth"`

	// First and Last are the first and the last depth of the fit, which ends before the first depth at which
	// R is not at least 4 standard errors above 0.
	First int `json:"first"`
	Last  int `json:"last"`

	// Slope is that of log R, and Theory the theorem's. The interval is the jackknife's over draws: the
	// depths share their draws, so that the residuals say nothing of the error.
	Slope  stats.Estimate `json:"slope"`
	Theory float64        `json:"theory"`

	// TheoryHere is the same slope through the closed form at the depths of the fit, with the same weights:
	// for Theorem 3, whose Theory is the limit of many layers, another number.
	TheoryHere float64 `json:"theory_here"`

	// Wide is the slope in infinitely wide nets at these depths, with the same weights; 0, and left out,
	// where the theory does not cover the net.
	Wide float64 `json:"wide,omitempty"`

	// Counted is the slope that counting paths predicts from the measured activations: the theorem's where
	// these are 1/2 and 1/4.
	Counted stats.Estimate `json:"counted"`

	// Growth is the slope of log C(i,i), and GrowthTheory the theorem's.
	Growth       stats.Estimate `json:"growth"`
	GrowthTheory float64        `json:"growth_theory"`
}

// Abscissas of fits: a rate a layer, and an exponent.
const (
	PerLayer = "depth"
	LogDepth = "log depth"
)

// clearly is how many standard errors R must be above 0 for a fit, which ends before the first depth where it
// is not. It was decided before measuring, as were the first depths of the fits.
const clearly = 4

// fit measures nets whose R falls with depth, and fits a line through its logarithm.
func (f family) fit(ctx context.Context, e *engine.Engine) (*Series, error) {
	result, series, err := f.run(ctx, e)
	if err != nil {
		return nil, err
	}
	curve := result.Curve()
	for _, p := range curve {
		series.add(p)
	}
	abscissa := func(depth float64) float64 { return depth }
	fit := Fit{Abscissa: PerLayer, First: f.Config.FirstRateDepth}
	switch {
	case f.Kind == rescaled:
		series.Theorem, abscissa = "Theorem 3", math.Log
		// C(i,i) = beta^2 (L-1) + 1 grows like L.
		fit = Fit{Abscissa: LogDepth, First: f.Config.FirstExponentDepth, Theory: -0.5, GrowthTheory: 1}
	case f.Net.Net == "residual":
		series.Theorem = "Theorem 2"
		fit.Theory, fit.GrowthTheory = math.Log(0.75), math.Ln2
	default:
		series.Theorem = "Theorem 1"
		fit.Theory = math.Log(0.5)
	}
	fit.TheoryHere = fit.Theory
	fit.end(curve)
	return series, fit.through(result, series, abscissa)
}

// end sets the last depth of the fit: R is clearly above 0 at all depths up to it.
func (f *Fit) end(curve []correlation.Point) {
	f.Last = f.First - 1
	for f.Last < len(curve) && curve[f.Last].Correlation.Value > clearly*curve[f.Last].Correlation.StdErr {
		f.Last++
	}
}

// through fits the line to the result and gives it to the series.
func (f Fit) through(result *correlation.Result, series *Series,
	abscissa func(float64) float64,
) error {
	for _, fitted := range []struct {
		quantity correlation.Quantity
		slope    *stats.Estimate
	}{{correlation.R, &f.Slope}, {correlation.Counted, &f.Counted}, {correlation.CII, &f.Growth}} {
		slope, err := result.Slope(fitted.quantity, f.First, f.Last, abscissa)
		if err == nil && !slope.Made() {
			err = errors.New("not every mean without one of the draws is positive")
		}
		if err != nil {
			return fmt.Errorf("the correlation of the %s net with normalisation %s is lost in the noise "+
				"from "+
				"depth %d on: average more draws (%w)", series.Net, series.Norm, f.Last+1, err)
		}
		*fitted.slope = slope
	}
	series.Fit = &f
	return nil
}

// deepest measures the highway nets of all depths, each a net of its own.
func (f family) deepest(ctx context.Context, e *engine.Engine) (*Series, error) {
	var series *Series
	for _, depth := range f.Config.HighwayDepths {
		f.Net.Depth = depth
		result, this, err := f.run(ctx, e)
		if err != nil {
			return nil, err
		}
		if series == nil {
			series = this
			series.Theorem = "Corollary 1"
		}
		curve := result.Curve()
		series.add(curve[len(curve)-1])
	}
	return series, nil
}

// addTheory computes Theory at the series' depths.
func (s *Series) addTheory() error {
	for _, depth := range s.Depths {
		var c theory.Covariance
		var err error
		switch s.Theorem {
		case "Theorem 1":
			c, err = theory.Feedforward(depth)
		case "Theorem 2":
			c, err = theory.Residual(depth)
		case "Theorem 3":
			c, err = theory.RescaledExact(depth+1,
				*s.Beta) // it counts the rectifier below the layers as well
		default:
			gamma := math.Sqrt(1 / float64(depth))
			c, err = theory.Highway(depth, math.Sqrt(1-gamma*gamma), gamma)
		}
		if err != nil {
			return err
		}
		s.Theory = append(s.Theory, c.Correlation())
	}
	if s.Theorem != "Theorem 3" {
		return nil
	}
	var err error
	s.Fit.TheoryHere, err = s.slopeOf(s.Theory)
	return err
}

// slopeOf fits a line through the logarithms of values at the depths of the fit, with the weights of
// correlation.Result.Slope: on a curve other weights give another slope.
func (s *Series) slopeOf(values []float64) (float64, error) {
	var x, fitted []float64
	var measured []stats.Estimate
	for i, depth := range s.Depths {
		if depth < s.Fit.First || s.Fit.Last < depth {
			continue
		}
		at := float64(depth)
		if s.Fit.Abscissa == LogDepth {
			at = math.Log(at)
		}
		x, fitted, measured = append(x, at), append(fitted, values[i]), append(measured, s.Correlation[i])
	}
	return correlation.SlopeBeside(x, fitted, measured)
}
