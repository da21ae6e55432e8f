// Package alignment probes how far the gradients of a minibatch's examples agree: those with respect to the
// weights, which training adds up, beside those with respect to the inputs, which the rest of this project
// looks at.
//
// g_i is the gradient of example i's number (its loss, say), a vector over all weights. Their cosines
//
//	cos(i,j) = g_i . g_j / (|g_i| |g_j|)
//
// tell whether a step for one example helps another. The least of them, and the largest of -g_i . g_j (where
// that is above 0), measure how much gradients confuse training (Sankararaman et al., 2020, "The impact of
// neural network overparameterization on gradient confusion and stochastic gradient descent"). The effective
// rank is that of the paper's Figure 5c, r(D) = tr(D^T D) / ||D||_2^2 of the matrix D with the g_i as
// columns: 1 where all are multiples of one, and their number where none has to do with another.
//
// The examples of a minibatch run as one batch, whose statistics a batch normalisation takes; gradients hold
// them fixed (norms.Frozen).
//
// # Memory
//
// For M examples, inputs of D values and a largest stage of P weights, a minibatch in flight holds
//
//	8 M P (the gradients of one stage) + 8 M D (those with respect to the inputs) + 16 M^2 (products) bytes
//
// beside what the engine holds for M inputs (see pkg/engine): the products of gradients with respect to all
// weights are the sums over stages of those of each stage, which is why one stage's are held at a time (those
// of weights that several stages share, from the last of these to the first). As many minibatches are in
// flight as there are processors; what remains of one are eight numbers.
package alignment

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Minibatch are some examples.
type Minibatch struct {
	// Inputs are M inputs, one after the other, each in row-major order.
	Inputs []float64

	// Labels are the classes of the examples, for the gradient of the loss; nil, or a negative one, for the
	// class that the net itself gives.
	Labels []int
}

// Config says which gradients to take.
type Config struct {
	subject.Subject

	// Scalar is the number that is differentiated; the zero value is the sum of the outputs, and what
	// training goes by is subject.Loss.
	Scalar subject.Scalar `json:"output"`

	// Minibatches are the minibatches, all of one size M of at least 2.
	Minibatches []Minibatch `json:"-"`
}

// Agreement tells how far gradients agree.
type Agreement struct {
	// MeanCosine is the mean of cos(i,j) over pairs of different examples, LeastCosine the least of them.
	MeanCosine  subject.Estimate `json:"mean_cosine"`
	LeastCosine subject.Estimate `json:"least_cosine"`

	// Confusion is the largest of -g_i . g_j, at least 0.
	Confusion subject.Estimate `json:"confusion"`

	// Rank is the effective rank, from 1 to M.
	Rank subject.Estimate `json:"effective_rank"`
}

// Result holds what was measured, averaged over minibatches and draws.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Examples is M.
	Examples int

	// Weights tells of gradients with respect to the weights, Inputs of those with respect to the inputs.
	Weights, Inputs Agreement
}

// WithDefaults fills in the defaults and checks the config. It returns the number of examples of a minibatch
// too.
func (c Config) WithDefaults() (checked Config, examples int, err error) {
	if c.Subject, err = c.Subject.WithDefaults(); err != nil {
		return c, 0, err
	}
	if err := c.Scalar.Check(c.Net); err != nil {
		return c, 0, err
	}
	if c.Net.Config.Statistics == norms.Coupled {
		return c, 0, fmt.Errorf("statistics is %q: an example's gradient is that of its own loss, so hold "+
			"the batch statistics fixed (%s)", norms.Coupled, norms.Frozen)
	}
	if len(c.Minibatches) == 0 {
		return c, 0, errors.New("there are no minibatches: give at least one")
	}
	size := c.Size()
	examples = len(c.Minibatches[0].Inputs) / size
	for i, batch := range c.Minibatches {
		if len(batch.Inputs) != examples*size || examples < 2 {
			return c, 0, fmt.Errorf("minibatch %d has %d values, and an input of the net has %d, of shape "+
				"%v: give at least 2 inputs, as many in each "+
				"minibatch", i, len(batch.Inputs), size, c.Net.Input)
		}
		if len(batch.Labels) != 0 && len(batch.Labels) != examples {
			return c, 0, fmt.Errorf("minibatch %d has %d labels for %d examples: give one for each, "+
				"or none", i, len(batch.Labels), examples)
		}
	}
	largest := 0
	for _, stage := range c.Net.Stages {
		largest = max(largest, parameters(stage))
	}
	own := cost.Of(8, examples, largest) + cost.Of(8, examples, size) + cost.Of(16, examples, examples)
	return c, examples, c.CheckCost(c.Draws*len(c.Minibatches), examples, own, "minibatches")
}

// parameters returns the number of weights of a stage.
func parameters(stage models.Stage) int {
	sum := 0
	for _, param := range stage.Block.Params() {
		size := 1
		for _, dim := range param.Dims {
			size *= dim
		}
		sum += size
	}
	return sum
}

