// Package correlation probes how the gradients at two inputs are correlated over draws of the weights, the
// object of the paper's theorems. Definition 1: with g_i the derivative of the output with respect to a
// neuron n, at input x_i,
//
//	C(i,j) = E[g_i g_j],  R(i,j) = C(i,j) / sqrt(C(i,i) C(j,j)).
//
// The neurons are those of a_1, the state that comes into the first repeated layer, and L counts the layers
// from there to the read-out: without any layer R is 1. (The derivative with respect to the net's one input
// is another object: its path starts with weights that decide about the first activations as well, which the
// theorems exclude.)
//
// R falls like 2^-L in the theorems, and a mean of g_i g_j over draws would need 4^L draws to see it. Part of
// the expectation is therefore taken exactly. A net is f = w^T s with a read-out w ~ Normal(0, 1/N) that is
// independent of everything before it, so
//
//	E[g_i g_j | all weights but w] = (ds/dn at x_i . ds/dn at x_j) / N,
//
// which a wide net averages over its units; and the sum over all neurons n (which makes up for the one
// output, where the theorems sum over N) comes from one derivative in a random direction of a_1. These
// derivatives are carried forward through the net together with its states, and a read-out can be put after
// any layer: one run of a net of L layers serves every number up to L, as long as the layers do not depend on
// L.
//
// [Run] turns a [Config] into a [Result]; [Result.Curve] gives the correlation against depth and
// [Result.Slope] the rate at which it falls, with jackknife intervals over the draws.
package correlation

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
)

// Version is raised whenever the same config gives other numbers, beyond rounding: by a change here, or in
// what the probe is made of. Results that were kept under another version are computed anew. TestVersion
// fails when it was forgotten.
const Version = 1

