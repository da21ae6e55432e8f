package early_test

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/mat"
)

// specks implements training.Data with images of noise, whose labels follow from their brightness.
type specks struct{ size, test int }

func (s specks) Shape() training.Shape {
	return training.Shape{Height: s.size, Width: s.size, Channels: 3, Classes: 2}
}
func (s specks) Checksum() string { return fmt.Sprint(s) }

func (s specks) Training(_, batch int, seed uint64) (training.Dataset, error) {
	return &specksDataset{specks: s, batch: batch, seed: seed}, nil
}

func (s specks) Test(images, batch int) (train.Dataset, error) {
	if images == 0 {
		images = s.test
	}
	return &specksDataset{specks: s, batch: min(images, batch), seed: 1 << 40, ends: true}, nil
}

type specksDataset struct {
	specks
	batch, start int
	seed         uint64
	ends         bool
}

func (d *specksDataset) Name() string        { return "specks" }
func (d *specksDataset) EpochSteps() int     { return 100 }
func (d *specksDataset) Seek(step int) error { d.start = step; return nil }

func (d *specksDataset) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for t := d.start; (!d.ends || t < 1) && yield(d.at(t), nil); t++ {
		}
	}
}

func (d *specksDataset) at(t int) train.Batch {
	rng, size := random.Stream(d.seed, uint64(t)), d.size*d.size*3
	pixels, labels := make([]float32, d.batch*size), make([]int32, d.batch)
	for i := range labels {
		labels[i] = int32(rng.IntN(2))
		for k := range size {
			pixels[i*size+k] = float32(rng.NormFloat64()) + float32(labels[i])
		}
	}
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(pixels, d.batch, d.size, d.size, 3)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(labels, d.batch, 1)},
	}
}

// onSpecks returns a config of a family that runs in a moment on specks of 8 x 8 pixels.
func onSpecks(t *testing.T, family string) early.ImagesConfig {
	t.Helper()
	net, err := training.Net(family, 5, 3, specks{size: 8}.Shape())
	if err != nil {
		t.Fatal(err)
	}
	return early.ImagesConfig{Net: net.Config, Batch: 6, Images: 10, Steps: []int{0, 1, 4},
		LearningRate: 0.01, Seed: 3}
}

