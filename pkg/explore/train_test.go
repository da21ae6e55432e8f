package explore_test

import (
	"context"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/explore"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// noise are a few images of noise in the form of CIFAR-10.
func noise() training.Data {
	return training.CIFAR10(&images.Data{Train: testimages.Noise(12, 1, 0), Test: testimages.Noise(8, 1, 1)})
}

// session opens a lab on the pure-Go backend with an empty results folder.
func session(t *testing.T) *lab.Session {
	t.Helper()
	t.Setenv(backend.OverrideVariable, "go")
	t.Setenv(lab.ResultsVariable, t.TempDir())
	s, err := lab.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// tiny are runs of two nets.
var tiny = training.Grid{
	Families: []string{"ll", "relu"}, Depths: []int{3}, Seeds: 1, Width: 2,
	Budget: training.Budget{Steps: 4, Batch: 4, EvalEvery: 2},
}

func TestTrain(t *testing.T) {
	s := session(t)
	configs := tiny.Configs()
	for range 2 { // again when it is asked for again: nothing is kept
		all, err := explore.Train(s, noise(), configs...)
		if err != nil {
			t.Fatal(err)
		}
		for i, result := range all {
			if result.Status != training.Finished || result.Config.Family != configs[i].Family ||
				len(result.Curve) != 2 {
				t.Errorf("run %d: %+v", i, result)
			}
		}
	}
	kept, err := training.LoadResults(lab.ResultsFolder())
	if err != nil || len(kept) > 0 {
		t.Errorf("%d runs are kept (%v)", len(kept), err)
	}
	// A rate at which float32 overflows: a divergence is a result.
	configs[1].Optimizer.LearningRate = 1e30
	all, err := explore.Train(s, noise(), configs[1])
	if err != nil || all[0].Status != training.Diverged {
		t.Errorf("a rate of 1e30 gives %+v, %v", all, err)
	}
	if _, err := explore.Train(s, noise(), training.Config{Family: "ll"}); err == nil ||
		!strings.Contains(err.Error(), "epochs") {
		t.Errorf("a config without a budget gives %v", err)
	}
}

func TestTrainAll(t *testing.T) {
	s := session(t)
	for range 2 {
		if err := explore.TrainAll(s, noise(), tiny.Configs()); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := training.LoadResults(lab.ResultsFolder())
	if err != nil || len(kept) != 2 {
		t.Errorf("%d runs are kept (%v)", len(kept), err)
	}
	ctx, cancel := context.WithCancel(s.Context)
	cancel()
	s.Context = ctx
	more := tiny
	more.Seeds = 2
	if err := explore.TrainAll(s, noise(), more.Configs()); err == nil || training.Stopped(err) ||
		!strings.Contains(err.Error(), "goes on from there") {
		t.Errorf("stopped: %v", err)
	}
}
