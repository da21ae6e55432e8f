package training_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// TestProbeLooksAsPackageEarly compares what a run sees of its net at the beginning, after epochs 1 and 3
// and at the end with what package early sees of the same net in the same training; and finds that looking
// leaves the weights as they are without.
func TestProbeLooksAsPackageEarly(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	backend := testbackend.Open(t)
	for _, family := range []string{"resnet", "ll"} {
		c := config(family, 4, 0, 3)
		c.Budget.Epochs, c.Budget.Steps = 5, 0
		var without, with string
		plain := &training.Runner{Backend: backend, Data: small}
		weights(plain, 20, &without)
		if result, err := plain.Run(t.Context(), c); err != nil || result.Looks != nil {
			t.Fatalf("a run without a probe: %v, %v", result.Looks, err)
		}
		c.Probe = training.Probe{Minibatches: 2, Images: 7}
		probed := &training.Runner{Backend: backend, Data: small}
		weights(probed, 20, &with)
		result, err := probed.Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if with != without {
			t.Errorf("%s: looking changes the training", family)
		}
		net, err := training.Net(family, 4, 2, small.Shape())
		if err != nil {
			t.Fatal(err)
		}
		steps := []int{0, 4, 12, 20}
		run, err := early.RunImages(t.Context(), engine.New(backend), early.ImagesConfig{
			Net: net.Config, Batch: 8, Images: 7, Steps: steps, LearningRate: 0.01, Seed: 3,
		}, small)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Looks) != len(steps) {
			t.Fatalf("%s: %d looks, want %d", family, len(result.Looks), len(steps))
		}
		for i, look := range result.Looks {
			if look.Step != steps[i] || look.Epoch != float64(steps[i])/4 || len(look.Minibatches) != 2 ||
				look.Reason != "" {
				t.Fatalf("%s: look %d is %+v", family, i, look)
			}
			got, want, other := look.Minibatches[0], run.Looks[i], look.Minibatches[1]
			for what, values := range map[string][2]float64{
				"rank": {got.Rank, want.Rank}, "coupled rank": {got.CoupledRank, want.CoupledRank},
				"correlation":         {*got.Correlation, *want.Correlation},
				"coupled correlation": {*got.CoupledCorrelation, *want.CoupledCorrelation},
			} {
				if math.Abs(values[0]-values[1]) > 1e-5*math.Abs(values[1]) { // the same float32 steps
					t.Errorf("%s: %s of look %d is %g, package early's %g", family, what, i, values[0],
						values[1])
				}
			}
			if !slices.Equal(got.Active, want.Active) || !slices.Equal(got.Coactive, want.Coactive) {
				t.Errorf("%s: activity of look %d is %v and %v, package early's %v and %v", family, i,
					got.Active, got.Coactive, want.Active, want.Coactive)
			}
			if slices.Equal(got.Active, other.Active) || other.WhiteRank == got.WhiteRank {
				t.Errorf("%s: the two minibatches of look %d are one", family, i)
			}
		}
		// A net that starts out linear has one gradient for all images.
		if first := *result.Looks[0].Minibatches[0].Correlation; family == "ll" && math.Abs(first-1) > 1e-5 {
			t.Errorf("gradients of a linear net have the correlation %g", first)
		}
	}
}

// A family whose gradients are 0.
var _ = training.Families.Register("own-flat", training.Family{Title: "flat", Net: models.Config{
	Net: "conv-feedforward",
	Activation: &activations.Activation{Name: "flat",
		Apply: func(x *graph.Node) *graph.Node { return graph.MulScalar(x, 0) }},
}})

// TestProbeOfNothing looks at a net that has no structure to be seen: the run continues, and its record says
// why.
func TestProbeOfNothing(t *testing.T) {
	c := config("own-flat", 3, 6, 1)
	c.Probe = training.Probe{Minibatches: 2, Images: 5}
	result, err := runner(t, "").Run(t.Context(), c)
	if err != nil || result.Status != training.Finished {
		t.Fatalf("%+v, %v", result, err)
	}
	var steps []int
	for _, look := range result.Looks {
		steps = append(steps, look.Step)
		if look.Minibatches != nil || !strings.Contains(look.Reason, "have no effective rank") {
			t.Errorf("look %+v", look)
		}
	}
	if fmt.Sprint(steps) != "[0 4 6]" {
		t.Errorf("looks at steps %v", steps)
	}
}

func TestProbeWantsEnoughImages(t *testing.T) {
	r := runner(t, "")
	r.Data = training.CIFAR10(&images.Data{Train: testimages.Noise(24, 1, 0),
		Test: testimages.Noise(16, 1, 1)})
	c := config("relu", 3, 3, 1)
	c.Probe = training.Probe{Minibatches: 3, Images: 6}
	if _, err := r.Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "18 images") ||
		strings.Contains(err.Error(), "\n") {
		t.Errorf("a probe of 18 of 16 images gives %v", err)
	}
}
