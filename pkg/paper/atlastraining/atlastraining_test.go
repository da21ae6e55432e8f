package atlastraining_test

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/paper/atlastraining"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/stat"
)

// small is a config of the shape of the experiment that takes seconds.
func small() atlastraining.Config {
	c := atlastraining.Quick()
	c.Resamples = 200
	return c
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	result, err := atlastraining.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(resultstest.CheckResults(t, result).Claims); n != 3 {
		t.Errorf("%d claims, want the plan's 3", n)
	}
	if len(result.Series) != 9*2 || result.Analysis.Nets != 18 || result.Analysis.Rows != 9 {
		t.Fatalf("%d nets, %+v", len(result.Series), result.Analysis)
	}

	// A net's structure and its losses are those of the probes, for the same draws of the weights.
	s := result.Series[5]
	net, err := config.Rows[2].Net(6)
	if err != nil {
		t.Fatal(err)
	}
	net.Width, net.Statistics = config.Width, norms.Frozen
	const first = 6 * paper.DrawsApart
	found, err := gradients.Run(t.Context(), e, gradients.Config{Net: net, Inputs: config.Points, Draws: 2,
		First: first, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	acf, err := stats.MeanACF(found.Gradients, gradients.MaxLag)
	if err != nil {
		t.Fatal(err)
	}
	square := 0.0
	for _, g := range found.Gradients {
		for _, value := range g {
			square += value * value / float64(2*config.Points)
		}
	}
	trained, err := early.GridBudget(t.Context(), e, early.Budget{Net: net, Steps: config.Steps,
		Rates: config.Rates, Draws: 2, First: first, Seed: 1}, config.Inputs)
	if err != nil {
		t.Fatal(err)
	}
	loss := math.Inf(1)
	for _, draws := range trained {
		loss = min(loss, (draws[0][config.Steps]+draws[1][config.Steps])/2)
	}
	if s.Row != config.Rows[2].Name || s.Depth != 6 ||
		math.Abs(*s.Length-stats.CorrelationLength(acf.Mean)) > 1e-9 ||
		math.Abs(*s.LogSize-math.Log2(square)) > 1e-9 || s.Loss.Value != loss ||
		s.Start.Value != stat.Mean([]float64{trained[0][0][0], trained[0][1][0]}, nil) {
		t.Errorf("the net is %+v, want the length %g, the size %g and the loss %g", s,
			stats.CorrelationLength(acf.Mean), math.Log2(square), loss)
	}
	if s := result.Series[3]; s.Row != "prelu" || s.Length != nil || s.LogSize == nil || s.NotFinite {
		t.Errorf("the net that starts out linear is %+v", s)
	}
}

// TestResumed interrupts the experiment with fewer rows and resumes it. A third run has no backend, so that
// it would fail if anything were left to compute.
func TestResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	config.Depths = config.Depths[:1]
	run := func(ctx context.Context, e *engine.Engine) (*atlastraining.Result, error) {
		result, err := atlastraining.Run(ctx, e, config)
		if result != nil {
			result.Config.Rows = nil // functions, which can't be compared
		}
		return result, err
	}
	want, kept := resumetest.Check(t, func(ctx context.Context) (*atlastraining.Result, error) {
		return run(ctx, e)
	})
	if got, err := run(kept, engine.New(nil)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("a run from kept parts alone differs, %v", err)
	}
}

// TestImages runs the task on images, on images of noise.
func TestImages(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	data := training.CIFAR10(&images.Data{Train: testimages.Noise(20, 1), Test: testimages.Noise(16, 2)})
	config := atlastraining.QuickImages()
	config.Depths, config.Steps, config.Rates = []int{6}, 12, config.Rates[:1]
	vanished, err := config.Rows[1].Net(6)
	if err != nil {
		t.Fatal(err)
	}
	vanished.Initializer = initializers.Scaled(initializers.He, 1e-30)
	last := len(config.Rows) - 1
	config.Rows[last] = atlas.Row{Name: "vanished", Group: atlas.Resnets, Net: atlas.At(vanished)}
	result, err := atlastraining.RunImages(t.Context(), e, config, data)
	if err != nil {
		t.Fatal(err)
	}
	figure, err := result.Results()
	if err != nil || figure.Figure != atlastraining.ImagesName || len(figure.Claims) != 1 {
		t.Fatalf("%d claims of %v, want the plan's 1, %v", len(figure.Claims), figure, err)
	}
	for _, claim := range figure.Claims {
		if err := claim.Check(); err != nil {
			t.Error(err)
		}
	}
	if s := result.Series[last]; !s.NotFinite || s.Length != nil {
		t.Errorf("the net whose gradients are 0 is %+v", s)
	}
	s := result.Series[1]
	net, err := config.Rows[1].Net(6)
	if err != nil {
		t.Fatal(err)
	}
	net.Width = config.Width
	trained, err := early.ImageBudget(t.Context(), e, early.Budget{Net: net, Steps: 12, Rates: config.Rates,
		Draws: 2, First: 6 * paper.DrawsApart, Seed: 1}, data, 20, 5)
	if err != nil {
		t.Fatal(err)
	}
	loss := (stat.Mean(trained[0][0][3:], nil) + stat.Mean(trained[0][1][3:], nil)) / 2 // the last ten of 13
	// Runs at once may round their convolutions otherwise: by 1e-7, and little more after these few steps.
	if math.Abs(s.Loss.Value-loss) > 1e-4 || !(*s.Length > 0 && *s.Length <= 1) {
		t.Errorf("the net is %+v, want the loss %g", s, loss)
	}
	_, err = atlastraining.RunImages(t.Context(), e, atlastraining.Quick(), data)
	if err == nil || !strings.Contains(err.Error(), "begin with atlastraining.PaperImages") {
		t.Errorf("a config without images: %v", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, change := range map[string]func(*atlastraining.Config){
		"give at least 3 rows":      func(c *atlastraining.Config) { c.Rows = c.Rows[:2] },
		"in ascending order":        func(c *atlastraining.Config) { c.Depths = []int{6, 6} },
		"give at least 2, for":      func(c *atlastraining.Config) { c.Draws = 1 },
		"give at least 100":         func(c *atlastraining.Config) { c.Resamples = 10 },
		"for the autocorrelation":   func(c *atlastraining.Config) { c.Points = 30 },
		"lacks a name of its own":   func(c *atlastraining.Config) { c.Rows[1] = c.Rows[0] },
		"at 0 layers: depth is 0":   func(c *atlastraining.Config) { c.Depths[0] = 0 },
		"give at least one of each": func(c *atlastraining.Config) { c.Rates = nil },
		"a grid of -1 points":       func(c *atlastraining.Config) { c.Inputs = -1 },
	} {
		config := small()
		change(&config)
		_, err := atlastraining.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %v is not a sentence with %q", err, words)
		}
	}
}