// Run takes the gradients that the config asks for. Minibatches run concurrently; progress is reported
// minibatch by minibatch. It returns an error when the config is wrong, the context ends, or a gradient is 0
// or not finite ([ErrNoCosine]).
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	config, examples, err := config.WithDefaults()
	if err != nil {
		return nil, err
	}
	batches := len(config.Minibatches)
	weights, inputs := subject.NewCrossed(config.Draws, batches), subject.NewCrossed(config.Draws, batches)
	ctx = progress.Start(ctx, "minibatches", config.Draws*batches)
	err = e.ForEach(ctx, config.Draws*batches, func(e *engine.Engine, n int) error {
		draw, batch := n/batches, n%batches
		of, err := config.products(ctx, e, draw, batch, examples)
		if err == nil {
			weights[draw][batch], err = agreement(of.weights, "weights")
		}
		if err == nil {
			inputs[draw][batch], err = agreement(of.inputs, "input")
		}
		if err != nil {
			return fmt.Errorf("minibatch %d, draw %d: %w", batch, draw, err)
		}
		progress.Step(ctx)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Result{
		Config: config, Examples: examples,
		Weights: summarize(weights, examples), Inputs: summarize(inputs, examples),
	}, nil
}

// products are the inner products of the gradients of a minibatch's examples.
type products struct{ weights, inputs *mat.SymDense }

// products takes the gradients of a minibatch.
func (c Config) products(
	ctx context.Context, e *engine.Engine, draw, number, examples int,
) (*products, error) {
	minibatch := c.Minibatches[number]
	weights, err := c.DrawWeights(draw)
	if err != nil {
		return nil, err
	}
	batch, err := engine.Batch(minibatch.Inputs, c.DType, append([]int{examples}, c.Net.Input...)...)
	if err != nil {
		return nil, err
	}
	defer batch.MustFinalizeAll()
	net, err := e.Linearize(ctx, engine.Request{Net: c.Net, Weights: weights, Inputs: batch})
	if err != nil {
		return nil, err
	}
	defer net.Free()
	// The gradient with respect to what comes out of the stages, from the last back to the first, and at last
	// to the inputs.
	gradient, _, err := c.Scalar.Cotangent(net, minibatch.Labels)
	if err != nil {
		return nil, err
	}
	of := &products{weights: mat.NewSymDense(examples, nil)}
	// Gradients of weights that several stages share, by the first of these, until it is reached.
	shared := make(map[int]*mat.Dense)
	for stage := net.Last(); stage >= 0; stage-- {
		if err := c.addStage(ctx, net, stage, gradient, shared, of.weights); err != nil {
			return nil, err
		}
		if gradient, err = net.Pull(ctx, stage, stage, gradient); err != nil {
			return nil, err
		}
	}
	of.inputs = stats.Gram(mat.NewDense(examples, len(gradient)/examples, gradient))
	return of, nil
}

// addStage adds the products of the gradients with respect to a stage's weights, once all stages that share
// these have been gone through.
func (c Config) addStage(
	ctx context.Context, net *engine.Linear, stage int, gradient []float64, shared map[int]*mat.Dense,
	sum *mat.SymDense,
) error {
	count := parameters(c.Net.Stages[stage])
	if count == 0 {
		return nil
	}
	owner := c.Net.Owner(stage)
	rows := shared[owner]
	if rows == nil {
		rows = mat.NewDense(sum.SymmetricDim(), count, nil)
	}
	err := net.WeightGradients(ctx, stage, gradient, func(row int, gradient []float64) {
		floats.Add(rows.RawRowView(row), gradient)
	})
	if err != nil {
		return err
	}
	if stage > owner {
		shared[owner] = rows
		return nil
	}
	delete(shared, owner)
	sum.AddSym(sum, stats.Gram(rows))
	return nil
}

// ErrNoCosine is what the error of Run wraps where a gradient has no direction.
var ErrNoCosine = errors.New("cosines take gradients that are finite and not 0")

// agreement returns the numbers of an Agreement from the products of gradients with respect to something.
func agreement(products *mat.SymDense, to string) ([]float64, error) {
	n := products.SymmetricDim()
	for i := range n {
		if square := products.At(i, i); !(square > 0) || math.IsInf(square, 0) {
			return nil, fmt.Errorf("the gradient of example %d with respect to the %s has the square length "+
				"%g: %w; choose another output or other inputs", i, to, square, ErrNoCosine)
		}
	}
	mean, least, confusion := 0.0, math.Inf(1), 0.0
	for i := range n {
		for j := range i {
			product := products.At(i, j)
			cosine := product / math.Sqrt(products.At(i, i)*products.At(j, j))
			mean += cosine / float64(n*(n-1)/2)
			least = min(least, cosine)
			confusion = max(confusion, -product)
		}
	}
	rank, err := stats.EffectiveRank(products)
	return []float64{mean, least, confusion, rank}, err
}

// summarize summarises rows of an Agreement's numbers.
func summarize(rows subject.Crossed, examples int) Agreement {
	means := rows.Means()
	return Agreement{
		MeanCosine: means[0].Within(-1, 1), LeastCosine: means[1].Within(-1, 1),
		Confusion: means[2].Within(0, math.Inf(1)), Rank: means[3].Within(1, float64(examples)),
	}
}
