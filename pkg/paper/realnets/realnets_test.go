package realnets_test

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/realnets"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := realnets.Quick()
	result, err := realnets.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	resultstest.CheckResults(t, result)
	families := len(config.Decays) + len(config.Rescaled) + len(config.Highways)
	if len(result.Series) != families*len(config.Widths) || len(result.Families()) != families {
		t.Fatalf(
			"%d series in %d families, want %d families at %d widths",
			len(result.Series),
			len(result.Families()),
			families,
			len(config.Widths),
		)
	}
	// Two claims a family, and one more on the variance in each of Theorems 1 and 2.
	if got, want := len(result.Claims()), 2*families+len(config.Decays); got != want {
		t.Errorf("%d claims, want %d", got, want)
	}
	for _, s := range result.Series {
		for i, depth := range s.Depths {
			want := map[string]float64{
				"Theorem 1": math.Pow(0.5, float64(depth)), "Theorem 2": math.Pow(0.75, float64(depth)),
				"Corollary 1": math.Pow(1-0.5/float64(depth), float64(depth)),
			}[s.Theorem]
			if want != 0 && math.Abs(s.Theory[i]/want-1) > 1e-9 { // rounding
				t.Errorf("%s at %d layers: theory %g, want %g", s.Title(), depth, s.Theory[i], want)
			}
		}
		// Infinitely wide nets are near enough to tell one layer of another net from this one's.
		if s.Depths[0] == 1 && math.Abs(s.Correlation[0].Value-s.Wide[0]) > 5*s.Correlation[0].StdErr+0.05 {
			t.Errorf("%s, width %d, one layer: R = %v, infinitely wide %g", s.Title(), s.Width,
				s.Correlation[0],
				s.Wide[0])
		}
		// What a path count with the measured activations says of the first layer is exact for independent
		// weights; the standard error alone keeps the measured R from it. Five of them, for many series.
		if s.Depths[0] == 1 &&
			math.Abs(s.Correlation[0].Value-s.Counted[0]) > 5*s.Correlation[0].StdErr+0.01 {
			t.Errorf(
				"%s, width %d, one layer: R = %.4f +- %.4f, counted %.4f",
				s.Title(),
				s.Width,
				s.Correlation[0].Value,
				s.Correlation[0].StdErr,
				s.Counted[0],
			)
		}
	}
	// The quick nets are narrow but not tiny: a feedforward net falls faster than a resnet at any width.
	if f, r := result.Series[0].Fit.Slope, result.Families()[3][0].Fit.Slope; f.High > r.Low {
		t.Errorf("R of feedforward nets falls by %v a layer and of resnets by %v", f, r)
	}
}

// TestResumed interrupts the experiment and resumes it; that it is deterministic is a part of that.
func TestResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := realnets.Quick()
	config.Widths = config.Widths[:1]
	run := func(ctx context.Context, e *engine.Engine) (*realnets.Result, error) {
		return realnets.Run(ctx, e, config)
	}
	want, kept := resumetest.Check(
		t,
		func(ctx context.Context) (*realnets.Result, error) { return run(ctx, e) },
	)
	if got, err := run(kept, engine.New(nil)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("a run from kept parts alone differs, %v", err)
	}
	config.Seed++
	config.Decays, config.Rescaled = config.Decays[:1], nil
	other, err := run(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(other.Series[0], want.Series[0]) {
		t.Error("another seed gives the same numbers")
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	for want, change := range map[string]func(*realnets.Config){
		"no widths": func(c *realnets.Config) { c.Widths = nil },
		"no depths": func(c *realnets.Config) { c.Decays, c.Rescaled, c.HighwayDepths = nil, nil, nil },
		"lost in the noise": func(c *realnets.Config) {
			c.Decays = []realnets.Ensemble{{Net: models.Config{Net: "feedforward", Norm: norms.Batch,
				Depth: 9}, Inputs: 16, Units: 32}}
			c.FirstRateDepth = 7
		},
	} {
		config := realnets.Quick()
		change(&config)
		if _, err := realnets.Run(t.Context(), e, config); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
