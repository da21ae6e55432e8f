// Package earlyimages shows what becomes of the gradients of convolutional nets in the first steps of
// training: what Figures 3 and 5c of the paper show, after some of the first steps of training the nets of
// Figure 6.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides whether what the
// paper says of nets at initialisation goes on to hold. [Draw] draws it.
package earlyimages

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/stat"
)

// Config describes the nets and their training.
type Config struct {
	// Nets are the nets; their Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Batch is the number of images in a batch of training, and Images that of the test images that nets are
	// looked at with, the same at all steps.
	Batch  int `json:"batch"`
	Images int `json:"images"`

	// Steps are the numbers of updates after which nets are looked at, from 0 on, which is the
	// initialisation.
	Steps []int `json:"steps"`

	// LearningRate is Adam's, the same for all nets: that of Figure 6.
	LearningRate float64 `json:"learning_rate"`

	// Seeds is the number of seeds, from Seed on, each of which determines weights, order of the images and
	// augmentation.
	Seeds int    `json:"seeds"`
	Seed  uint64 `json:"seed"`
}

// Paper returns the config of nets of 24 convolutions in the widths of Figure 6, on 256 images. All training
// images are there, so that none is seen twice.
func Paper() Config {
	return Config{
		Nets: nets(24, training.PaperWidth), Batch: 100, Images: rank.PaperBatch,
		Steps: early.Steps(), LearningRate: 1e-3, Seeds: 10, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes half a minute on XLA.
func Quick() Config {
	return Config{
		Nets: nets(5, 3), Batch: 10, Images: 16, Steps: []int{0, 1, 3}, LearningRate: 1e-3, Seeds: 2,
		Seed: 1,
	}
}

// nets returns families of Figure 6 at a size: the ReLU net with batch normalisation, as the resnets have it;
// resnets of beta = 1 and 0.1; and nets of concatenated rectifiers with the looks-linear initialisation and
// without.
func nets(depth, width int) []models.Config {
	var all []models.Config
	for _, name := range []string{"relu-bn", "resnet", "resnet", "ll", "crelu"} {
		family, err := training.Families.Get(name)
		if err != nil {
			panic(err) // the names are those of the package
		}
		net := family.Net
		net.Depth, net.Width = depth, width
		all = append(all, net)
	}
	all[2].Beta = paper.RecommendedLow
	return all
}

// Result holds the curves of the convolutional nets.
type Result struct {
	Config Config

	// Series are the nets in the order of the config.
	Series []Series

	// Parts says where the curves come from.
	Parts results.Parts
}

// Series is what a convolutional net shows after each of the steps. Curves are over seeds.
type Series struct {
	paper.EarlyNet

	// Seeds is the number of seeds, each with its own weights and order of the images.
	Seeds int `json:"seeds" jsonschema:"minimum=2"`

	// Steps are the numbers of updates; the following curves have an entry for each.
	Steps []int `json:"steps" jsonschema:"minItems=2,minimum=0"`

	// Loss is the training loss, in nats: the mean over the batches since the step before, as training saw
	// them; at step 0 that of the first batch.
	Loss *stats.Curve `json:"training_loss"`

	// Frozen is the relative effective rank r(D) / r(Y) of the gradients with the batch statistics held
	// fixed, and Coupled that of gradients through them. Without normalisation both are one.
	Frozen  *stats.Curve `json:"rank"`
	Coupled *stats.Curve `json:"coupled_rank"`

	// Active and Coactive are the shares of the images, and of pairs of them, at which a unit is active,
	// averaged over the units of a rectifier and then over the rectifiers.
	Active   *stats.Curve `json:"active"`
	Coactive *stats.Curve `json:"coactive"`

	// Layers is Coactive of each rectifier by itself, averaged over seeds: steps x rectifiers, from input to
	// output.
	Layers [][]float64 `json:"coactive_layers"`

	// looks are those of each seed: claims compare within a seed.
	looks [][]early.Look
}

// check checks what the probe's and the nets' own configs do not.
func (c Config) check() error {
	if c.Seeds < 2 {
		return fmt.Errorf("the number of seeds is %d: give at least 2, for the spread over them", c.Seeds)
	}
	return paper.CheckTraining(len(c.Nets), c.Seeds, c.Steps)
}

// Run trains the nets that the config describes, and looks at them at its steps.
func Run(ctx context.Context, e *engine.Engine, config Config, data training.Data) (*Result, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	p := config.plan(data)
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Parts: parts}
	for i, net := range config.Nets {
		series, err := newSeries(net, config.Steps, p.looks[i])
		if err != nil {
			return nil, err
		}
		result.Series = append(result.Series, series)
	}
	return result, nil
}

// plan is the work: what is seen of the nets, nets x seeds x steps.
type plan struct {
	*jobs.Plan
	looks [][]*[]early.Look
}

// plan lists the work.
func (c Config) plan(data training.Data) *plan {
	p := &plan{Plan: jobs.NewPlan("early training of convolutional nets", kept)}
	for _, net := range c.Nets {
		var looks []*[]early.Look
		for i := range c.Seeds {
			looks = append(looks, c.add(p.Plan, net, i, data))
		}
		p.looks = append(p.looks, looks)
	}
	return p
}

// add adds the training of a net with the seed of that index to the plan, and returns where what is seen of
// it will be.
func (c Config) add(plan *jobs.Plan, net models.Config, i int, data training.Data) *[]early.Look {
	probe := c.run(net, i)
	again := probe
	looks, steps := paper.LooksAlike(net, c.Steps, lastAlike)
	again.Steps = steps
	compute := func(probe early.ImagesConfig) func(context.Context, *engine.Engine) ([]early.Look, error) {
		return func(ctx context.Context, e *engine.Engine) ([]early.Look, error) {
			run, err := early.RunImages(ctx, e, probe, data)
			if err != nil {
				return nil, err
			}
			return run.Looks, nil
		}
	}
	return jobs.AddCompared(plan, c.spec(net, i, data), compute(probe), jobs.Compared[[]early.Look]{
		Of:     func(all []early.Look) any { return all[:looks] },
		Again:  compute(again),
		Weight: paper.TrainingWeight(net, c.Batch, again.Steps),
	})
}

// run returns the probe's config for a net and the seed of that index.
func (c Config) run(net models.Config, i int) early.ImagesConfig {
	return early.ImagesConfig{Net: net, Batch: c.Batch, Images: c.Images, Steps: c.Steps,
		LearningRate: c.LearningRate, Seed: c.Seed + uint64(i)}
}

// spec describes the job of a net and the seed of that index.
func (c Config) spec(net models.Config, i int, data training.Data) jobs.Spec {
	probe := c.run(net, i)
	return jobs.Spec{
		Name:   fmt.Sprintf("%s, seed %d", paper.NewEarlyNet(net).Title(), probe.Seed),
		Key:    paper.Key{Probe: "early", Version: early.Version, Config: probe, Data: data.Checksum()},
		Weight: paper.TrainingWeight(net, c.Batch, c.Steps), Passing: !net.Registered(),
	}
}

// newSeries summarises what was seen of a net, seeds x steps.
func newSeries(net models.Config, steps []int, seen []*[]early.Look) (Series, error) {
	s := Series{EarlyNet: paper.NewEarlyNet(net), Seeds: len(seen), Steps: steps}
	for _, looks := range seen {
		s.looks = append(s.looks, *looks)
	}
	looks := s.looks
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
