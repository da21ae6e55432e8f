// Package figure5 reproduces Figure 5 of the paper: the gradients of convolutional nets with respect to the
// images of a minibatch, and how they lose with depth what they have in common.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the paper's
// claims. [DrawMaps] and [DrawRanks] draw it.
package figure5

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Config describes Figure 5.
type Config struct {
	// Depths are the depths L in convolutions, ascending; clusters are those of the first.
	Depths []int `json:"depths"`

	// Betas are the scales of the residual branches, descending.
	Betas []float64 `json:"betas"`

	// Shortcuts are what skips do where the shape changes, which the paper leaves open: there is a resnet of
	// each beta with each of them, and claims are decided for each.
	Shortcuts []*models.Shortcut `json:"shortcuts"`

	// Width is the number of filters of the first of three stages.
	Width int `json:"width"`

	// Batch is the number of images of a minibatch, Minibatches that of the minibatches, each with its own
	// images and its own draw of the weights, and Clusters the k of k-means.
	Batch       int `json:"batch"`
	Minibatches int `json:"minibatches"`
	Clusters    int `json:"clusters"`

	// OtherShortcuts are further ones, for the table alone: in the paper's setting, on the first
	// OtherMinibatches of the minibatches.
	OtherShortcuts   []*models.Shortcut `json:"other_shortcuts"`
	OtherMinibatches int                `json:"other_minibatches"`

	// Seed determines images, weights, clusters and noise.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at the paper's size: five depths, 30 minibatches of 256 images, clusters by
// k-means with k = 10.
func Paper() Config {
	return Config{
		Depths: []int{2, 4, 10, 24, 50}, Betas: paper.Betas(),
		Shortcuts: []*models.Shortcut{models.OptionA, models.Projection},
		Width:     models.ConvWidth, Batch: rank.PaperBatch, Minibatches: 30, Clusters: rank.PaperClusters,
		OtherShortcuts: []*models.Shortcut{models.Preactivated, models.ChannelCopy}, OtherMinibatches: 10,
		Seed: 1,
	}
}

// Quick returns a config of the same shape that takes half a minute on XLA.
func Quick() Config {
	c := Paper()
	c.Depths, c.Width, c.Batch, c.Clusters = []int{2, 4, 10}, 4, 32, 4
	c.Minibatches, c.OtherMinibatches = 3, 2
	return c
}

// setting is what a group of curves has in common: normalisation, statistics, images.
type setting struct {
	norm       *norms.Norm
	statistics norms.Statistics
	source     rank.Source
}

// settings returns the paper's setting first, and then those beyond the paper that differ from it in one
// thing each: gradients that go through the batch statistics, nets without normalisation, images without
// structure.
func (c Config) settings(images rank.Source) []setting {
	return []setting{
		{norms.Batch, norms.Frozen, images},
		{norms.Batch, norms.Coupled, images},
		{norms.None, norms.Frozen, images},
		{norms.Batch, norms.Frozen, rank.WhiteNoise{Seed: c.Seed}},
	}
}

// feedforward returns the feedforward net of a setting, and residual the residual nets with a shortcut, one
// of each beta.
func (c Config) feedforward(s setting) models.Config {
	return models.Config{Net: "conv-feedforward", Norm: s.norm, Statistics: s.statistics, Width: c.Width}
}

func (c Config) residual(s setting, shortcut *models.Shortcut) []models.Config {
	var nets []models.Config
	for _, beta := range c.Betas {
		net := c.feedforward(s)
		net.Net, net.Alpha, net.Beta, net.Images.Shortcut = "conv-residual", 1, beta, shortcut
		nets = append(nets, net)
	}
	return nets
}

// rankConfig returns the probe's config for a net.
func (c Config) rankConfig(net models.Config, depths []int) rank.Config {
	return rank.Config{Net: net, Depths: depths, Batch: c.Batch, Clusters: c.Clusters, Seed: c.Seed}
}

// check checks what the probe's and the nets' own configs do not.
func (c Config) check() error {
	switch {
	case len(c.Depths) < 2:
		return fmt.Errorf("the depths are %v: give at least two, to see a change with depth", c.Depths)
	case c.Minibatches < 2:
		return fmt.Errorf("the number of minibatches is %d: give at least 2, for the spread over them (the "+
			"paper has 30)", c.Minibatches)
	case len(c.Betas) > 0 && len(c.Shortcuts) == 0:
		return fmt.Errorf("there are betas and no shortcuts: give at least one of %v",
			models.Shortcuts.Names())
	case len(c.OtherShortcuts) > 0 && (c.OtherMinibatches < 2 || c.OtherMinibatches > c.Minibatches):
		return fmt.Errorf("the number of minibatches for other shortcuts is %d: give at least 2, and at "+
			"most %d, as there are for all",
			c.OtherMinibatches, c.Minibatches)
	}
	if err := paper.Descending("betas", c.Betas); err != nil {
		return err
	}
	probes := float64(c.Minibatches) * float64(len(c.Depths))
	return cost.Steps(fmt.Sprintf("%d minibatches at %d depths", c.Minibatches, len(c.Depths)), probes,
		"probes")
}

// Result holds the maps and curves of Figure 5.
type Result struct {
	Config Config

	// Maps are the covariances and correlations of panels (a) and (b), the resnet's with the first of the
	// shortcuts.
	Maps []Map

	// Series are the curves of panel (c), those of the paper's setting first.
	Series []Series

	// Others are those of the other shortcuts, in the paper's setting.
	Others []Series

	// Parts says where the curves come from.
	Parts results.Parts
}

// Map is the covariance and the correlation of the gradients of one minibatch in one net.
type Map struct {
	paper.Variant

	// Shortcut is the name of the shortcut; empty where the net has none.
	Shortcut string

	rank.Map
}

// Run computes Figure 5 on the images of a set, such as the training set of CIFAR-10.
func Run(ctx context.Context, e *engine.Engine, config Config, set *images.Set) (*Result, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	p := config.plan(rank.NewImages(set, config.Seed))
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Parts: parts}
	for _, maps := range p.maps {
		result.Maps = append(result.Maps, *maps...)
	}
	if result.Series, err = newSeries(p.curves, config.Depths); err != nil {
		return nil, err
	}
	result.Others, err = newSeries(p.others, config.Depths)
	return result, err
}

