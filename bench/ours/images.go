package main

import (
	"cmp"
	"context"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
)

// The nets of images that are timed, two of Figure 5.
var (
	convFeedforward = models.Config{Net: "conv-feedforward", Norm: norms.Batch}
	convResidual    = models.Config{Net: "conv-residual", Norm: norms.Batch, Beta: 0.1}
)

// imageGradientsJob takes the gradients of a net of images with respect to a minibatch of white noise, the
// same in every round, under one draw of the weights.
func imageGradientsJob(config models.Config) func(*engine.Engine, size) (job, error) {
	return func(e *engine.Engine, s size) (job, error) {
		config.Depth = cmp.Or(s.depth, paperDepth)
		inputs := cmp.Or(s.inputs, rank.PaperBatch)
		net, err := models.New(config)
		if err != nil {
			return nil, err
		}
		images, err := rank.WhiteNoise{Seed: seed}.Minibatch(net.Input, inputs, 0)
		if err != nil {
			return nil, err
		}
		dims := append([]int{inputs}, net.Input...)
		return func(ctx context.Context, round uint64) (arrays, error) {
			batch := tensors.FromFlatDataAndDimensions(images, dims...)
			defer batch.MustFinalizeAll()
			trace, err := e.Run(ctx,
				engine.Request{Net: net, Weights: net.Draw(seed, round), Inputs: batch, Gradient: true})
			if err != nil {
				return nil, err
			}
			return arrays{{"gradient", trace.Gradient, dims}}, nil
		}, nil
	}
}
