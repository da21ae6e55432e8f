package earlydense_test

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
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// small is a config of the shape of the experiment that takes seconds.
func small() earlydense.Config {
	c := earlydense.Quick()
	c.Inputs, c.Steps, c.Draws = 32, []int{0, 1, 4}, 3
	for i := range c.Nets {
		c.Nets[i].Depth, c.Nets[i].Width = 5, 10
	}
	return c
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	result, err := earlydense.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	// Four nets with two kinds of statistics, and two without normalisation.
	if len(result.Series) != 4*2+2 || len(result.Select(norms.Frozen)) != 6 ||
		len(result.Select(norms.Coupled)) != 6 {
		t.Fatalf("%d series, of which %d frozen and %d coupled", len(result.Series),
			len(result.Select(norms.Frozen)), len(result.Select(norms.Coupled)))
	}
	if n, want := len(resultstest.CheckResults(t, result).Claims), 2*(2+3+1+1)+3+3; n != want {
		t.Errorf("%d claims, want %d", n, want)
	}

	// Step 0 is the ensemble of untrained nets, and the loss the mean over draws of the probe's.
	s := result.Series[2] // feedforward with batch normalisation
	net := config.Nets[1]
	untrained, err := gradients.Run(t.Context(), e, gradients.Config{Net: net, Inputs: 32, Draws: 3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	want, err := untrained.Summary()
	if err != nil {
		t.Fatal(err)
	}
	if *s.Brownness[0] != want.Brownness || !reflect.DeepEqual(s.ACF[0].Mean, want.Mean) {
		t.Errorf("at step 0 the brownness is %v, of the untrained nets %v", s.Brownness[0], want.Brownness)
	}
	mean := 0.0
	for draw := range uint64(3) {
		run, err := early.RunGrid(t.Context(), e, early.GridConfig{
			Net: net, Inputs: 32, Frequency: 1, Steps: config.Steps, LearningRate: config.LearningRate,
			Draw: draw, Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		mean += math.Log10(run.Losses[4]) / 3
		if draw == 0 && (float32(run.Frozen[2][7]) != s.First.Gradients[2][7] ||
			float32(run.Losses[3]) != s.First.Losses[3]) {
			t.Error("the first draw is another one")
		}
	}
	if math.Abs(mean-s.Loss.Mean[2]) > 1e-12 {
		t.Errorf("the mean log10 of the loss is %g, not %g", s.Loss.Mean[2], mean)
	}

	// What the explorer shows of a step is the first draw's.
	step, err := s.Step(2)
	if err != nil {
		t.Fatal(err)
	}
	acf, err := stats.ACF(step.Column.Values, gradients.MaxLag)
	if err != nil {
		t.Fatal(err)
	}
	if step.Step != 4 || step.Constant() || !reflect.DeepEqual(step.Column.Mean, acf) ||
		step.Column.Covariance.SymmetricDim() != 32 || len(step.Losses) != 5 {
		t.Errorf("the step is %+v", step)
	}
	if _, err := s.Step(3); err == nil || !strings.Contains(err.Error(), "there is no look 3") {
		t.Errorf("a step that is not there gives %v", err)
	}

	// The looks-linear net has constant gradients at the start, and no others.
	for _, s := range result.Series {
		for i, constant := range s.Constant {
			if linear := s.LooksLinear && s.Steps[i] == 0; linear != (constant == 3) ||
				linear != (s.Brownness[i] == nil) || linear != (s.ACF[i] == nil) {
				t.Errorf("%s, step %d: %d constant gradients, brownness %v", s.Title(), s.Steps[i],
					constant, s.Brownness[i])
			}
		}
	}
}

// TestResumed interrupts the experiment with fewer nets and resumes it. A third run has no backend, so that
// it would fail if anything were left to compute.
func TestResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	config.Nets = config.Nets[3:5]
	run := func(ctx context.Context, e *engine.Engine) (*earlydense.Result, error) {
		return earlydense.Run(ctx, e, config)
	}
	want, kept := resumetest.Check(t, func(ctx context.Context) (*earlydense.Result, error) {
		return run(ctx, e)
	})
	if got, err := run(kept, engine.New(nil)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("a run from kept parts alone differs, %v", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, change := range map[string]func(*earlydense.Config){
		"give at least 2":     func(c *earlydense.Config) { c.Draws = 1 },
		"there are no steps":  func(c *earlydense.Config) { c.Steps = nil },
		"the steps are [1 2]": func(c *earlydense.Config) { c.Steps = []int{1, 2} },
		" would ":             func(c *earlydense.Config) { c.Draws = 1 << 62 },
	} {
		config := small()
		change(&config)
		_, err := earlydense.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %v is not a sentence with %q", err, words)
		}
	}
}
