package meanfield_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func grid(tb testing.TB, m int) []float64 {
	tb.Helper()
	x, err := data.Grid(m, data.GridLow, data.GridHigh)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func run(tb testing.TB, config meanfield.Config) *meanfield.Result {
	tb.Helper()
	result, err := meanfield.Run(tb.Context(), config)
	if err != nil {
		tb.Fatal(err)
	}
	return result
}

// TestDrawsFollowTheCovariance compares statistics of draws with those that have closed forms.
func TestDrawsFollowTheCovariance(t *testing.T) {
	const count, lags = 4000, 5
	net := models.Config{Net: "feedforward", Norm: norms.Center, Depth: 6}
	result := run(t, meanfield.Config{Net: net, X: grid(t, 40)})
	draws, err := result.Draws(count, 7)
	if err != nil {
		t.Fatal(err)
	}
	measured, err := stats.MeanACF(draws, lags)
	if err != nil {
		t.Fatal(err)
	}
	acf, err := result.ACF(lags)
	if err != nil {
		t.Fatal(err)
	}
	signs, err := result.SignAgreement(lags)
	if err != nil {
		t.Fatal(err)
	}
	for lag := 1; lag <= lags; lag++ {
		if off := (measured.Mean[lag] - acf[lag]) / measured.StdErr[lag]; math.Abs(off) > 4 {
			t.Errorf("the ACF of draws at lag %d is %.1f standard errors off", lag, off)
		}
		agree := 0.0
		for _, g := range draws {
			for i := range len(g) - lag {
				if g[i]*g[i+lag] > 0 {
					agree += 1 / float64(count*(len(g)-lag))
				}
			}
		}
		// Each draw's share has a deviation below 1/2, so that the mean over draws has one below
		// 0.5/sqrt(4000) = 0.008.
		if math.Abs(agree-signs[lag]) > 0.024 {
			t.Errorf("signs agree at lag %d in a share of %.4f, want %.4f", lag, agree, signs[lag])
		}
	}
	colour, err := result.Colour(lags)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := stats.Colour(acf, 40); err != nil || colour != want {
		t.Errorf("colour is %+v, want %+v (%v)", colour, want, err)
	}
	again, err := result.Draws(2, 7)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again[1], draws[1]) || slices.Equal(draws[0], draws[1]) {
		t.Error("a draw depends on more than seed and number, or two draws are one")
	}
}

// TestShallowNets: the gradient of a net of one layer is a random walk in the time Phi(x), whatever the net
// is called.
func TestShallowNets(t *testing.T) {
	x := grid(t, 20)
	for _, net := range []models.Config{
		{Net: "feedforward"}, {Net: "residual", Beta: 1, Norm: norms.Batch}, {Net: "highway"},
	} {
		net.Depth = 1
		result := run(t, meanfield.Config{Net: net, X: x})
		for i := range x {
			for j := range x {
				want := (1 + math.Erf(min(x[i], x[j])/math.Sqrt2)) / 2
				if got := result.Covariance.At(i, j); math.Abs(got-want) > 1e-14 {
					t.Fatalf("%s: G(%d,%d) is %g, want Phi(min) = %g", net.Net, i, j, got, want)
				}
			}
		}
		if len(result.Layers) != 1 || result.Layers[0].Correlation != 1 {
			t.Errorf("%s: layers %+v", net.Net, result.Layers)
		}
	}
}

// scaledBy makes a change of a config's initialiser.
func scaledBy(base *initializers.Initializer, gain float64) func(*models.Config) {
	return func(c *models.Config) { c.Initializer = initializers.Scaled(base, gain) }
}

