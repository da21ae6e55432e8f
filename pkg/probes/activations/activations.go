// Package activations probes which rectifiers of a net are on for which inputs, over a grid of
// one-dimensional inputs and over draws of the weights: the object of the paper's Figures 3 and 4.
//
// A unit is active at an input where the argument of its rectifier, after normalisation, is above 0. [Run]
// turns a [Config] into a [Result]: for every draw and layer the share of inputs at which a unit is active
// and the share of pairs of inputs at both of which it is, averaged over the layer's units. The theorems
// assume 1/2 and 1/4, which independent coin flips would give. [Rasters] returns the whole pattern of one
// layer, unit by input, as a [Raster] that knows its histograms.
package activations

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
)

// Version is raised whenever the same config gives other numbers, beyond rounding: by a change here, or in
// what the probe is made of. Results that were kept under another version are computed anew. TestVersion
// fails when it was forgotten.
const Version = 1

// Config says which nets to look into. The zero value of every field but Net and Draws is the paper's choice.
type Config = sampling.Config

// Result holds the shares of all draws.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Active is the share of the M inputs at which a unit is active, averaged over the units of a layer:
	// draws x layers, layer 1 being the first rectifier.
	Active [][]float64

	// Coactive is the share of the M (M-1) / 2 pairs of distinct inputs at both of which a unit is active,
	// averaged likewise. It is exact: a unit active at c inputs is so at c (c-1) / 2 pairs.
	Coactive [][]float64
}

// gates is 1 where a unit is active and 0 where it is not, [inputs, units]. Where the signal left the range
// of its numbers it is NaN, so that an overflow can't pass for an inactive unit. It is a graph-building
// function and panics on errors.
func gates(r models.Rectifier) *graph.Node {
	argument := r.Argument
	open := graph.GreaterThan(argument, graph.ScalarZero(argument.Graph(), argument.DType()))
	nan := graph.Scalar(argument.Graph(), argument.DType(), math.NaN())
	return graph.Where(graph.IsFinite(argument), graph.ConvertDType(open, argument.DType()), nan)
}

// gateTap observes the gates themselves.
var gateTap = &engine.Tap{Graph: gates}

// Counts observes at how many of the inputs each unit is active, one number a unit; in a net of images a unit
// is a filter at a position. In float32 these sums of ones are exact up to 2^24 inputs. [Shares] makes shares
// of them.
var Counts = &engine.Tap{Graph: func(r models.Rectifier) *graph.Node { return graph.ReduceSum(gates(r), 0) }}

// Run counts activations and coactivations as the config asks. Units are counted on the device, so that only
// one number a unit leaves it. It returns an error when the config is wrong, the context ends, or the net's
// signal overflows.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	sample, rectifiers, err := newSample(config)
	if err != nil {
		return nil, err
	}
	if err := sample.CheckResults(2, len(rectifiers)); err != nil {
		return nil, err
	}
	result := &Result{
		Config: sample.Config,
		Active: make([][]float64, config.Draws), Coactive: make([][]float64, config.Draws),
	}
	err = sample.Each(ctx, e, engine.Request{Tap: Counts}, func(draw int, trace *engine.Trace) {
		for _, counts := range trace.Taps {
			active, coactive := Shares(counts, sample.Config.Inputs)
			result.Active[draw] = append(result.Active[draw], active)
			result.Coactive[draw] = append(result.Coactive[draw], coactive)
		}
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// newSample makes a config's sample, and returns how many units each rectifier of its net has.
func newSample(config Config) (*sampling.Sample, []int, error) {
	sample, err := sampling.New(config)
	if err != nil {
		return nil, nil, err
	}
	rectifiers, err := sample.Net.Rectifiers()
	if err == nil && len(rectifiers) == 0 {
		err = fmt.Errorf("%v shows no rectifiers to look at: make it of blocks that have some, or see "+
			"models.Watch", sample.Net)
	}
	return sample, rectifiers, err
}

// Shares returns the share of inputs at which a unit is active, and of pairs of distinct inputs at both of
// which it is, averaged over units: the means of c/m and c(c-1)/(m(m-1)), for the number c of the m inputs at
// which each is active.
func Shares(counts []float64, m int) (active, coactive float64) {
	inputs := float64(m)
	for _, c := range counts {
		active += c / inputs
		coactive += c * (c - 1) / (inputs * (inputs - 1))
	}
	units := float64(len(counts))
	return active / units, coactive / units
}
