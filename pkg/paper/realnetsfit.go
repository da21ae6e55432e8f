package paper

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

// RateFit is what a straight line through log R says.
type RateFit struct {
	// Abscissa is PerLayer or LogDepth.
	Abscissa string `json:"abscissa"`

	// First and Last are the first and the last depth of the fit.
	First int `json:"first"`
	Last  int `json:"last"`

	// Slope is that of log R, and Theory the theorem's.
	Slope  stats.Estimate `json:"slope"`
	Theory float64        `json:"theory"`

	// TheoryHere is the same slope through the closed form at the depths of the fit, with the same weights: for Theorem 3, whose Theory is
	// the limit of many layers, another number.
	TheoryHere float64 `json:"theory_here"`

	// Counted is the slope that counting paths predicts from the measured activations: the theorem's where these are 1/2
	// and 1/4.
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

// decay measures a net of Theorem 1 or 2.
func (c RealNetsConfig) decay(ctx context.Context, e *engine.Engine, ensemble Ensemble) (*CorrelationSeries, error) {
	result, series, err := c.run(ctx, e, ensemble)
	if err != nil {
		return nil, err
	}
	series.Theorem = "Theorem 1"
	fit := RateFit{Abscissa: PerLayer, First: c.FirstRateDepth, Theory: math.Log(0.5), TheoryHere: math.Log(0.5), GrowthTheory: 0}
	if ensemble.Net.Net == "residual" {
		series.Theorem = "Theorem 2"
		fit.Theory, fit.TheoryHere, fit.GrowthTheory = math.Log(0.75), math.Log(0.75), math.Ln2
	}
	curve := result.Curve()
	for _, p := range curve {
		series.add(p)
	}
	fit.end(curve)
	return series, fit.through(result, series, func(depth float64) float64 { return depth })
}

// rescaled measures a net of Theorem 3.
func (c RealNetsConfig) rescaled(ctx context.Context, e *engine.Engine, ensemble Ensemble) (*CorrelationSeries, error) {
	result, series, err := c.run(ctx, e, ensemble)
	if err != nil {
		return nil, err
	}
	series.Theorem = "Theorem 3"
	curve := result.Curve()
	for _, p := range curve {
		series.add(p)
	}
	// C(i,i) = beta^2 (L-1) + 1 grows like L.
	fit := RateFit{Abscissa: LogDepth, First: c.FirstExponentDepth, Theory: -0.5, GrowthTheory: 1}
	fit.end(curve)
	return series, fit.through(result, series, math.Log)
}

// end sets the last depth of the fit: R is clearly above 0 at all depths up to it.
func (f *RateFit) end(curve []correlation.Point) {
	f.Last = f.First - 1
	for f.Last < len(curve) && curve[f.Last].Correlation.Value > clearly*curve[f.Last].Correlation.StdErr {
		f.Last++
	}
}

// through fits the line to the result and gives it to the series.
func (f RateFit) through(result *correlation.Result, series *CorrelationSeries, abscissa func(float64) float64) error {
	for _, fitted := range []struct {
		quantity correlation.Quantity
		slope    *stats.Estimate
	}{{correlation.R, &f.Slope}, {correlation.Counted, &f.Counted}, {correlation.CII, &f.Growth}} {
		slope, err := result.Slope(fitted.quantity, f.First, f.Last, abscissa)
		if err == nil && !slope.Made() {
			err = errors.New("not every mean without one of the draws is positive")
		}
		if err != nil {
			return fmt.Errorf("the correlation of the %s net with normalisation %s is lost in the noise from depth %d on: average more draws (%w)", series.Net, series.Norm, f.Last+1, err)
		}
		*fitted.slope = slope
	}
	series.Fit = &f
	return nil
}

// highway measures the nets of Corollary 1, one a depth.
func (c RealNetsConfig) highway(ctx context.Context, e *engine.Engine, ensemble Ensemble) (*CorrelationSeries, error) {
	var series *CorrelationSeries
	for _, depth := range c.HighwayDepths {
		ensemble.Net.Depth = depth
		result, this, err := c.run(ctx, e, ensemble)
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
	if series == nil {
		return nil, fmt.Errorf("highway nets have no depths: give at least one")
	}
	return series, nil
}

// addTheory computes Theory at the series' depths.
func (s *CorrelationSeries) addTheory() error {
	for _, depth := range s.Depths {
		var c theory.Covariance
		var err error
		switch s.Theorem {
		case "Theorem 1":
			c, err = theory.Feedforward(depth)
		case "Theorem 2":
			c, err = theory.Residual(depth)
		case "Theorem 3":
			c, err = theory.RescaledExact(depth+1, *s.Beta) // it counts the rectifier below the layers as well
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
	var x, y, weights []float64 // as in correlation.Result.Slope: on a curve other weights give another slope
	for i, depth := range s.Depths {
		if s.Fit.First <= depth && depth <= s.Fit.Last {
			relative := s.Correlation[i].StdErr / s.Correlation[i].Value
			x, y, weights = append(x, math.Log(float64(depth))), append(y, math.Log(s.Theory[i])), append(weights, 1/(relative*relative))
		}
	}
	fit, err := stats.WeightedFit(x, y, weights)
	s.Fit.TheoryHere = fit.Slope
	return err
}
