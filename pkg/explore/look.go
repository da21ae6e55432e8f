package explore

import (
	"context"
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// View is what there is to see of a net: the gradient of its first draw, and statistics of all draws.
type View struct {
	// Config is the probe's, defaults filled in.
	Config gradients.Config

	// Column holds what figures.Explore draws: gradient and covariance of the first draw, and the autocorrelation.
	Column paper.Column

	// Numbers says in words what the autocorrelation amounts to.
	Numbers string
}

// Look takes the gradients of a net and computes what the explorer shows of them. It returns an error when the config is wrong, the
// context ends, or a gradient is constant or not finite.
func Look(ctx context.Context, e *engine.Engine, config gradients.Config) (*View, error) {
	ctx = progress.Start(ctx, fmt.Sprintf("%d-layer %s net, draws", config.Net.Depth, config.Net.Net), config.Draws)
	result, err := gradients.Run(ctx, e, config)
	if err != nil {
		return nil, err
	}
	net := result.Config.Net
	v := &View{Config: result.Config}
	if v.Column.Covariance, err = stats.NormalizedOuter(result.Gradients[0]); err != nil {
		return nil, fmt.Errorf("the gradient has no covariance: %w", err)
	}
	acf, err := stats.MeanACF(result.Gradients, gradients.MaxLag)
	if err != nil {
		return nil, fmt.Errorf("the gradient has no autocorrelation: %w", err)
	}
	v.Column.X, v.Column.Values = result.X, result.Gradients[0]
	v.Column.Series = paper.Series{
		Net: net.Net, Depth: net.Depth, Statistics: net.Statistics, Lags: gradients.Lags(), Summary: gradients.Summary{Curve: *acf},
	}
	if net.Beta != 0 {
		v.Column.Beta = &net.Beta
	}
	if config.Draws == 1 {
		v.Numbers, err = numbersOfOne(result.Gradients[0], acf.Mean)
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
	line := fmt.Sprintf("Brownness %.2f%s (0 white noise, 1 brown); correlation of neighbours %.2f; the Ljung–Box test %s; slope of the spectrum %.2f (0 white, −2 brown).",
		brownness, interval, neighbours, verdict, slope)
	return strings.ReplaceAll(line, "-", "−")
}

// figure implements view.
func (v *View) figure() (*plots.Figure, error) { return figures.Explore(v.Column) }

// String names the net and all that was chosen with it, and gives the numbers.
func (v *View) String() string { return strings.Join(v.lines(), "\n") }

// lines is String in lines.
func (v *View) lines() []string {
	return []string{capital(v.describe()) + ".", v.Numbers}
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
	if net.Gamma2 != 0 {
		text += fmt.Sprintf(", γ₂ = %.3g", net.Gamma2)
	}
	text += fmt.Sprintf(", normalisation %s (%s), activation %s, ", net.Norm, net.Statistics, net.Activation)
	if config.Draws == 1 {
		return text + fmt.Sprintf("one draw, seed %d", config.Seed)
	}
	return text + fmt.Sprintf("%d draws, seed %d", config.Draws, config.Seed)
}
