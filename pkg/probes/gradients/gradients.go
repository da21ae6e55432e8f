// Package gradients probes the gradient of a net's output with respect to its input, over a grid of
// one-dimensional inputs and over draws of the weights: the object of the paper's Figures 1 and 2.
//
// [Run] turns a [Config] into a [Result], the gradients; the Result's methods turn these into the statistics
// in which shattering shows: the autocorrelation function, where it lies between that of white and of brown
// noise, a whiteness test, the slope of the power spectrum, the covariance over inputs and the correlation
// over draws (Def. 1).
package gradients

import (
	"context"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// Version is raised whenever the same config gives other numbers, beyond rounding: by a change here, or in
// what the probe is made of. Results that were kept under another version are computed anew. TestVersion
// fails when it was forgotten.
const Version = 1

// Config says which gradients to take. The zero value of every field but Net and Draws is the paper's choice.
type Config = sampling.Config

// Result holds the gradients of all draws.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// X is the grid, M values.
	X []float64

	// Gradients holds g = (df/dx(x_1), ..., df/dx(x_M)), one row a draw.
	Gradients [][]float64
}

// Run takes the gradients that the config asks for. Draws run concurrently; progress is reported draw by
// draw. It returns an error when the config is wrong, the context ends, or a gradient is not finite.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	sample, err := sampling.New(config)
	if err != nil {
		return nil, err
	}
	if err := sample.CheckResults(sample.Config.Inputs); err != nil {
		return nil, err
	}
	result := &Result{Config: sample.Config, X: sample.X, Gradients: make([][]float64, config.Draws)}
	err = sample.Each(ctx, e, engine.Request{Gradient: true}, func(draw int, trace *engine.Trace) {
		result.Gradients[draw] = trace.Gradient
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// Covariance returns C(i,j) = E[g_i g_j] of Definition 1 over the draws, M x M: see [stats.Covariance].
func (r *Result) Covariance() (*mat.SymDense, error) { return stats.Covariance(r.Gradients) }

// Correlation returns R(i,j) = C(i,j) / sqrt(C(i,i) C(j,j)) of Definition 1 over the draws, M x M: see
// [stats.Correlation].
func (r *Result) Correlation() (*mat.SymDense, error) { return stats.Correlation(r.Gradients) }
