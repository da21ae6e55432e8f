package earlyimages_test

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
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/earlyimages"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// small is a config of the shape of the experiment that takes seconds.
func small() earlyimages.Config {
	c := earlyimages.Quick()
	c.Images, c.Batch = 6, 4
	for i := range c.Nets {
		c.Nets[i].Depth, c.Nets[i].Width = 5, 2
	}
	return c
}

// smoothData returns a few images to train on and to test with.
func smoothData() training.Data {
	return training.CIFAR10(&images.Data{Train: testimages.Planes(12), Test: testimages.Planes(16)})
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	data := smoothData()
	result, err := earlyimages.Run(t.Context(), e, config, data)
	if err != nil {
		t.Fatal(err)
	}
	if n, want := len(resultstest.CheckResults(t, result).Claims), 2*(4+1)+2+3+3; n != want {
		t.Errorf("%d claims, want %d", n, want)
	}
	s := result.Series[2] // resnet, beta = 0.1
	if *s.Beta != 0.1 || s.Norm != norms.Batch.Name || s.Title() != "resnet, β = 0.1" {
		t.Errorf("the third net is %+v", s.EarlyNet)
	}
	loss, rank, coupled, coactive := 0.0, 0.0, 0.0, 0.0
	for seed := uint64(1); seed <= 2; seed++ {
		one, err := early.RunImages(t.Context(), e, early.ImagesConfig{
			Net: config.Nets[2], Batch: 4, Images: 6, Steps: config.Steps,
			LearningRate: config.LearningRate, Seed: seed,
		}, data)
		if err != nil {
			t.Fatal(err)
		}
		look := one.Looks[1]
		loss, rank, coupled = loss+look.TrainLoss/2, rank+look.Relative()/2, coupled+look.CoupledRelative()/2
		for _, share := range look.Coactive {
			coactive += share / 2 / float64(len(look.Coactive))
		}
	}
	for quantity, pair := range map[string][2]float64{
		"training loss": {s.Loss.Mean[1], loss}, "rank": {s.Frozen.Mean[1], rank},
		"coupled rank": {s.Coupled.Mean[1], coupled},
		"coactivation": {s.Coactive.Mean[1], coactive},
	} {
		// Runs one by one may round their convolutions otherwise than runs at once (see engine.ForEach): by
		// 1e-7, and little more after these few steps.
		if math.Abs(pair[0]-pair[1]) > 1e-6 {
			t.Errorf("the %s is %g, of the runs %g", quantity, pair[0], pair[1])
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
	config.Nets = config.Nets[1:3]
	data := smoothData()
	run := func(ctx context.Context, e *engine.Engine) (*earlyimages.Result, error) {
		return earlyimages.Run(ctx, e, config, data)
	}
	want, kept := resumetest.Check(t, func(ctx context.Context) (*earlyimages.Result,
		error) {
		return run(ctx, e)
	})
	if got, err := run(kept, engine.New(nil)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("a run from kept parts alone differs, %v", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, change := range map[string]func(*earlyimages.Config){
		"give at least 2":     func(c *earlyimages.Config) { c.Seeds = 1 },
		"there are no steps":  func(c *earlyimages.Config) { c.Steps = nil },
		"the steps are [1 2]": func(c *earlyimages.Config) { c.Steps = []int{1, 2} },
		" would ":             func(c *earlyimages.Config) { c.Seeds = 1 << 62 },
	} {
		config := small()
		change(&config)
		_, err := earlyimages.Run(t.Context(), e, config, smoothData())
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %v is not a sentence with %q", err, words)
		}
	}
}
