// Package rank probes the gradients of convolutional nets with respect to their images: the object of the
// paper's Figure 5.
//
// A [Config] names nets that differ in depth alone, and a [Source] gives minibatches of images. [Run] takes
// the gradient of each image of one minibatch in each net, under one draw of the weights, and the [Minibatch]
// that it returns knows what the figure shows: the covariance and the correlation of the gradients between
// images, ordered by a clustering of the shallowest net's gradients; their effective rank over that of white
// noise; and how much of their covariance the clusters explain.
package rank

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// Version is raised whenever the same config gives other numbers, beyond rounding: by a change here, or in
// what the probe is made of. Results that were kept under another version are computed anew. TestVersion
// fails when it was forgotten.
const Version = 1

// Defaults of a Config: the paper's minibatch and number of clusters.
const (
	PaperBatch    = 256
	PaperClusters = 10
)

// restarts and permutations are how often k-means starts, and how often clusters are shuffled to see what
// they explain by chance.
const (
	restarts     = 20
	permutations = 20
)

// Config says which nets to probe. The zero value of every field but Net and Depths is the paper's choice.
type Config struct {
	// Net is a convolutional net, or one of your own on inputs of any shape. Its Depth is not used.
	Net models.Config `json:"net"`

	// Depths are the depths L, ascending. Clusters are those of the first. A net of your own is one net as
	// it is: none are given for it, and its results have that of its config.
	Depths []int `json:"depths"`

	// Batch is the number of images of a minibatch; 0 means PaperBatch.
	Batch int `json:"batch"`

	// Clusters is the k of k-means; 0 means PaperClusters.
	Clusters int `json:"clusters"`

	// Seed determines weights, clusters, noise and permutations; which images a minibatch has is the
	// Source's.
	Seed uint64 `json:"seed"`
}

// withDefaults fills in the defaults and checks what the nets' own configs do not.
func (c Config) withDefaults() (Config, error) {
	if c.Batch == 0 {
		c.Batch = PaperBatch
	}
	if c.Clusters == 0 {
		c.Clusters = PaperClusters
	}
	if c.Net.IsOwn() {
		if len(c.Depths) > 0 {
			return c, fmt.Errorf("the depths are %v for the net %q, which is one net as it is: leave them "+
				"out", c.Depths, c.Net.Net)
		}
		c.Depths = []int{c.Net.Depth}
	}
	if len(c.Depths) == 0 {
		return c, fmt.Errorf("there are no depths: give at least one, such as 2 (the paper has 2, 4, 10, " +
			"24 and 50)")
	}
	for i, depth := range c.Depths {
		if i > 0 && depth <= c.Depths[i-1] {
			return c, fmt.Errorf("the depths are %v: give them ascending, because the clusters are those "+
				"of the first", c.Depths)
		}
	}
	if c.Clusters < 1 || c.Clusters > c.Batch {
		return c, fmt.Errorf("%d clusters of %d images: give at least 1 and at most one for each image",
			c.Clusters, c.Batch)
	}
	return c, nil
}

// Minibatch holds the gradients of one minibatch of images.
type Minibatch struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Index is the number of the minibatch, which is also that of the draw of the weights.
	Index uint64

	// Gradients holds for each depth a matrix with a row for each image: the gradient of the sum of the
	// outputs with respect to the image, in row-major order of height, width and channel. It is the transpose
	// of the paper's D.
	Gradients []*mat.Dense

	// Labels are the clusters of the images, from the largest to the smallest, by the gradients of the first
	// depth.
	Labels []int

	grams []*mat.SymDense
}

// What the random numbers of a minibatch are for, the first step of their path after the seed. The weights'
// paths are longer.
const (
	clusterStream = iota
	noiseStream
	permutationStream
)

// Run takes the gradients of minibatch number index of the source under draw number index of the weights. It
// returns an error when the config is wrong, the context ends, or a gradient is not finite.
func Run(ctx context.Context, e *engine.Engine, config Config, source Source,
	index uint64) (*Minibatch, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &Minibatch{Config: config, Index: index}
	for _, depth := range config.Depths {
		config.Net.Depth = depth
		net, err := models.New(config.Net)
		if err != nil {
			return nil, err
		}
		if net.TakesNumbers() == nil {
			return nil, fmt.Errorf("%v does not take images: choose a convolutional net, conv-feedforward "+
				"or conv-residual, or one of your own", net)
		}
		m.Config.Net = net.Config
		if err := net.CheckMemory(config.Batch, 4, 1, 1); err != nil {
			return nil, err
		}
		if err := cost.Of(8, config.Batch,
			config.Batch).Check(fmt.Sprintf("the products of %d gradients", config.Batch),
			"numbers"); err != nil {
			return nil, fmt.Errorf("%w; choose a smaller batch", err)
		}
		images, err := source.Minibatch(net.Input, config.Batch, index)
		if err != nil {
			return nil, err
		}
		rows, err := gradients(ctx, e, net, net.Draw(config.Seed, index), images)
		if err != nil {
			return nil, err
		}
		m.Gradients = append(m.Gradients, rows)
		m.grams = append(m.grams, stats.Gram(rows))
	}
	if !m.Config.Net.IsOwn() {
		m.Config.Net.Depth = 0
	}
	m.Labels, err = stats.KMeans(m.grams[0], config.Clusters, restarts,
		random.Stream(config.Seed, clusterStream, index))
	return m, err
}

// gradients returns the gradient of each image as a row.
func gradients(ctx context.Context, e *engine.Engine, net *models.Net, weights models.Weights,
	images []float32) (*mat.Dense, error) {
	size := 1
	for _, dim := range net.Input {
		size *= dim
	}
	n := len(images) / size
	batch := tensors.FromFlatDataAndDimensions(images, append([]int{n}, net.Input...)...)
	defer batch.MustFinalizeAll()
	trace, err := e.RunFinite(ctx, engine.Request{Net: net, Weights: weights, Inputs: batch, Gradient: true})
	if err != nil {
		return nil, err
	}
	return mat.NewDense(n, size, trace.Gradient), nil
}