// curve is a net with what its minibatches measure, in their order.
type curve struct {
	net      models.Config
	images   string
	measured []*[]rank.Measurement
}

// plan is the work of the figure.
type plan struct {
	*jobs.Plan
	maps           []*[]Map
	curves, others []curve
}

// plan lists the work.
func (c Config) plan(images rank.Source) *plan {
	p := &plan{Plan: jobs.NewPlan("Figure 5", kept)}
	for i, s := range c.settings(images) {
		nets := []models.Config{c.feedforward(s)}
		for _, shortcut := range c.Shortcuts {
			nets = append(nets, c.residual(s, shortcut)...)
		}
		for _, net := range nets {
			first := net.Images.Shortcut == nil || net.Images.Shortcut == c.Shortcuts[0]
			if i == 0 && first && (net.Beta == 0 || net.Beta == paper.RecommendedLow) {
				p.maps = append(p.maps, p.addMaps(c, net, s.source))
			}
			p.curves = append(p.curves, p.addCurve(c, net, s.source, c.Minibatches))
		}
	}
	own := c.settings(images)[0]
	for _, shortcut := range c.OtherShortcuts {
		for _, net := range c.residual(own, shortcut) {
			p.others = append(p.others, p.addCurve(c, net, own.source, c.OtherMinibatches))
		}
	}
	return p
}

// weight is proportional to the multiplications of a minibatch: halving the image and doubling the filters
// leaves those of a layer as they are.
func (c Config) weight(depths []int) float64 {
	layers := 0
	for _, depth := range depths {
		layers += depth
	}
	return float64(layers) * float64(c.Width*c.Width) * float64(c.Batch)
}

// netTitle names a net for readers.
func netTitle(net models.Config) string {
	return named(models.Name{Net: net.Net, Norm: net.Norm.Name, Beta: paper.BetaOf(net), Also: alsoOf(net)},
		shortcutOf(net)).Title()
}

// addMaps adds the job of the maps of the first minibatch at the smallest and the largest depth. They are
// large, and soon computed.
func (p *plan) addMaps(c Config, net models.Config, source rank.Source) *[]Map {
	probe := c.rankConfig(net, []int{c.Depths[0], c.Depths[len(c.Depths)-1]})
	spec := jobs.Spec{Name: "maps of the " + netTitle(net), Weight: c.weight(probe.Depths), Passing: true}
	return jobs.Add(p.Plan, spec, func(ctx context.Context, e *engine.Engine) ([]Map, error) {
		minibatch, err := rank.Run(ctx, e, probe, source, 0)
		if err != nil {
			return nil, err
		}
		maps, err := minibatch.Maps()
		if err != nil {
			return nil, err
		}
		named := make([]Map, len(maps))
		for i, m := range maps {
			named[i] = newMap(net, m)
		}
		return named, nil
	})
}

// newMap names a map by its net.
func newMap(net models.Config, m rank.Map) Map {
	variant := paper.Variant{Net: net.Net, Norm: net.Norm.Name, Beta: paper.BetaOf(net), Also: alsoOf(net),
		Depth: m.Depth, Width: net.Width}
	return Map{Variant: variant, Shortcut: shortcutOf(net), Map: m}
}

// key determines a minibatch's measurements.
type key struct {
	// Probe and Version name the code that matters.
	Probe   string `json:"probe"`
	Version int    `json:"version"`

	Config rank.Config `json:"config"`
	Source string      `json:"source"`
	Index  int         `json:"index"`
}

// addCurve adds the jobs of a net: its minibatches, each measured at all depths.
func (p *plan) addCurve(c Config, net models.Config, source rank.Source, minibatches int) curve {
	probe := c.rankConfig(net, c.Depths)
	measured := make([]*[]rank.Measurement, minibatches)
	for index := range measured {
		spec := jobs.Spec{
			Name: fmt.Sprintf("%s, %s statistics, %s, minibatch %d", netTitle(net), net.Statistics,
				source.Name(), index),
			Key:    key{"rank", rank.Version, probe, source.Key(), index},
			Weight: c.weight(c.Depths), Passing: !net.Registered(),
		}
		measured[index] = jobs.Add(p.Plan, spec,
			func(ctx context.Context, e *engine.Engine) ([]rank.Measurement, error) {
				minibatch, err := rank.Run(ctx, e, probe, source, uint64(index))
				if err != nil {
					return nil, err
				}
				return minibatch.Measure()
			})
	}
	return curve{net, source.Name(), measured}
}
