package main

import (
	"cmp"
	"context"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/figure2"
	"github.com/shattered-gradients/shattered/pkg/paper/figure3"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// seed determines all weights; the rounds of a warm job are draws apart.
const seed = 1

// Sizes of the paper's Figure 2.
const (
	paperDepth = 50
	paperDraws = 20
)

// The dense nets that are timed, those of Figures 1 and 2.
var (
	centred  = models.Config{Net: "feedforward", Norm: norms.Center}
	rescaled = models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.1}
)

// gradientsJob takes the input gradients of draws of a dense net.
func gradientsJob(net models.Config) func(*engine.Engine, size) (job, error) {
	return func(e *engine.Engine, s size) (job, error) {
		net.Depth = cmp.Or(s.depth, paperDepth)
		draws := cmp.Or(s.draws, paperDraws)
		return func(ctx context.Context, round uint64) (arrays, error) {
			result, err := gradients.Run(ctx, e, gradients.Config{
				Net: net, Inputs: s.inputs, Draws: draws, First: round * uint64(draws), Seed: seed,
			})
			if err != nil {
				return nil, err
			}
			return arrays{table("gradients", result.Gradients)}, nil
		}, nil
	}
}

// drawingJob draws the weights of the feedforward nets, and no more.
func drawingJob(e *engine.Engine, s size) (job, error) {
	config := centred
	config.Depth = cmp.Or(s.depth, paperDepth)
	net, err := models.New(config)
	if err != nil {
		return nil, err
	}
	draws := cmp.Or(s.draws, paperDraws)
	return func(ctx context.Context, round uint64) (arrays, error) {
		first := make([]float64, draws)
		err := e.ForEach(ctx, draws, func(e *engine.Engine, i int) error {
			draw := net.Draw(seed, round*uint64(draws)+uint64(i))
			for stage := range net.Stages {
				weights, err := draw.Stage(e.Backend(), stage, engine.DType)
				if err != nil {
					return err
				}
				for _, weight := range weights {
					weight.MustConstFlatData(func(flat any) { first[i] += float64(flat.([]float32)[0]) })
					weight.MustFinalizeAll()
				}
			}
			return nil
		})
		return arrays{{"first", first, []int{draws}}}, err
	}, nil
}

// figure2Job takes the mean autocorrelation functions of Figure 2: three nets at five depths, frozen
// statistics.
func figure2Job(e *engine.Engine, _ size) (job, error) {
	config := figure2.Paper()
	return func(ctx context.Context, round uint64) (arrays, error) {
		var curves [][]float64
		for _, net := range config.Nets {
			for _, depth := range config.Depths {
				net.Depth = depth
				result, err := gradients.Run(ctx, e, gradients.Config{
					Net: net, Inputs: config.Inputs, Draws: config.Draws, First: round * uint64(config.Draws),
					Seed: seed,
				})
				if err != nil {
					return nil, err
				}
				acf, err := stats.MeanACF(result.Gradients, gradients.MaxLag)
				if err != nil {
					return nil, err
				}
				curves = append(curves, acf.Mean)
			}
		}
		return arrays{table("acf", curves)}, nil
	}, nil
}

// figure3Job takes the activations and coactivations of Figure 3 in the two nets that the paper shows. Only
// these: the figure has the theory beside them, which takes longer and which no peer computes.
func figure3Job(e *engine.Engine, _ size) (job, error) {
	config := figure3.Paper()
	return func(ctx context.Context, round uint64) (arrays, error) {
		var active, coactive [][]float64
		for _, net := range config.Nets {
			if net.Net != "feedforward" {
				continue
			}
			found, err := activations.Run(ctx, e, activations.Config{Net: net, Inputs: config.Inputs,
				Draws: config.Draws, Seed: seed + round})
			if err != nil {
				return nil, err
			}
			for _, of := range []struct {
				shares [][]float64
				means  *[][]float64
			}{{found.Active, &active}, {found.Coactive, &coactive}} {
				curve, err := stats.SummarizeCurve(of.shares)
				if err != nil {
					return nil, err
				}
				*of.means = append(*of.means, curve.Mean)
			}
		}
		return arrays{table("active", active), table("coactive", coactive)}, nil
	}, nil
}
