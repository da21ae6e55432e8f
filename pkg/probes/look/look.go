// Package look looks at a convolutional net with one minibatch of images, whatever its weights are at the
// time: at the effective rank and the correlation of its gradients with respect to the images (package rank),
// and at the activity of its rectifiers (package activations). Package training looks so along its runs, and
// package early after the first steps.
//
// Training differentiates through the batch statistics, as it must: they follow the weights. What a net is
// looked at with is a choice, and both choices are made (norms.Frozen and norms.Coupled), on the same
// weights.
package look

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// Look is what was seen of a net.
type Look struct {
	// Rank is the effective rank r(D) of the gradients with respect to the images, with the batch statistics
	// held fixed, and CoupledRank that of gradients through them. Without normalisation both are one.
	Rank        float64 `json:"rank"`
	CoupledRank float64 `json:"coupled_rank"`

	// WhiteRank is r(Y), the effective rank of white noise of the gradients' shape.
	WhiteRank float64 `json:"white_rank"`

	// Correlation is that of the gradients at two different images, over the values of the images and
	// averaged over pairs of them, and CoupledCorrelation that of gradients through the batch statistics.
	// Both are nil where the gradient at an image is 0.
	Correlation        *float64 `json:"correlation"`
	CoupledCorrelation *float64 `json:"coupled_correlation"`

	// Active and Coactive are the shares of the images, and of pairs of them, at which a unit is active,
	// averaged over the units of a rectifier: one value for each, from input to output.
	Active   []float64 `json:"active"`
	Coactive []float64 `json:"coactive"`
}

// Relative returns the relative effective rank r(D) / r(Y), as in Figure 5c: 1 for gradients that are like
// white noise.
func (l Look) Relative() float64 { return l.Rank / l.WhiteRank }

// CoupledRelative is Relative for gradients that go through the batch statistics.
func (l Look) CoupledRelative() float64 { return l.CoupledRank / l.WhiteRank }

// UndefinedError is the error of a look at a net that has nothing to be measured: numbers that are not
// finite, or gradients that are 0.
type UndefinedError struct{ reason string }

// Error implements error.
func (e *UndefinedError) Error() string { return e.reason }

// Run runs a net under weights that it is training with. Values that are not finite, which training may have
// made, are an UndefinedError.
func Run(ctx context.Context, e *engine.Engine, request engine.Request) (*engine.Trace, error) {
	trace, err := e.RunFinite(ctx, request)
	if errors.Is(err, engine.ErrNotFinite) {
		return nil, &UndefinedError{fmt.Sprintf("%v (or choose a smaller learning rate)", err)}
	}
	return trace, err
}

// Twins returns the net that is trained, whose gradients go through the batch statistics, and those that it
// is looked at with: the frozen one and, where there are statistics, the coupled one. All have the same
// weights.
func Twins(config models.Config) (trained *models.Net, looked []*models.Net, err error) {
	for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
		config.Statistics = statistics
		if trained, err = models.New(config); err != nil {
			return nil, nil, err
		}
		if len(looked) == 0 || trained.Config.Norm != norms.None {
			looked = append(looked, trained)
		}
	}
	return trained, looked, nil
}

// Minibatch is a minibatch of images to look at nets with.
type Minibatch struct {
	images *tensors.Tensor
	white  float64
}

// NewMinibatch returns a minibatch of images, n x height x width x channels float32, which is its own from
// now on, and draws white noise of their shape from rng to compare with. There must be at least two images,
// for there are pairs of them.
func NewMinibatch(images *tensors.Tensor, rng *rand.Rand) (*Minibatch, error) {
	n := images.Shape().Dim(0)
	if n < 2 {
		return nil, fmt.Errorf("%d images to look with: give at least 2, for there are pairs of them", n)
	}
	white, err := rank.WhiteRank(n, images.Shape().Size()/n, rng)
	if err != nil {
		return nil, err
	}
	return &Minibatch{images: images, white: white}, nil
}

// Free gives the memory of the images back.
func (m *Minibatch) Free() { m.images.MustFinalizeAll() }

// At looks at nets that are twins (see [Twins]) with the weights that they have now. It returns an error when
// the context ends, and an UndefinedError when there is nothing to be measured.
func (m *Minibatch) At(ctx context.Context, e *engine.Engine, twins []*models.Net,
	weights models.Weights) (Look, error) {
	look := Look{WhiteRank: m.white}
	n := m.images.Shape().Dim(0)
	for i, net := range twins {
		request := engine.Request{Net: net, Weights: weights, Inputs: m.images, Gradient: true}
		if i == 0 {
			request.Tap = activations.Counts
		}
		trace, err := Run(ctx, e, request)
		if err != nil {
			return look, err
		}
		rows := mat.NewDense(n, len(trace.Gradient)/n, trace.Gradient)
		if look.CoupledRank, err = stats.EffectiveRank(stats.Gram(rows)); err != nil {
			return look, &UndefinedError{fmt.Sprintf("the gradients of %v have no effective rank: %v", net,
				err)}
		}
		look.CoupledCorrelation = correlation(rows)
		if net.Config.Statistics == norms.Frozen {
			look.Rank, look.Correlation = look.CoupledRank, look.CoupledCorrelation
		}
		for _, counts := range trace.Taps {
			active, coactive := activations.Shares(counts, n)
			look.Active, look.Coactive = append(look.Active, active), append(look.Coactive, coactive)
		}
	}
	return look, nil
}

// correlation returns the mean correlation of two different rows, nil where a row is constant.
func correlation(rows *mat.Dense) *float64 {
	_, between, err := stats.RowCovariance(rows)
	if err != nil {
		return nil
	}
	mean, _ := rank.Map{Correlation: between}.Alike()
	return &mean
}