// TestImagesTrainLikeARunner compares losses with those of package training's Runner: the probe sees the nets
// of Figure 6.
func TestImagesTrainLikeARunner(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, family := range []string{"resnet", "ll"} {
		run, err := early.RunImages(t.Context(), e, onSpecks(t, family), specks{8, 20})
		if err != nil {
			t.Fatal(err)
		}
		runner := training.Runner{Backend: e.Backend(), Data: specks{8, 20}}
		want, err := runner.Run(t.Context(), training.Config{
			Family: family, Depth: 5, Width: 3, Seed: 3,
			Budget:    training.Budget{Steps: 4, Batch: 6, EvalEvery: 1},
			Optimizer: training.Optimizer{LearningRate: 0.01},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, point := range want.Curve {
			// the same float32 steps; only the mean over one batch is added
			if math.Abs(run.Losses[i]/point.TrainLoss-1) > 1e-6 {
				t.Errorf("%s: the loss of batch %d is %g, the runner's %g", family, i, run.Losses[i],
					point.TrainLoss)
			}
		}
		losses := run.Losses
		for i, want := range []float64{losses[0], losses[0], (losses[1] + losses[2] + losses[3]) / 3} {
			if got := run.Looks[i].TrainLoss; math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: the training loss of look %d is %g, want %g", family, i, got, want)
			}
		}
	}
}

// TestImagesMeasurements compares step 0 with gonum's singular values and with pairs of images counted one by
// one.
func TestImagesMeasurements(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config, data := onSpecks(t, "relu"), specks{8, 20}
	run, err := early.RunImages(t.Context(), e, config, data)
	if err != nil {
		t.Fatal(err)
	}
	net, err := models.New(config.Net)
	if err != nil {
		t.Fatal(err)
	}
	batch := (&specksDataset{specks: data, batch: 10, seed: 1 << 40}).at(0)
	trace, err := e.Run(t.Context(),
		engine.Request{Net: net, Weights: net.Draw(3, 0), Inputs: batch.Inputs[0], Gradient: true,
			Tap: engine.Preactivations})
	if err != nil {
		t.Fatal(err)
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(10, 192, trace.Gradient), mat.SVDNone) {
		t.Fatal("no singular values")
	}
	squares, values := 0.0, svd.Values(nil)
	for _, v := range values {
		squares += v * v
	}
	look := run.Looks[0]
	// float32 gradients
	if want := squares / (values[0] * values[0]); math.Abs(look.Rank/want-1) > 1e-6 ||
		look.CoupledRank != look.Rank {
		t.Errorf("the effective rank is %g and %g, from singular values %g", look.Rank, look.CoupledRank,
			want)
	}
	for layer, argument := range trace.Taps {
		units := len(argument) / 10
		active, coactive := 0, 0
		for unit := range units {
			for i := range 10 {
				if argument[i*units+unit] <= 0 {
					continue
				}
				active++
				for j := range i {
					if argument[j*units+unit] > 0 {
						coactive++
					}
				}
			}
		}
		if want := float64(active) / float64(10*units); math.Abs(look.Active[layer]-want) > 1e-12 {
			t.Errorf("layer %d: the share of active images is %g, want %g", layer, look.Active[layer], want)
		}
		if want := float64(coactive) / float64(45*units); math.Abs(look.Coactive[layer]-want) > 1e-12 {
			t.Errorf("layer %d: the share of co-active pairs is %g, want %g", layer, look.Coactive[layer],
				want)
		}
	}
}

// TestImagesRanks: a net that starts out linear has one gradient for all images, of effective rank 1; batch
// statistics tell frozen from coupled; and noise of 10 rows of 192 values has an effective rank between a
// half of 10 and 10 (its largest singular value is near (sqrt 10 + sqrt 192)^2 = 290, of a sum of squares
// near 1920).
func TestImagesRanks(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	linear, err := early.RunImages(t.Context(), e, onSpecks(t, "ll"), specks{8, 20})
	if err != nil {
		t.Fatal(err)
	}
	if rank := linear.Looks[0].Rank; math.Abs(rank-1) > 1e-5 { // float32
		t.Errorf("a linear net's gradients have the effective rank %g", rank)
	}
	if linear.Looks[2].Rank < 1.0001 {
		t.Errorf("after 4 steps the net is still linear, of rank %g", linear.Looks[2].Rank)
	}
	resnet, err := early.RunImages(t.Context(), e, onSpecks(t, "resnet"), specks{8, 20})
	if err != nil {
		t.Fatal(err)
	}
	if look := resnet.Looks[0]; look.Rank == look.CoupledRank {
		t.Errorf("frozen and coupled gradients have one rank, %g", look.Rank)
	}
	look := resnet.Looks[2]
	if look.WhiteRank < 5 || look.WhiteRank > 10 {
		t.Errorf("white noise has the effective rank %g", look.WhiteRank)
	}
	if look.Relative() != look.Rank/look.WhiteRank ||
		look.CoupledRelative() != look.CoupledRank/look.WhiteRank {
		t.Errorf("relative ranks %g and %g of %+v", look.Relative(), look.CoupledRelative(), look)
	}
}

func TestImagesConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, change := range map[string]func(*early.ImagesConfig){
		"the steps are [5 1]":     func(c *early.ImagesConfig) { c.Steps = []int{5, 1} },
		"the learning rate is -1": func(c *early.ImagesConfig) { c.LearningRate = -1 },
		"1 images to look with":   func(c *early.ImagesConfig) { c.Images = 1 },
		"does not take images": func(c *early.ImagesConfig) {
			c.Net = models.Config{Net: "feedforward",
				Depth: 3}
		},
		"depth is 0": func(c *early.ImagesConfig) { c.Net.Depth = 0 },
	} {
		config := onSpecks(t, "relu")
		change(&config)
		if _, err := early.RunImages(t.Context(), e, config, specks{8, 20}); err == nil ||
			!strings.Contains(err.Error(), words) {
			t.Errorf("the error %v does not say %q", err, words)
		}
	}
}
