package explore

import (
	"context"
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// View is what there is to see of a net: the gradient of its first draw, and statistics of all draws.
type View struct {
	// Config is the probe's, defaults filled in.
	Config gradients.Config

	// X is the grid, and Gradient that of the first draw over it, M values each.
	X, Gradient []float64

	// Covariance is |(g - mean g)(g - mean g)^T| / var(g) of that gradient at every Stride-th input: a
	// picture shows no more than some hundred rows.
	Covariance *mat.SymDense
	Stride     int

	// ACF is the autocorrelation of the gradients at lags 0 to gradients.MaxLag, averaged over the draws.
	ACF stats.Curve

	// Theory is the expected autocorrelation of an infinitely wide net at the same lags, nil where nobody
	// asked for it or there is none; NoTheory then says why.
	Theory   []float64
	NoTheory string

	// Numbers says in words what the autocorrelation amounts to.
	Numbers string
}

// mostRows is the number of rows from which on a covariance is thinned out.
const mostRows = 512

// Look takes the gradients of a net and computes what the explorer shows of them. It returns an error when
// the config is wrong, the context ends, or a gradient is constant or not finite.
func Look(ctx context.Context, e *engine.Engine, config gradients.Config) (*View, error) {
	return watch(ctx, e, config, nil)
}

// newView computes the view of the draws of a result: all that its config asks for, or the first of them.
func newView(result *gradients.Result) (*View, error) {
	first := result.Gradients[0]
	v := &View{Config: result.Config, X: result.X, Gradient: first,
		Stride: (len(first) + mostRows - 1) / mostRows}
	var thinned []float64
	for i := 0; i < len(first); i += v.Stride {
		thinned = append(thinned, first[i])
	}
	var err error
	if v.Covariance, err = stats.NormalizedOuter(thinned); err != nil {
		return nil, fmt.Errorf("the gradient has no covariance: %w", err)
	}
	acf, err := stats.MeanACF(result.Gradients, gradients.MaxLag)
	if err != nil {
		return nil, fmt.Errorf("the gradient has no autocorrelation: %w", err)
	}
	v.ACF = *acf
	if len(result.Gradients) == 1 {
		v.Numbers, err = numbersOfOne(first, acf.Mean)
	} else {
		v.Numbers, err = numbersOfMany(result)
	}
	return v, err
}

// numbersOfOne says what the autocorrelation of a single gradient amounts to.
func numbersOfOne(gradient, acf []float64) (string, error) {
	colour, err := stats.Colour(acf, len(gradient))
	if err != nil {
		return "", err
	}
	test, err := stats.LjungBox(gradient, gradients.MaxLag)
	if err != nil {
		return "", err
	}
	verdict := "can't tell it from white noise"
	if test.PValue < gradients.TestLevel {
		verdict = "tells it from white noise"
	}
	if test.PValue < 0.001 {
		verdict += " (p < 0.001)"
	} else {
		verdict += fmt.Sprintf(" (p = %.3f)", test.PValue)
	}
	slope, err := stats.SpectrumSlope(gradient)
	if err != nil {
		return "", err
	}
	return words(colour.Brownness, "", acf[1], verdict, slope), nil
}

// numbersOfMany says the same of many gradients.
func numbersOfMany(result *gradients.Result) (string, error) {
	s, err := result.Summary()
	if err != nil {
		return "", err
	}
	interval := fmt.Sprintf(" [%.2f, %.2f]", s.Brownness.Low, s.Brownness.High)
	verdict := fmt.Sprintf("tells %d of %d draws from white noise", s.Rejections, s.Draws)
	return words(s.Brownness.Value, interval, s.Mean[1], verdict, s.SpectrumSlope.Value), nil
}

// words puts the numbers into a line.
func words(brownness float64, interval string, neighbours float64, verdict string, slope float64) string {
	line := fmt.Sprintf("Brownness %.2f%s (0 white noise, 1 brown); correlation of neighbours %.2f; the "+
		"Ljung–Box test %s; slope of the spectrum %.2f (0 white, −2 brown).",
		brownness, interval, neighbours, verdict, slope)
	return strings.ReplaceAll(line, "-", "−")
}

// String names the net and all that was chosen with it, and gives the numbers.
func (v *View) String() string { return strings.Join(v.lines(), "\n") }

// lines is String in lines.
func (v *View) lines() []string {
	lines := []string{capital(v.describe()) + ".", v.Numbers}
	if v.NoTheory != "" {
		lines = append(lines, v.NoTheory)
	}
	return lines
}

// capital writes the first letter, a plain one, as a capital.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// describe names the net and all that was chosen with it.
func (v *View) describe() string {
	config, net := v.Config, v.Config.Net
	text := fmt.Sprintf("%s net, depth %d, width %d", net.Net, net.Depth, net.Width)
	if net.Alpha != 0 && net.Alpha != 1 {
		text += fmt.Sprintf(", α = %.3g", net.Alpha)
	}
	if net.Beta != 0 {
		text += fmt.Sprintf(", β = %.3g", net.Beta)
	}
	if branch := net.Branch.String(); branch != "" {
		text += ", " + branch
	}
	if net.Gamma2 != 0 {
		text += fmt.Sprintf(", γ₂ = %.3g", net.Gamma2)
	}
	text += fmt.Sprintf(", normalisation %s (%s), activation %s, ", net.Norm, net.Statistics, net.Activation)
	if net.Initializer != initializers.He {
		text += fmt.Sprintf("weights %s, ", net.Initializer)
	}
	if config.Inputs != data.GridPoints || config.Low != data.GridLow || config.High != data.GridHigh {
		text += fmt.Sprintf("%d inputs from %g to %g, ", config.Inputs, config.Low, config.High)
	}
	switch {
	case v.ACF.Draws < config.Draws:
		text += fmt.Sprintf("the first %d of %d draws", v.ACF.Draws, config.Draws)
	case config.Draws == 1:
		text += "one draw"
	default:
		text += fmt.Sprintf("%d draws", config.Draws)
	}
	return text + fmt.Sprintf(", seed %d", config.Seed)
}

// sight is what the explorer shows: a net, and beside it one that is pinned, or nil. It implements view.
type sight struct {
	now, pinned *View
	theory      bool
}

// lines implements view.
func (s sight) lines() []string {
	if s.pinned == nil {
		return s.now.lines()
	}
	lines := s.pinned.lines()
	lines[0] = "A, pinned: " + lines[0]
	now := s.now.lines()
	now[0] = "B: " + now[0]
	return append(lines, now...)
}
