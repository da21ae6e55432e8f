package training_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// smallGrid are four runs.
func smallGrid() training.Grid {
	c := config("relu", 3, 3, 1)
	return training.Grid{
		Families: []string{"relu", "linear"}, Depths: []int{3}, Seeds: 2, Width: c.Width, Budget: c.Budget,
		Optimizer: c.Optimizer,
	}
}

// TestRunAllAndLoad does a few runs, one of which can't be done and one of which was done before, and finds
// them again in the folder, in a file, and in both.
func TestRunAllAndLoad(t *testing.T) {
	folder := t.TempDir()
	r := runner(t, folder)
	configs := smallGrid().Configs()
	if _, err := r.Run(t.Context(), configs[1]); err != nil {
		t.Fatal(err)
	}
	trained := 0
	r.Attach = func(*train.Loop) { trained++ }
	bad := configs[0]
	bad.Depth = 1
	var told []string
	err := r.RunAll(t.Context(), append([]training.Config{bad}, configs...),
		func(c training.Config, p training.Progress, result *training.Result, err error) {
			told = append(told, fmt.Sprintf("%s: %s %t %t", c, p, result != nil, err != nil))
		})
	if err == nil || !strings.Contains(err.Error(), "depth is 1") {
		t.Errorf("a run that can't be done gives %v", err)
	}
	want := "relu, 1 layers, seed 1: failed false true; relu, 3 layers, seed 1: done true false; linear, 3 " +
		"layers, seed 1: done true false; " +
		"relu, 3 layers, seed 2: done true false; linear, 3 layers, seed 2: done true false"
	if got := strings.Join(told, "; "); got != want || trained != 3 {
		t.Errorf("%d runs were trained and told was\n%s\nwant 3 and\n%s", trained, got, want)
	}
	for _, c := range configs {
		if progress, _, err := training.Look(folder, c, small); err != nil || progress != training.Done {
			t.Errorf("%s is %q (%v)", c, progress, err)
		}
	}

	file := filepath.Join(t.TempDir(), "runs.jsonl")
	all, err := training.LoadResults(folder, file)
	if err != nil || len(all) != 4 || all[0].Config.String() != "linear, 3 layers, seed 1" {
		t.Fatalf("found %d runs, the first %+v (%v)", len(all), all[0].Config, err)
	}
	if n, err := training.Collect(file, all[:2]); err != nil || n != 2 {
		t.Fatalf("%d runs are collected, %v", n, err)
	}
	if n, err := training.Collect(file, all[1:]); err != nil || n != 4 { // those that are there stay
		t.Fatalf("%d runs are collected, %v", n, err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("collecting leaves %v, %v", left, err)
	}
	for _, paths := range [][]string{{file}, {folder, file}, {file, folder, t.TempDir()}} {
		again, err := training.LoadResults(paths...)
		if err != nil || len(again) != 4 {
			t.Fatalf("found %d runs in %v (%v)", len(again), paths, err)
		}
		for i := range again {
			if got, want := withoutTimes(t, &again[i]), withoutTimes(t, &all[i]); got != want {
				t.Errorf("run %d of %v:\n got %s\nwant %s", i, paths, got, want)
			}
		}
	}
}

// TestRunAllStops ends the context in the second run.
func TestRunAllStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r := runner(t, t.TempDir())
	r.Observe = func(training.Config, training.Point) { stop() }
	told := 0
	err := r.RunAll(ctx, smallGrid().Configs(),
		func(training.Config, training.Progress, *training.Result, error) { told++ })
	if !training.Stopped(err) || told > 1 {
		t.Errorf("%d runs were told of, and then %v", told, err)
	}
}

