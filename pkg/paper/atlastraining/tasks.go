package atlastraining

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/floats"
)

// onGrid is the dense task: a smooth function over a grid.
type onGrid struct{}

func (onGrid) checksum() string { return "" }

// last is 1: all points are in every batch.
func (onGrid) last() int { return 1 }

func (onGrid) train(ctx context.Context, e *engine.Engine, p probe) (early.Trainings, error) {
	return early.GridBudget(ctx, e, p.Budget, p.Inputs)
}

// structure takes the correlation length in steps of the grid, of the autocorrelation averaged over the draws
// whose gradients vary.
func (onGrid) structure(ctx context.Context, e *engine.Engine, p probe) (structure, error) {
	found, err := gradients.Run(ctx, e, gradients.Config{Net: p.Net, Inputs: p.Points, Draws: p.Draws,
		First: p.First, Seed: p.Seed})
	if err != nil {
		return structure{}, err
	}
	square := 0.0
	var mean []float64
	for _, g := range found.Gradients {
		square += floats.Dot(g, g) / float64(len(g)*len(found.Gradients))
		acf, err := stats.ACF(g, atlas.FarLag(p.Points))
		if errors.Is(err, stats.ErrConstant) {
			continue
		}
		if err != nil {
			return structure{}, err
		}
		if mean == nil {
			mean = make([]float64, len(acf))
		}
		floats.Add(mean, acf)
	}
	if mean == nil {
		return sized(square, nil), nil
	}
	floats.Scale(1/mean[0], mean) // each autocorrelation is 1 at lag 0
	length := stats.CorrelationLength(mean)
	return sized(square, &length), nil
}

// onImages is the task of classifying images.
type onImages struct {
	data   training.Data
	images Images
}

func (t onImages) checksum() string { return t.data.Checksum() }

// last is 10: a batch has a hundredth of the images.
func (onImages) last() int { return 10 }

func (t onImages) train(ctx context.Context, e *engine.Engine, p probe) (early.Trainings, error) {
	return early.ImageBudget(ctx, e, p.Budget, t.data, t.images.Training, t.images.Batch)
}

// structure takes the correlation length in units of the distance of two test images, along the lines between
// pairs of them. E g^2 is that of the derivatives along the lines.
func (t onImages) structure(ctx context.Context, e *engine.Engine, p probe) (structure, error) {
	net, err := models.New(p.Net)
	if err != nil {
		return structure{}, err
	}
	pairs, err := t.pairs()
	if err != nil {
		return structure{}, err
	}
	found, err := path.Run(ctx, e, path.Config{Points: p.Points, Pairs: pairs,
		Subject: subject.Subject{Net: net, Draws: p.Draws, First: p.First, Seed: p.Seed}})
	if err != nil {
		return structure{}, err
	}
	square := 0.0
	for _, series := range found.Series {
		square += floats.Dot(series, series) / float64(len(series)*len(found.Series))
	}
	length := found.Length().Length.Value
	return sized(square, &length), nil
}

// pairs returns pairs of the first test images: the first and the second, the third and the fourth, and so
// on.
func (t onImages) pairs() ([]path.Pair, error) {
	n := 2 * t.images.Pairs
	set, err := t.data.Test(n, n)
	if err != nil {
		return nil, err
	}
	for batch, err := range set.Iter() {
		if err != nil {
			return nil, err
		}
		defer batch.Labels[0].MustFinalizeAll()
		defer batch.Inputs[0].MustFinalizeAll()
		var pairs []path.Pair
		err = tensors.ConstFlatData(batch.Inputs[0], func(flat []float32) {
			size := len(flat) / n
			image := func(i int) []float64 { return numbers.Widen(flat[i*size : (i+1)*size]) }
			for i := 0; i < n; i += 2 {
				pairs = append(pairs, path.Pair{From: image(i), To: image(i + 1)})
			}
		})
		return pairs, err
	}
	return nil, fmt.Errorf("there are no test images to take gradients between: choose data that have some")
}
