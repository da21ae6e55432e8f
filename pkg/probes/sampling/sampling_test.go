package sampling_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

func TestDefaultsAreThePapers(t *testing.T) {
	sample, err := sampling.New(sampling.Config{Net: models.Config{Net: "feedforward", Depth: 2}, Draws: 1})
	if err != nil {
		t.Fatal(err)
	}
	if c := sample.Config; c.Inputs != 256 || c.Low != -2 || c.High != 2 || c.Net.Width != 200 ||
		c.Net.Norm == nil {
		t.Errorf("config with defaults: %+v", c)
	}
	if len(sample.X) != 256 || sample.X[0] != -2 || sample.X[255] != 2 {
		t.Errorf("the grid has %d points from %g on", len(sample.X), sample.X[0])
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	good := sampling.Config{Net: models.Config{Net: "feedforward", Depth: 2}, Draws: 1}
	for want, change := range map[string]func(*sampling.Config){
		"draws is 0":                         func(c *sampling.Config) { c.Draws = 0 },
		"depth is 0":                         func(c *sampling.Config) { c.Net.Depth = 0 },
		"1 points":                           func(c *sampling.Config) { c.Inputs = 1 },
		"would take 4.6e+18 runs of the net": func(c *sampling.Config) { c.Draws = 1 << 62 },
		"on 1000000000 inputs would need":    func(c *sampling.Config) { c.Inputs = 1e9; c.Net.Depth = 50 },
		"a layer of width 1000000000":        func(c *sampling.Config) { c.Net.Width = 1e9 },
		"from 2 to 1":                        func(c *sampling.Config) { c.Low, c.High = 2, 1 },
		"points has 1 inputs":                func(c *sampling.Config) { c.Points = []float64{1} },
		"points[1] is NaN": func(c *sampling.Config) {
			c.Points = []float64{1,
				math.NaN()}
		},
		"there are 2 points from 1 to 3, and a grid of 256": func(c *sampling.Config) {
			c.Points, c.Inputs = []float64{3, 1}, 256
		},
	} {
		config := good
		change(&config)
		if _, err := sampling.New(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// TestMistakesAreSaidBeforeTheNetIsMade: making this one would take all memory.
func TestMistakesAreSaidBeforeTheNetIsMade(t *testing.T) {
	_, err := sampling.New(sampling.Config{Net: models.Config{Net: "feedforward", Depth: math.MaxInt,
		Norm: nil}})
	if err == nil || !strings.Contains(err.Error(), "draws is 0") {
		t.Errorf("a config without draws gives %v", err)
	}
}

// TestPointsOfOnesOwn: in a net that normalises nothing the gradient at an input is the same, whatever the
// others are.
func TestPointsOfOnesOwn(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	gradient := func(config sampling.Config) (x, gradient []float64) {
		config.Net, config.Draws, config.Seed = models.Config{Net: "feedforward", Depth: 4, Width: 20}, 1, 5
		sample, err := sampling.New(config)
		if err != nil {
			t.Fatal(err)
		}
		err = sample.Each(t.Context(), e, engine.Request{Gradient: true},
			func(_ int, trace *engine.Trace) { gradient = trace.Gradient })
		if err != nil {
			t.Fatal(err)
		}
		// A config that ran can run again.
		if again, err := sampling.New(sample.Config); err != nil || !slices.Equal(again.X, sample.X) {
			t.Errorf("the config with its defaults gives %v, %v", again, err)
		}
		return sample.X, gradient
	}
	x, onGrid := gradient(sampling.Config{Inputs: 9})
	_, atPoints := gradient(sampling.Config{Points: []float64{x[7], x[0], x[3]}})
	for i, at := range []int{7, 0, 3} {
		// rounding of float32, whose sums may come in another order
		if math.Abs(atPoints[i]-onGrid[at]) > 1e-5*math.Abs(onGrid[at]) {
			t.Errorf("the gradient at %g is %g, and %g on a grid", x[at], atPoints[i], onGrid[at])
		}
	}
}

// TestResultsOfAllDrawsAreCounted asks for few draws of little, for many draws of much, and for products that
// overflow.
func TestResultsOfAllDrawsAreCounted(t *testing.T) {
	sample, err := sampling.New(sampling.Config{Net: models.Config{Net: "feedforward", Depth: 2}, Draws: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.CheckResults(1e6, 1e12); err == nil ||
		!strings.Contains(err.Error(), "1000000000 draws would need ") {
		t.Errorf("10^27 numbers: %v", err)
	}
	sample.Config.Draws = 200
	if err := sample.CheckResults(4096); err != nil {
		t.Errorf("200 draws of 4096 numbers: %v", err)
	}
}

// counter is told of progress.
type counter struct {
	sync.Mutex
	done int
}

func (c *counter) Update(_ string, done, _ int) {
	c.Lock()
	defer c.Unlock()
	c.done = max(c.done, done)
}

func TestEachRunsTheNumberedDraws(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	run := func(first uint64, draws int) [][]float64 {
		sample, err := sampling.New(sampling.Config{
			Net: models.Config{Net: "feedforward", Depth: 3, Width: 8}, Inputs: 16, Draws: draws,
			First: first, Seed: 5,
		})
		if err != nil {
			t.Fatal(err)
		}
		outputs := make([][]float64, draws)
		var reporter counter
		ctx := progress.Start(progress.With(t.Context(), &reporter), "draws", draws)
		err = sample.Each(ctx, e, engine.Request{Output: true},
			func(draw int, trace *engine.Trace) { outputs[draw] = trace.Output })
		if err != nil {
			t.Fatal(err)
		}
		if reporter.done != draws {
			t.Errorf("%d of %d draws were reported", reporter.done, draws)
		}
		return outputs
	}
	whole, part := run(0, 6), run(4, 2)
	if !slices.Equal(whole[4], part[0]) || !slices.Equal(whole[5], part[1]) ||
		slices.Equal(part[0], part[1]) {
		t.Error("draws 4 and 5 are not the same alone and among six")
	}
}

func TestEachStops(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	sample, err := sampling.New(sampling.Config{
		Net: models.Config{Net: "residual", Depth: 8, Width: 4, Alpha: 1e30, Beta: 1}, Inputs: 8, Draws: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []engine.Request{{Output: true}, {Gradient: true}, {Tap: engine.Preactivations}} {
		err := sample.Each(t.Context(), e, request, func(_ int, trace *engine.Trace) {
			if len(trace.Gradient) > 0 && math.IsInf(trace.Gradient[0], 0) {
				t.Error("an overflowed gradient was handed on")
			}
		})
		if err == nil || !strings.Contains(err.Error(), "float32") {
			t.Errorf("%+v: an overflowing net gives %v", request, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = sample.Each(ctx, e, engine.Request{Output: true}, func(int, *engine.Trace) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}