// TestRefusesWhatItDoesNotCover checks that every error is one sentence that says what is wrong.
func TestRefusesWhatItDoesNotCover(t *testing.T) {
	own := &activations.Activation{Name: "own", Apply: func(x *graph.Node) *graph.Node { return x }}
	feedforward := models.Config{Net: "feedforward", Depth: 3}
	normalised := models.Config{Net: "feedforward", Depth: 3, Norm: norms.Batch, Activation: own}
	linear := models.Config{Net: "feedforward", Depth: 3, Norm: norms.Batch, Activation: activations.Linear}
	ownNorm := &norms.Norm{Name: "own", Apply: norms.Batch.Apply}
	logarithm := meanfield.Smooth(math.Log, func(z float64) float64 { return 1 / z })
	with := func(change func(*models.Config)) meanfield.Config {
		net := feedforward
		change(&net)
		return meanfield.Config{Net: net}
	}
	mine, err := models.Compose("mine", []int{1},
		models.Stage{Name: "a", Block: models.Linear{In: 1, Out: 2}})
	if err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]meanfield.Config{
		"net \"mine\" is one as it is":          {Net: mine.Config},
		"depth is 0":                            with(func(c *models.Config) { c.Depth = 0 }),
		"unknown net":                           with(func(c *models.Config) { c.Net = "transformer" }),
		"takes images":                          with(func(c *models.Config) { c.Net = "conv-feedforward" }),
		`statistics is "coupled"`:               with(func(c *models.Config) { c.Norm, c.Statistics = norms.Center, norms.Coupled }),
		`does not know the activation "own"`:    with(func(c *models.Config) { c.Activation = own }),
		`normalisation "own" has no theory`:     with(func(c *models.Config) { c.Norm = ownNorm }),
		`initialiser "one" has no theory`:       with(func(c *models.Config) { c.Initializer = initializers.One }),
		`initialiser "dirac" has no theory`:     with(func(c *models.Config) { c.Initializer = initializers.Dirac }),
		`"standardized" has no theory`:          with(func(c *models.Config) { c.Initializer = initializers.Standardized }),
		`initialiser "zero" has no theory`:      with(func(c *models.Config) { c.Initializer = initializers.Zero }),
		`"one-times-2" has no theory`:           with(scaledBy(initializers.One, 2)),
		`"he-times-0" has no theory`:            with(scaledBy(initializers.He, 0)),
		`"he-times-1e+200" has no theory`:       with(scaledBy(initializers.He, 1e200)),
		"in front of the activation own has no": {Net: normalised, Dual: meanfield.Tanh},
		"in front of the activation linear has": {Net: linear},
		"branches have skips over 2 layers": {Net: models.Config{Net: "residual", Depth: 3, Beta: 1,
			Branch: models.Branch{Layers: 2}}},
		"there are 1 inputs": {Net: feedforward, X: []float64{0}},
		"input 1 is NaN":     {Net: feedforward, X: []float64{0, math.NaN()}},
		"at most 0.5":        {Net: feedforward, X: []float64{0, 0.5}},
		"distance is -1":     {Net: feedforward, Distance: -1},
		"tolerance is -1":    {Net: feedforward, Tolerance: -1},
		"tolerance is NaN":   {Net: feedforward, Tolerance: math.NaN()},
		"needs every layer":  {Net: feedforward, Tolerance: 1e-6, Coupled: true},
		"left the range of float64": {Net: models.Config{Net: "residual", Beta: 1e10, Depth: 40},
			X: grid(t, 4)},
		"range of float64 at depth 3": {Net: feedforward, X: grid(t, 4), Dual: logarithm},
		"slope at -1.7 is given as": {Net: feedforward,
			Dual: meanfield.Smooth(math.Sin, math.Sin)},
	} {
		_, err := meanfield.Run(t.Context(), config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
	result := run(t, meanfield.Config{Net: feedforward, X: grid(t, 4)})
	if _, err := result.SignAgreement(4); err == nil {
		t.Error("a lag of the number of inputs gives no error")
	}
	if _, err := result.Draws(0, 1); err == nil {
		t.Error("no draws give no error")
	}
}

// listener hears of progress and may end the context after a number of steps.
type listener struct {
	steps, total int
	stop         func()
	stopAt       int
}

func (l *listener) Update(_ string, done, total int) {
	l.steps, l.total = done, total
	if done == l.stopAt && l.stop != nil {
		l.stop()
	}
}

func TestProgressAndInterrupt(t *testing.T) {
	net := models.Config{Net: "residual", Beta: 1, Depth: 5, Norm: norms.Batch}
	config := meanfield.Config{Net: net, X: grid(t, 8)}
	heard := &listener{}
	if _, err := meanfield.Run(progress.With(t.Context(), heard), config); err != nil {
		t.Fatal(err)
	}
	if heard.steps != 5 || heard.total != 5 {
		t.Errorf("progress ended at %d of %d, want 5 of 5", heard.steps, heard.total)
	}
	ctx, stop := context.WithCancel(t.Context())
	heard = &listener{stop: stop, stopAt: 2}
	_, err := meanfield.Run(progress.With(ctx, heard), config)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted") ||
		heard.steps != 2 {
		t.Errorf("interrupted after 2 layers: error %v after %d", err, heard.steps)
	}
}
