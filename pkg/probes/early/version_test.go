package early_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// TestVersion holds the numbers of tiny nets to those of the Version. Results are kept with the code, and
// taken as long as the Version stays: if this test fails because the numbers were meant to change, raise the
// Version and put the new numbers here.
func TestVersion(t *testing.T) {
	if early.Version != 1 {
		t.Fatalf("the numbers below are those of version 1, and the code has version %d: put the new "+
			"numbers "+
			"here", early.Version)
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	check := func(net models.Config, want []float64, got ...float64) {
		for i, value := range got {
			// float32 nets of 5 layers: sums in another order, on another processor or backend, move the
			// sixth digit, and the fifth after three steps of training.
			if len(want) != len(got) || math.Abs(value-want[i]) > 1e-3*math.Abs(value) {
				t.Errorf("the %s gives %.7g, want %.7g", net.Title(), got, want)
				break
			}
		}
	}
	for _, test := range []struct {
		net  models.Config
		want []float64 // the losses at steps 0 and 3, a gradient at step 3 with frozen statistics
	}{
		{models.Config{Net: "feedforward", Norm: norms.Center}, []float64{0.5006686, 0.4879473, -0.0974554}},
		{models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.3},
			[]float64{1.736621, 1.497386, -0.6192468}},
		{models.Config{Net: "feedforward", Activation: activations.CReLU},
			[]float64{0.4902841, 0.4556629, -0.04779059}},
	} {
		test.net.Depth, test.net.Width = 5, 8
		run, err := early.RunGrid(t.Context(), e,
			early.GridConfig{Net: test.net, Inputs: 12, Steps: []int{0, 3},
				LearningRate: 1e-3, Draw: 2, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		check(test.net, test.want, run.Losses[0], run.Losses[3], run.Frozen[1][5])
	}
	data := training.CIFAR10(&images.Data{Train: testimages.Planes(12), Test: testimages.Planes(16)})
	for _, test := range []struct {
		family string
		want   []float64 // the loss and, at step 2, both ranks and the coactivation of the second rectifier
	}{
		{"relu-bn", []float64{2.614457, 0.3252675, 0.3278316, 0.4065104}},
		{"resnet", []float64{1.341283, 0.3206311, 0.321707, 0.6072266}},
		{"ll", []float64{2.36919, 0.1749378, 0.1749378, 0.454362}},
	} {
		family, err := training.Families.Get(test.family)
		if err != nil {
			t.Fatal(err)
		}
		net := family.Net
		net.Depth, net.Width = 5, 2
		run, err := early.RunImages(t.Context(), e, early.ImagesConfig{Net: net, Batch: 4, Images: 6,
			Steps: []int{0, 2}, LearningRate: 1e-3, Seed: 3}, data)
		if err != nil {
			t.Fatal(err)
		}
		look := run.Looks[1]
		check(net, test.want, look.TrainLoss, look.Relative(), look.CoupledRelative(), look.Coactive[1])
	}
}
