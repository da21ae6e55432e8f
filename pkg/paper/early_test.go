package paper_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/data/cifar"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// earlySmall is a config of the shape of the dense part that takes seconds.
func earlySmall() paper.EarlyConfig {
	c := paper.EarlyQuick()
	c.Inputs, c.Steps, c.Draws = 32, []int{0, 1, 4}, 3
	for i := range c.Nets {
		c.Nets[i].Depth, c.Nets[i].Width = 5, 10
	}
	return c
}

func TestEarly(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := earlySmall()
	result, err := paper.Early(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	// Four nets with two kinds of statistics, and two without normalisation.
	if len(result.Series) != 4*2+2 || len(result.Select(norms.Frozen)) != 6 || len(result.Select(norms.Coupled)) != 6 {
		t.Fatalf("%d series, of which %d frozen and %d coupled", len(result.Series), len(result.Select(norms.Frozen)), len(result.Select(norms.Coupled)))
	}
	figure := checkResults(t, result)
	wantClaims(t, figure.Claims, 2*(2+3+1+1)+3+3)

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
			Net: net, Inputs: 32, Frequency: 1, Steps: config.Steps, LearningRate: config.LearningRate, Draw: draw, Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		mean += math.Log10(run.Losses[4]) / 3
		if draw == 0 && (float32(run.Frozen[2][7]) != s.First.Gradients[2][7] || float32(run.Losses[3]) != s.First.Losses[3]) {
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
	if step.Step != 4 || step.Constant() || !reflect.DeepEqual(step.Column.Mean, acf) || step.Column.Covariance.SymmetricDim() != 32 || len(step.Losses) != 5 {
		t.Errorf("the step is %+v", step)
	}
	if _, err := s.Step(3); err == nil || !strings.Contains(err.Error(), "there is no look 3") {
		t.Errorf("a step that is not there gives %v", err)
	}

	// The looks-linear net has constant gradients at the start, and no others.
	for _, s := range result.Series {
		for i, constant := range s.Constant {
			if linear := s.LooksLinear && s.Steps[i] == 0; linear != (constant == 3) || linear != (s.Brownness[i] == nil) || linear != (s.ACF[i] == nil) {
				t.Errorf("%s, step %d: %d constant gradients, brownness %v", s.Title(), s.Steps[i], constant, s.Brownness[i])
			}
		}
	}
}

// earlyImagesSmall is a config of the shape of the convolutional part that takes seconds.
func earlyImagesSmall() paper.EarlyImagesConfig {
	c := paper.EarlyImagesQuick()
	c.Images, c.Batch = 6, 4
	for i := range c.Nets {
		c.Nets[i].Depth, c.Nets[i].Width = 5, 2
	}
	return c
}

// smoothData returns a few images to train on and to test with.
func smoothData() training.Data {
	return training.CIFAR10(&cifar.Data{Train: testimages.Planes(12), Test: testimages.Planes(16)})
}

// wantClaims checks that there are that many claims, and that they can be reported.
func wantClaims(t *testing.T, all []claims.Claim, want int) {
	t.Helper()
	for _, c := range all {
		if err := c.Check(); err != nil {
			t.Error(err)
		}
	}
	if len(all) != want {
		t.Errorf("%d claims, want %d", len(all), want)
	}
}

func TestEarlyImages(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := earlyImagesSmall()
	data := smoothData()
	result, err := paper.EarlyImages(t.Context(), e, config, data)
	if err != nil {
		t.Fatal(err)
	}
	figure := checkResults(t, result)
	wantClaims(t, figure.Claims, 2*(4+1)+2+3+3)
	s := result.Series[2] // resnet, beta = 0.1
	if *s.Beta != 0.1 || s.Norm != norms.Batch.Name || s.Title() != "resnet, β = 0.1" {
		t.Errorf("the third net is %+v", s.EarlyNet)
	}
	loss, rank, coupled, coactive := 0.0, 0.0, 0.0, 0.0
	for seed := uint64(1); seed <= 2; seed++ {
		run, err := early.RunImages(t.Context(), e, early.ImagesConfig{
			Net: config.Nets[2], Batch: 4, Images: 6, Steps: config.Steps, LearningRate: config.LearningRate, Seed: seed,
		}, data)
		if err != nil {
			t.Fatal(err)
		}
		look := run.Looks[1]
		loss, rank, coupled = loss+look.TrainLoss/2, rank+look.Relative()/2, coupled+look.CoupledRelative()/2
		for _, share := range look.Coactive {
			coactive += share / 2 / float64(len(look.Coactive))
		}
	}
	for quantity, pair := range map[string][2]float64{
		"training loss": {s.Loss.Mean[1], loss}, "rank": {s.Frozen.Mean[1], rank}, "coupled rank": {s.Coupled.Mean[1], coupled},
		"coactivation": {s.Coactive.Mean[1], coactive},
	} {
		// Runs one by one may round their convolutions otherwise than runs at once (see engine.ForEach): by 1e-7, and little more after these few
		// steps.
		if math.Abs(pair[0]-pair[1]) > 1e-6 {
			t.Errorf("the %s is %g, of the runs %g", quantity, pair[0], pair[1])
		}
	}
}

func TestEarlyConfigsAreChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, change := range map[string]func(*paper.EarlyConfig, *paper.EarlyImagesConfig){
		"give at least 2":     func(c *paper.EarlyConfig, i *paper.EarlyImagesConfig) { c.Draws, i.Seeds = 1, 1 },
		"there are no steps":  func(c *paper.EarlyConfig, i *paper.EarlyImagesConfig) { c.Steps, i.Steps = nil, nil },
		"the steps are [1 2]": func(c *paper.EarlyConfig, i *paper.EarlyImagesConfig) { c.Steps, i.Steps = []int{1, 2}, []int{1, 2} },
	} {
		dense, images := earlySmall(), paper.EarlyImagesQuick()
		change(&dense, &images)
		_, err := paper.Early(t.Context(), e, dense)
		_, imagesErr := paper.EarlyImages(t.Context(), e, images, smoothData())
		for _, err := range []error{err, imagesErr} {
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("the error %v does not say %q", err, words)
			}
		}
	}
}
