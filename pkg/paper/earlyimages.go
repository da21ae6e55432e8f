package paper

import (
	"context"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/stat"
)

// EarlyImagesConfig describes the gradients of convolutional nets early in training: what Figures 3 and 5c show, behind each of the first
// steps of training the nets of Figure 6.
type EarlyImagesConfig struct {
	// Nets are the nets; their Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Batch is the number of images in a batch of training, and Images that of the test images that nets are looked at with, the same at all
	// steps.
	Batch  int `json:"batch"`
	Images int `json:"images"`

	// Steps are the numbers of updates after which nets are looked at, from 0 on, which is the initialisation.
	Steps []int `json:"steps"`

	// LearningRate is Adam's, the same for all nets: that of Figure 6.
	LearningRate float64 `json:"learning_rate"`

	// Seeds is the number of seeds, from Seed on, each of which determines weights, order of the images and augmentation.
	Seeds int    `json:"seeds"`
	Seed  uint64 `json:"seed"`
}

// EarlyImagesPaper returns the config of nets of 24 convolutions in the widths of Figure 6, on 256 images. All training images are there, so
// that none is seen twice.
func EarlyImagesPaper() EarlyImagesConfig {
	return EarlyImagesConfig{
		Nets: earlyImagesNets(24, training.PaperWidth), Batch: 100, Images: rank.PaperBatch,
		Steps: early.Steps(), LearningRate: 1e-3, Seeds: 3, Seed: 1,
	}
}

// EarlyImagesQuick returns a config of the same shape that takes half a minute on XLA.
func EarlyImagesQuick() EarlyImagesConfig {
	return EarlyImagesConfig{
		Nets: earlyImagesNets(5, 3), Batch: 10, Images: 16, Steps: []int{0, 1, 3}, LearningRate: 1e-3, Seeds: 2, Seed: 1,
	}
}

// earlyImagesNets returns families of Figure 6 at a size: the ReLU net with batch normalisation, as the resnets have it; resnets of beta = 1 and 0.1; and
// nets of concatenated rectifiers with the looks-linear initialisation and without.
func earlyImagesNets(depth, width int) []models.Config {
	var nets []models.Config
	for _, name := range []string{"relu-bn", "resnet", "resnet", "ll", "crelu"} {
		family, err := training.Families.Get(name)
		if err != nil {
			panic(err) // the names are those of the package
		}
		net := family.Net
		net.Depth, net.Width = depth, width
		nets = append(nets, net)
	}
	nets[2].Beta = RecommendedLow
	return nets
}

// EarlyImagesResult holds the curves of the convolutional nets.
type EarlyImagesResult struct {
	Config EarlyImagesConfig

	// Series are the nets in the order of the config.
	Series []EarlyImagesSeries
}

// EarlyImagesSeries is what a convolutional net shows behind each of the steps. Curves are over seeds.
type EarlyImagesSeries struct {
	EarlyNet
	Seeds int `json:"seeds"`

	// Steps are the numbers of updates; the following curves have an entry for each.
	Steps []int `json:"steps"`

	// Loss is the training loss, in nats: the mean over the batches since the step before, as training saw them; at step 0 that of the
	// first batch.
	Loss *stats.Curve `json:"training_loss"`

	// Frozen is the relative effective rank r(D) / r(Y) of the gradients with the batch statistics held fixed, and Coupled that of gradients
	// through them. Without normalisation both are one.
	Frozen  *stats.Curve `json:"rank"`
	Coupled *stats.Curve `json:"coupled_rank"`

	// Active and Coactive are the shares of the images, and of pairs of them, at which a unit is active, averaged over the units of a
	// rectifier and then over the rectifiers.
	Active   *stats.Curve `json:"active"`
	Coactive *stats.Curve `json:"coactive"`

	// Layers is Coactive of each rectifier by itself, averaged over seeds: steps x rectifiers, from input to output.
	Layers [][]float64 `json:"coactive_layers"`

	// looks are those of each seed: claims compare within a seed.
	looks [][]early.Look
}

// EarlyImages trains the nets that the config describes, and looks at them at its steps.
func EarlyImages(ctx context.Context, e *engine.Engine, config EarlyImagesConfig, data training.Data) (*EarlyImagesResult, error) {
	if config.Seeds < 2 {
		return nil, fmt.Errorf("the number of seeds is %d: give at least 2, for the spread over them", config.Seeds)
	}
	if len(config.Steps) == 0 {
		return nil, fmt.Errorf("there are no steps: give at least two, ascending from 0, which is the initialisation")
	}
	if err := checkTraining(len(config.Nets), config.Seeds, config.Steps); err != nil {
		return nil, err
	}
	ctx = progress.Start(ctx, "Training steps", len(config.Nets)*config.Seeds*slices.Max(config.Steps))
	looks := make([][]early.Look, len(config.Nets)*config.Seeds) // net by net, so that no processor waits for the last seed of a net
	err := e.ForEach(ctx, len(looks), func(e *engine.Engine, i int) (err error) {
		looks[i], err = config.look(ctx, e, config.Nets[i/config.Seeds], config.Seed+uint64(i%config.Seeds), data)
		return err
	})
	if err != nil {
		return nil, err
	}
	result := &EarlyImagesResult{Config: config}
	for i, net := range config.Nets {
		series, err := newEarlyImagesSeries(net, config.Steps, looks[i*config.Seeds:][:config.Seeds])
		if err != nil {
			return nil, err
		}
		result.Series = append(result.Series, series)
	}
	return result, nil
}

// look trains a net from a seed, kept as a part, and returns what was seen of it.
func (c EarlyImagesConfig) look(ctx context.Context, e *engine.Engine, net models.Config, seed uint64, data training.Data) ([]early.Look, error) {
	config := early.ImagesConfig{Net: net, Batch: c.Batch, Images: c.Images, Steps: c.Steps, LearningRate: c.LearningRate, Seed: seed}
	key := struct {
		Config early.ImagesConfig
		Data   string
	}{config, data.Checksum()}
	return part(ctx, "early in training, images", net, key, slices.Max(c.Steps), func() ([]early.Look, error) {
		run, err := early.RunImages(ctx, e, config, data)
		if err != nil {
			return nil, err
		}
		return run.Looks, nil
	})
}

// newEarlyImagesSeries summarises what was seen of a net, seeds x steps.
func newEarlyImagesSeries(net models.Config, steps []int, looks [][]early.Look) (EarlyImagesSeries, error) {
	s := EarlyImagesSeries{EarlyNet: earlyNet(net), Seeds: len(looks), Steps: steps, looks: looks}
	for _, c := range []struct {
		curve    **stats.Curve
		quantity func(early.Look) float64
	}{
		{&s.Loss, trainLoss},
		{&s.Frozen, early.Look.Relative},
		{&s.Coupled, early.Look.CoupledRelative},
		{&s.Active, func(l early.Look) float64 { return stat.Mean(l.Active, nil) }},
		{&s.Coactive, func(l early.Look) float64 { return stat.Mean(l.Coactive, nil) }},
	} {
		var err error
		if *c.curve, err = stats.CurveOf(looks, c.quantity); err != nil {
			return s, err
		}
	}
	for i := range steps {
		layers := make([]float64, len(looks[0][i].Coactive))
		for seed := range looks {
			for layer, share := range looks[seed][i].Coactive {
				layers[layer] += share / float64(len(looks))
			}
		}
		s.Layers = append(s.Layers, layers)
	}
	return s, nil
}

func trainLoss(l early.Look) float64 { return l.TrainLoss }
