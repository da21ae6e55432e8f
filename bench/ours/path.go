package main

import (
	"cmp"
	"context"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
)

// Sizes of a probe of paths.
const (
	pathPairs  = 4
	pathPoints = 64
)

// pathConfig returns the config of a probe of paths between images of white noise, in a residual net of the
// paper.
func pathConfig(depth, points int) (path.Config, error) {
	config := convResidual
	config.Depth = depth
	net, err := models.New(config)
	if err != nil {
		return path.Config{}, err
	}
	images, err := rank.WhiteNoise{Seed: seed}.Minibatch(net.Input, 2*pathPairs, 0)
	if err != nil {
		return path.Config{}, err
	}
	size := len(images) / (2 * pathPairs)
	ends := make([][]float64, 2*pathPairs)
	for i, value := range images {
		ends[i/size] = append(ends[i/size], float64(value))
	}
	c := path.Config{Subject: subject.Subject{Net: net, Seed: seed}, Points: points}
	for k := range pathPairs {
		c.Pairs = append(c.Pairs, path.Pair{From: ends[2*k], To: ends[2*k+1]})
	}
	return c, nil
}

// pathJob takes the correlation of gradients against distance, under one draw of the weights.
func pathJob(e *engine.Engine, s size) (job, error) {
	config, err := pathConfig(cmp.Or(s.depth, paperDepth), cmp.Or(s.inputs, pathPoints))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, round uint64) (arrays, error) {
		config := config
		config.First = round
		correlation, err := pathCorrelation(ctx, e, config)
		return arrays{{"correlation", correlation, []int{len(correlation)}}}, err
	}, nil
}

// pathCorrelation runs the probe.
func pathCorrelation(ctx context.Context, e *engine.Engine, config path.Config) ([]float64, error) {
	result, err := path.Run(ctx, e, config)
	if err != nil {
		return nil, err
	}
	var correlation []float64
	for _, at := range result.Correlation() {
		correlation = append(correlation, at.Value)
	}
	return correlation, nil
}

// checkPath writes kernel_0, kernel_1, ..., readout, ends (pairs x 2 x the shape of an image), and the
// correlation on paths of a few points.
func checkPath(ctx context.Context, e *engine.Engine, dtype dtypes.DType, file string) error {
	const points = 8
	config, err := pathConfig(paperDepth, points)
	if err != nil {
		return err
	}
	config.DType = dtype
	correlation, err := pathCorrelation(ctx, e, config)
	if err != nil {
		return err
	}
	out, err := weights(config.Net, dtype)
	if err != nil {
		return err
	}
	var ends []float64
	for _, pair := range config.Pairs {
		ends = append(append(ends, pair.From...), pair.To...)
	}
	dims := append([]int{pathPairs, 2}, config.Net.Input...)
	return append(out, array{"ends", ends, dims},
		array{"correlation", correlation, []int{points}}).write(file)
}