// TestCollectedCurves checks that a long learning curve is thinned to its ends and points between them.
func TestCollectedCurves(t *testing.T) {
	file := filepath.Join(t.TempDir(), "runs.jsonl")
	if _, err := training.Collect(file, []training.Result{result(1, 1000)}); err != nil {
		t.Fatal(err)
	}
	all, err := training.LoadResults(file)
	if err != nil {
		t.Fatal(err)
	}
	curve := all[0].Curve
	if n := len(curve); n != training.CollectedPoints || curve[0].Step != 1 || curve[n-1].Step != 1000 {
		t.Errorf("%d points from %d to %d", n, curve[0].Step, curve[n-1].Step)
	}
	for i := 1; i < len(curve); i++ {
		if gap := curve[i].Step - curve[i-1].Step; gap < 16 || gap > 17 { // 999 steps in 59 gaps
			t.Errorf("points %d and %d are %d steps apart", i-1, i, gap)
		}
	}
}

// A family of your own, with an activation of your own.
var _ = training.Families.Register("own-relu", training.Family{
	Title: "own", Net: models.Config{Net: "conv-feedforward",
		Activation: &activations.Activation{Name: "own", Apply: activations.ReLU.Apply}},
})

// TestOwnFamilies trains a net with an activation of your own: without a folder only, as its name does not
// say what it is.
func TestOwnFamilies(t *testing.T) {
	c := config("own-relu", 3, 3, 1)
	if _, err := runner(t, t.TempDir()).Run(t.Context(), c); err == nil ||
		!strings.Contains(err.Error(), "of its own") {
		t.Errorf("a run to be kept gives %v", err)
	}
	if result, err := runner(t, "").Run(t.Context(), c); err != nil || result.Status != training.Finished {
		t.Errorf("a run that is not kept gives %+v, %v", result, err)
	}
}

// TestPaperSize does two steps of the paper's largest net that starts out linear: 198 layers, 8 to 64
// filters, images of 32 x 32. On XLA, which takes seconds to compile it.
func TestPaperSize(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	grid := training.PaperGrid()
	if n := len(grid.Configs()); n != 5*6*10 {
		t.Errorf("the paper's figure has %d runs", n)
	}
	backend := testbackend.XLA(t)
	c := grid.Configs()[len(grid.Configs())-5]
	if c.Family != "ll" || c.Depth != 198 || c.Seed != 10 || c.Budget.Images != 0 {
		t.Fatalf("the last runs begin with %+v", c)
	}
	c.Budget = training.Budget{Steps: 2, Batch: 4}
	steps := 0
	r := &training.Runner{Backend: backend, Data: stripes{size: 32, train: 8, test: 4},
		Attach: func(loop *train.Loop) {
			loop.OnStep("count", 0, func(*train.Loop, []*tensors.Tensor) error { steps++; return nil })
		}}
	result, err := r.Run(t.Context(), c)
	if err != nil || result.Status != training.Finished || steps != 2 {
		t.Errorf("after %d steps %+v (%v)", steps, result, err)
	}
}

// TestSmallGrid holds the runs that scripts/train does by default to the budget that the runs kept with the
// code have.
func TestSmallGrid(t *testing.T) {
	grid := training.SmallGrid()
	if n := len(grid.Configs()); n != 5*3*3 {
		t.Errorf("the small figure has %d runs", n)
	}
	b := grid.Budget
	for _, c := range []struct {
		budget training.Budget
		same   bool
	}{
		{training.Budget{Images: 10000, Epochs: 3}, true},
		{training.Budget{Images: 10000, Steps: 300, Batch: 100, EvalEvery: 7, TestImages: 3}, true},
		{training.Budget{Images: 10000, Epochs: 3, Batch: 50}, false},
		{training.Budget{Images: 5000, Epochs: 6}, false}, // as many steps, on other images
		{training.Budget{Images: 10000, Steps: 301}, false},
		{training.Budget{Epochs: 3}, false},
	} {
		if b.SameTraining(c.budget) != c.same || c.budget.SameTraining(b) != c.same {
			t.Errorf("%+v trains like %+v: %t, want %t", b, c.budget, !c.same, c.same)
		}
	}
}
