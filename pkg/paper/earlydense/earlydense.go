// Package earlydense shows what becomes of the gradients of dense nets in the first steps of training:
// Figures 1 and 2 of the paper after some of the first steps of fitting a sine.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides whether what the
// paper says of gradients at initialisation goes on to hold. [Draw] draws it, and [DrawStep] one draw of a
// net at one step.
package earlydense

import (
	"context"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Config describes the nets and their training.
type Config struct {
	// Nets are the nets; their Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Inputs is M, the number of points of the grid on [-2, 2], all of which are in every batch.
	Inputs int `json:"inputs"`

	// Frequency is that of the target, sin(Frequency pi x).
	Frequency float64 `json:"frequency"`

	// Steps are the numbers of updates after which nets are looked at, from 0 on, which is the
	// initialisation.
	Steps []int `json:"steps"`

	// LearningRate is Adam's, the same for all nets.
	LearningRate float64 `json:"learning_rate"`

	// Draws is the number of draws of the weights, each trained by itself, and Seed determines them.
	Draws int    `json:"draws"`
	Seed  uint64 `json:"seed"`
}

// learningRate is the learning rate of the dense nets: of 0.001, 0.0003, 0.0001 and 0.00003 the one at which
// the net that learns most slowly learns fastest, by the mean logarithm of its training loss over the steps,
// in two draws under another seed. What gradients look like had no say.
const learningRate = 1e-4

// Paper returns the config at the paper's size: nets of 24 layers, from which on the gradients of feedforward
// nets are white, and 200 units a layer on 256 inputs. The sine has two periods over the grid.
func Paper() Config {
	return Config{
		Nets: nets(24, models.PaperWidth), Inputs: data.GridPoints, Frequency: 1,
		Steps: early.Steps(), LearningRate: learningRate, Draws: 20, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	return Config{
		Nets: nets(6, 24), Inputs: 64, Frequency: 1, Steps: []int{0, 1, 3, 10}, LearningRate: 1e-3, Draws: 2,
		Seed: 1,
	}
}

// nets returns the nets at a size: feedforward with either normalisation, as the resnets have batch
// normalisation and Figures 1 and 2 show centring; resnets; and nets of concatenated rectifiers with the
// looks-linear initialisation and without, which have 1/sqrt(2) as many units, and so as many parameters, as
// in Figure 6.
func nets(depth, width int) []models.Config {
	all := []models.Config{paper.CentredFeedforward, paper.CentredFeedforward, paper.BatchResidual(1),
		paper.BatchResidual(paper.RecommendedLow)}
	all[1].Norm = norms.Batch
	all = paper.Resized(all, depth, width)
	concatenated := models.Config{Net: "feedforward", Norm: norms.None, Depth: depth,
		Width: int(float64(width) / math.Sqrt2), Activation: activations.CReLU}
	linear := concatenated
	linear.LooksLinear, linear.Initializer = true, initializers.Orthogonal
	return append(all, linear, concatenated)
}

// Result holds the curves of the dense nets.
type Result struct {
	Config Config

	// X is the grid, M values.
	X []float64

	// Series are the nets in the order of the config, frozen before coupled statistics; without
	// normalisation, where both are one, frozen alone.
	Series []Series

	// Parts says where the curves come from.
	Parts results.Parts
}

// check checks what the probe's and the nets' own configs do not.
func (c Config) check() error {
	if c.Draws < 2 {
		return fmt.Errorf("the number of draws is %d: give at least 2, for the spread over them", c.Draws)
	}
	return paper.CheckTraining(len(c.Nets), c.Draws, c.Steps)
}

// Run fits the nets that the config describes, and takes their gradients at its steps.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	p := config.plan()
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Parts: parts}
	for i, net := range config.Nets {
		series, err := config.newSeries(net, p.draws[i])
		if err != nil {
			return nil, err
		}
		result.X, result.Series = series[0].First.X, append(result.Series, series...)
	}
	return result, nil
}

// Select returns the nets' curves for one kind of statistics, in the order of the config. Nets without
// normalisation belong to both kinds.
func (r *Result) Select(statistics norms.Statistics) []*Series {
	var found []*Series
	for i := range r.Series {
		if s := &r.Series[i]; s.Statistics == statistics || s.Norm == norms.None.Name {
			found = append(found, s)
		}
	}
	return found
}
