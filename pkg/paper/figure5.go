package paper

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data/cifar"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// Figure5Config describes Figure 5, gradients of convolutional nets with respect to images.
type Figure5Config struct {
	// Depths are the depths L in convolutions, ascending; clusters are those of the first.
	Depths []int `json:"depths"`

	// Betas are the scales of the residual branches, descending.
	Betas []float64 `json:"betas"`

	// Width is the number of filters of the first of three stages.
	Width int `json:"width"`

	// Batch is the number of images of a minibatch, Minibatches that of the minibatches, each with its own images and its own draw of the
	// weights, and Clusters the k of k-means.
	Batch       int `json:"batch"`
	Minibatches int `json:"minibatches"`
	Clusters    int `json:"clusters"`

	// Seed determines images, weights, clusters and noise.
	Seed uint64 `json:"seed"`
}

// Figure5Paper returns the config at the paper's size: five depths, 30 minibatches of 256 images, clusters by k-means with k = 10.
func Figure5Paper() Figure5Config {
	return Figure5Config{
		Depths: []int{2, 4, 10, 24, 50}, Betas: resnetBetas, Width: models.ConvWidth,
		Batch: rank.PaperBatch, Minibatches: 30, Clusters: rank.PaperClusters, Seed: 1,
	}
}

// Figure5Quick returns a config of the same shape that takes half a minute on XLA.
func Figure5Quick() Figure5Config {
	return Figure5Config{
		Depths: []int{2, 4, 10, 24}, Betas: resnetBetas, Width: 4,
		Batch: 32, Minibatches: 3, Clusters: 4, Seed: 1,
	}
}

// setting is what a group of curves has in common: normalisation, statistics, images.
type setting struct {
	norm       *norms.Norm
	statistics norms.Statistics
	source     rank.Source
}

// settings returns the paper's setting first, and then those beyond the paper that differ from it in one thing each: gradients that go
// through the batch statistics, nets without normalisation, images without structure.
func (c Figure5Config) settings(set *cifar.Set) []setting {
	images, noise := rank.NewImages(set, c.Seed), rank.WhiteNoise{Seed: c.Seed}
	return []setting{
		{norms.Batch, norms.Frozen, images},
		{norms.Batch, norms.Coupled, images},
		{norms.None, norms.Frozen, images},
		{norms.Batch, norms.Frozen, noise},
	}
}

// nets returns the nets of a setting: feedforward, and residual of each beta.
func (c Figure5Config) nets(s setting) []models.Config {
	base := models.Config{Net: "conv-feedforward", Norm: s.norm, Statistics: s.statistics, Width: c.Width}
	nets := []models.Config{base}
	for _, beta := range c.Betas {
		residual := base
		residual.Net, residual.Alpha, residual.Beta = "conv-residual", 1, beta
		nets = append(nets, residual)
	}
	return nets
}

// rankConfig returns the probe's config for a net.
func (c Figure5Config) rankConfig(net models.Config) rank.Config {
	return rank.Config{Net: net, Depths: c.Depths, Batch: c.Batch, Clusters: c.Clusters, Seed: c.Seed}
}

// Figure5Result holds the maps and curves of Figure 5.
type Figure5Result struct {
	Config Figure5Config

	// Maps are the covariances and correlations of panels (a) and (b).
	Maps []Figure5Map

	// Series are the curves of panel (c), those of the paper's setting first.
	Series []RankSeries
}

// Figure5Map is the covariance and the correlation of the gradients of one minibatch in one net.
type Figure5Map struct {
	Variant
	rank.Map
}

// Figure5 computes Figure 5 on the images of a set, such as the training set of CIFAR-10.
func Figure5(ctx context.Context, e *engine.Engine, config Figure5Config, set *cifar.Set) (*Figure5Result, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	result, settings := &Figure5Result{Config: config}, config.settings(set)
	nets := 0
	for _, s := range settings {
		nets += len(config.nets(s))
	}
	ctx = progress.Start(ctx, "Figure 5", nets*config.Minibatches)
	for i, s := range settings {
		for _, net := range config.nets(s) {
			if i == 0 && (net.Net == "conv-feedforward" || net.Beta == RecommendedLow) {
				maps, err := config.maps(ctx, e, net, s.source)
				if err != nil {
					return nil, err
				}
				result.Maps = append(result.Maps, maps...)
			}
			series, err := config.series(ctx, e, net, s.source)
			if err != nil {
				return nil, err
			}
			result.Series = append(result.Series, series)
		}
	}
	return result, nil
}

// check checks what the probe's and the nets' own configs do not.
func (c Figure5Config) check() error {
	switch {
	case len(c.Depths) < 2:
		return fmt.Errorf("the depths are %v: give at least two, to see a change with depth", c.Depths)
	case c.Minibatches < 2:
		return fmt.Errorf("the number of minibatches is %d: give at least 2, for the spread over them (the paper has 30)", c.Minibatches)
	}
	return cost.Steps(fmt.Sprintf("%d minibatches at %d depths", c.Minibatches, len(c.Depths)), float64(c.Minibatches)*float64(len(c.Depths)), "probes")
}

// maps takes the maps of the first minibatch at the smallest and the largest depth.
func (c Figure5Config) maps(ctx context.Context, e *engine.Engine, net models.Config, source rank.Source) ([]Figure5Map, error) {
	probe := c.rankConfig(net)
	probe.Depths = []int{c.Depths[0], c.Depths[len(c.Depths)-1]}
	minibatch, err := rank.Run(ctx, e, probe, source, 0)
	if err != nil {
		return nil, err
	}
	maps, err := minibatch.Maps()
	if err != nil {
		return nil, err
	}
	named := make([]Figure5Map, len(maps))
	for i, m := range maps {
		net := minibatch.Config.Net
		net.Depth = m.Depth
		named[i] = Figure5Map{Variant: variant(net), Map: m}
	}
	return named, nil
}

// series takes the curve of a net over all minibatches, several at once, each kept as a part.
func (c Figure5Config) series(ctx context.Context, e *engine.Engine, net models.Config, source rank.Source) (RankSeries, error) {
	all := make([][]rank.Measurement, c.Minibatches)
	probe := c.rankConfig(net)
	err := e.ForEach(ctx, c.Minibatches, func(e *engine.Engine, index int) error {
		key := struct {
			Config rank.Config
			Source string
			Index  int
		}{probe, source.Key(), index}
		measured, err := part(ctx, "Figure 5", net, key, 1, func() ([]rank.Measurement, error) {
			minibatch, err := rank.Run(ctx, e, probe, source, uint64(index))
			if err != nil {
				return nil, err
			}
			defer progress.Step(ctx)
			return minibatch.Measure()
		})
		all[index] = measured
		return err
	})
	if err != nil {
		return RankSeries{}, err
	}
	return newRankSeries(net, source.Name(), c.Depths, all)
}
