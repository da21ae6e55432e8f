package explore_test

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/explore"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestLookIsTheProbe compares what is shown with what the probe gives.
func TestLookIsTheProbe(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, draws := range []int{1, 4} {
		config := gradients.Config{Net: models.Config{Net: "residual", Depth: 4, Width: 20,
			Norm: norms.Batch, Beta: 0.3}, Inputs: 64, Draws: draws, Seed: 3}
		view, err := explore.Look(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		result, err := gradients.Run(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		acf, err := stats.MeanACF(result.Gradients, gradients.MaxLag)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range result.Gradients[0] {
			if view.Gradient[i] != want || view.X[i] != result.X[i] {
				t.Fatalf("gradient %d is %g at %g, not %g at %g", i, view.Gradient[i], view.X[i], want,
					result.X[i])
			}
		}
		for lag, want := range acf.Mean {
			if got := view.ACF; got.Mean[lag] != want || got.StdErr[lag] != acf.StdErr[lag] ||
				got.Draws != draws {
				t.Errorf("the autocorrelation at lag %d is %g ± %g, not %g ± %g", lag, got.Mean[lag],
					got.StdErr[lag], want, acf.StdErr[lag])
			}
		}
		// |(g - mean g)(g - mean g)^T| / var(g) has a diagonal of mean 1; its trace is a sum of 64 doubles.
		trace := 0.0
		for i := range 64 {
			trace += view.Covariance.At(i, i)
		}
		if math.Abs(trace/64-1) > 1e-12 {
			t.Errorf("the covariance's diagonal has the mean %g", trace/64)
		}
		if c := view.Config; !reflect.DeepEqual(c, result.Config) {
			t.Errorf("the view is of %+v", c)
		}
	}
}

// TestNumbers checks the sentence on nets whose gradients are known: brown for one layer, white for many.
func TestNumbers(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, config := range map[string]gradients.Config{
		"the Ljung–Box test tells it from white noise (p < 0.001)": {Net: models.Config{Net: "feedforward",
			Depth: 1}, Draws: 1},
		"the Ljung–Box test tells 5 of 5 draws from white noise;": {Net: models.Config{Net: "feedforward",
			Depth: 1}, Draws: 5},
		"the Ljung–Box test can't tell it from white noise (p = ": {Net: models.Config{Net: "feedforward",
			Depth: 50, Norm: norms.Center}, Draws: 1, Seed: 1},
	} {
		view, err := explore.Look(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		if text := view.String(); !strings.Contains(text, words) || strings.Count(text, "\n") != 1 ||
			!strings.HasSuffix(text, ").") {
			t.Errorf("%q is not two lines with %q", text, words)
		}
	}
}

func TestLookErrors(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for words, c := range map[string]struct {
		ctx    context.Context
		config gradients.Config
	}{
		"depth is 0": {t.Context(),
			gradients.Config{Net: models.Config{Net: "feedforward"}, Draws: 1}},
		"interrupted": {canceled, gradients.Config{Net: models.Config{Net: "feedforward",
			Depth: 2}, Draws: 1}},
		"no covariance: the series is": {t.Context(),
			gradients.Config{Net: models.Config{Net: "feedforward", Depth: 1, Width: 1}, Low: 10, High: 11,
				Draws: 1}},
		"the largest lag is 15": {t.Context(),
			gradients.Config{Net: models.Config{Net: "feedforward", Depth: 2, Width: 10}, Inputs: 8,
				Draws: 1}},
		"values that are not finite": {t.Context(), gradients.Config{Net: models.Config{Net: "residual",
			Depth: 60, Width: 10, Beta: 1e3}, Draws: 1}},
		"takes images, not the points": {t.Context(),
			gradients.Config{Net: models.Config{Net: "conv-feedforward", Depth: 5}, Draws: 1}},
	} {
		_, err := explore.Look(c.ctx, e, c.config)
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: the error %v is not a sentence with %q", c.config, err, words)
		}
	}
}

// TestRunWithoutAPage runs the explorer where nothing can answer.
func TestRunWithoutAPage(t *testing.T) {
	t.Setenv("GONB_JUPYTER_KERNEL_ID", "")
	s := session(t)
	if err := explore.Run(s, explore.Config{Net: models.Config{Net: "feedforward", Depth: 3,
		Width: 10}}); err != nil {
		t.Error(err)
	}
	for words, config := range map[string]explore.Config{
		"depth is 0":   {Net: models.Config{Net: "feedforward"}},
		"unknown net":  {Net: models.Config{Net: "fishing", Depth: 1}},
		"beta is 0":    {Net: models.Config{Net: "residual", Depth: 2, Width: 10}},
		"draws is -1":  {Net: models.Config{Net: "feedforward", Depth: 2, Width: 10}, Draws: -1},
		"no \"sauce\"": {State: "sauce=1"},
		`depth is "x"`: {State: "depth=x"},
	} {
		if err := explore.Run(s, config); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%+v gives the error %v, without %q", config.Net, err, words)
		}
	}
}

// TestShowOptions shows nets beside another and with the theory, outside of a notebook.
func TestShowOptions(t *testing.T) {
	s := session(t)
	net := models.Config{Net: "feedforward", Depth: 3, Width: 10, Norm: norms.Center}
	other := net
	other.Depth = 1
	if err := explore.Show(s, gradients.Config{Net: net, Draws: 2}, explore.WithTheory,
		explore.Beside(gradients.Config{Net: other, Draws: 1})); err != nil {
		t.Error(err)
	}
	other.Depth = 0
	err := explore.Show(s, gradients.Config{Net: net, Draws: 2}, explore.Beside(gradients.Config{Net: other,
		Draws: 1}))
	if err == nil || !strings.Contains(err.Error(), "depth is 0") {
		t.Errorf("a pinned net without depth gives %v", err)
	}
}