// Config says which correlations to take.
type Config struct {
	// Net is the net; its Depth is the theorems' L, the number of layers between neuron and read-out, one
	// less than the number of its rectifiers. Gradients hold the batch statistics fixed: the theorems'
	// activations do not depend on other inputs. For highway nets Gamma2 = 0 means sqrt(1/L).
	Net models.Config `json:"net"`

	// Inputs is M, the number of points of an even grid on [-2, 2], and the batch of nets that normalise; 0
	// means 256.
	Inputs int `json:"inputs"`

	// Points are inputs of your own in place of the grid, in any order and at any distances; Inputs is then
	// left out.
	Points []float64 `json:"points,omitempty"`

	// Distance is the least |x_i - x_j| of the pairs of inputs that are averaged over; 0 means 1, a quarter
	// of the grid. The theorems assume that a neuron is active on both inputs of a pair for a quarter of the
	// pairs. Neighbours on a grid are not such pairs: they share most of their active neurons until the net
	// is deep.
	Distance float64 `json:"distance"`

	// Draws is the number of independent draws of the weights, at least 2: those numbered First, First+1, ...
	// under the seed.
	Draws int    `json:"draws"`
	First uint64 `json:"first,omitempty"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// DefaultDistance is the least distance of a pair of inputs unless a Config has its own.
const DefaultDistance = 1.0

// Result holds what was measured on every draw.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// X holds the M inputs, in ascending order.
	X []float64

	// Pairs is the number of pairs of inputs that are averaged over.
	Pairs int

	// draws holds, for every draw, the moments of all depths one after the other.
	draws [][]float64
	pairs pairs
}

// withDefaults fills in the defaults and checks what the net's own Config does not.
func (c Config) withDefaults() (Config, error) {
	if c.Inputs == 0 {
		c.Inputs = cmp.Or(len(c.Points), data.GridPoints)
	}
	if c.Distance == 0 {
		c.Distance = DefaultDistance
	}
	if c.Draws < 2 {
		return c, fmt.Errorf("draws is %d: give the number of draws of the weights, at least 2, for the "+
			"spread over draws", c.Draws)
	}
	span := data.GridHigh - data.GridLow
	if len(c.Points) > 0 {
		c.Points = slices.Sorted(slices.Values(c.Points))
		span = c.Points[len(c.Points)-1] - c.Points[0]
	}
	if !(c.Distance > 0 && c.Distance <= span) {
		return c, fmt.Errorf("distance is %g: the inputs of a pair are more than 0 and at most %g apart",
			c.Distance, span)
	}
	return c, nil
}

// Run takes the correlations that the config asks for. Draws run concurrently; progress is reported draw by
// draw. It returns an error when the config is wrong, the context ends, or a gradient is not finite.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	doubled, err := double(config.Net)
	if err != nil {
		return nil, err
	}
	layers := config.Net.Depth
	config.Net = doubled.Config
	config.Net.Depth = layers
	sample, err := sampling.NewFor(doubled, sampling.Config{
		Net: config.Net, Inputs: config.Inputs, Points: config.Points, Draws: config.Draws,
		First: config.First, Seed: config.Seed,
	})
	if err != nil {
		return nil, err
	}
	if err := sample.CheckResults(layers, scalars+config.Inputs); err != nil {
		return nil, err
	}
	if err := cost.Of(4, config.Inputs,
		config.Inputs).Check(fmt.Sprintf("the pairs of %d inputs", config.Inputs), "weights"); err != nil {
		return nil, fmt.Errorf("%w; give fewer inputs", err)
	}
	result := &Result{Config: config, X: sample.X, pairs: newPairs(sample.X, config.Distance),
		draws: make([][]float64, config.Draws)}
	result.Pairs = result.pairs.count
	err = sample.Each(ctx, e, engine.Request{Tap: momentsTap(result.pairs)},
		func(draw int, trace *engine.Trace) {
			result.draws[draw] = slices.Concat(trace.Taps...)
		})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// double returns the net of L layers between the neurons and the read-out, all its blocks doubled.
func double(config models.Config) (*models.Net, error) {
	switch layers := config.Depth; {
	case config.IsOwn():
		return nil, fmt.Errorf("the net %q is one as it is, and the theorems are about draws of "+
			"feedforward, residual and highway nets: "+
			"give the config of one of these", config.Net)
	case layers < 1:
		return nil, fmt.Errorf("depth is %d: give the number of layers between neuron and read-out, at "+
			"least 1", layers)
	case config.Net == "highway" && config.Gamma2 == 0:
		config.Gamma2 = math.Sqrt(1 / float64(layers))
	case config.Net != "highway" && config.Net != "feedforward" && config.Net != "residual":
		return nil, fmt.Errorf("net %q has no theorem: choose feedforward, residual or highway", config.Net)
	}
	config.Depth++ // for the rectified input layer, below the neurons
	net, err := models.New(config)
	if err != nil {
		return nil, err
	}
	config = net.Config
	if config.Branch != (models.Branch{}) {
		return nil, fmt.Errorf("branches have %s: the theorems are about those of one layer, whose weight "+
			"is fixed, leave branch out", config.Branch)
	}
	if config.Statistics != norms.Frozen {
		return nil, fmt.Errorf("statistics is %q: correlations are taken with %s statistics, where the "+
			"activations of one input do not depend on the others", config.Statistics, norms.Frozen)
	}
	if config.Activation.Outputs(config.Width) != config.Width || config.Activation.Apply == nil {
		return nil, fmt.Errorf("activation %s has several outputs a unit, or learns: choose one with a "+
			"single fixed output, whose slope can be counted", config.Activation.Name)
	}
	if _, err := config.Initializer.MatrixVariance(); err != nil {
		return nil, fmt.Errorf("paths can't be counted: %w", err)
	}
	stages := net.Stages
	stages[0].Block = below{stages[0].Block}
	stages[1].Block = source{stages[1].Block, config.Width}
	for i := 2; i < len(stages); i++ {
		stages[i].Block = tangent{Block: stages[i].Block, Activation: config.Activation,
			Feedforward: config.Net == "feedforward", Variance: config.Initializer.Variance}
	}
	return net, nil
}
