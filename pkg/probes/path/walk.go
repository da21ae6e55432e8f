package path

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// walk is what one path gives.
type walk struct {
	// Lagged are the means over i of g_i . g_(i+k), Squares the g_i . g_i, and Series the directional
	// derivatives: T of each.
	Lagged, Squares, Series []float64

	// Products are all g_i . g_j, row by row from the diagonal on.
	Products []float64
}

// kept returns a walk as it was kept, if it was, or else what compute returns, and keeps that where the
// config has a key.
func (c Config) kept(
	ctx context.Context, draw, pair int, compute func() (*walk, error),
) (w *walk, kept bool, err error) {
	if c.Key == "" {
		w, err = compute()
		return w, false, err
	}
	key := struct {
		Probe, Key, Scalar, DType  string
		Kind                       Kind
		Points, Batch, Pair, Label int
		Seed, Draw                 uint64
	}{
		"path", c.Key, c.Scalar.String(), c.DType.String(), c.Kind, c.Points, c.Batch, pair,
		c.Pairs[pair].Label,
		c.Seed, c.First + uint64(draw),
	}
	return checkpoint.Part(ctx, key, compute)
}

// walk takes the gradients of one path.
func (c Config) walk(ctx context.Context, e *engine.Engine, draw, pair int) (*walk, error) {
	weights, err := c.DrawWeights(draw)
	if err != nil {
		return nil, err
	}
	way, err := c.Pairs[pair].Way(c.Kind, c.Points)
	if err != nil {
		return nil, err
	}
	gradients, err := c.gradients(ctx, e, weights, way, c.Pairs[pair].Label)
	if err != nil {
		return nil, err
	}
	return newWalk(gradients, way), nil
}

// gradients returns the gradients at the points of a path as rows, batch by batch.
func (c Config) gradients(
	ctx context.Context, e *engine.Engine, weights models.Weights, way *Way, label int,
) (*mat.Dense, error) {
	size := c.Size()
	rows := mat.NewDense(c.Points, size, nil)
	batches := (c.Points + c.Batch - 1) / c.Batch
	for first := range batches {
		values := make([]float64, c.Batch*size)
		for k := range c.Batch { // what the last batches lack is filled up with the end of the path
			way.At(min(first+k*batches, c.Points-1), values[k*size:(k+1)*size])
		}
		inputs, err := engine.Batch(values, c.DType, append([]int{c.Batch}, c.Net.Input...)...)
		if err != nil {
			return nil, err
		}
		request := engine.Request{Net: c.Net, Weights: weights, Inputs: inputs}
		gradient, used, err := c.gradient(ctx, e, request, label)
		inputs.MustFinalizeAll()
		if err != nil {
			return nil, err
		}
		label = used // that of the path's first input, which is in the first batch
		for k := range c.Batch {
			if i := first + k*batches; i < c.Points {
				rows.SetRow(i, gradient[k*size:(k+1)*size])
			}
		}
	}
	return rows, nil
}

// gradient returns the gradient of the scalar at a batch of inputs, all of which have one label: where that
// is negative, the one that the net gives to the first. It returns the label too.
func (c Config) gradient(
	ctx context.Context, e *engine.Engine, request engine.Request, label int,
) (gradient []float64, used int, err error) {
	net, err := e.Linearize(ctx, request)
	if err != nil {
		return nil, 0, err
	}
	defer net.Free()
	labels := slices.Repeat([]int{label}, c.Batch)
	cotangent, found, err := c.Scalar.Cotangent(net, labels)
	if err == nil && label < 0 {
		label = found[0]
		cotangent, _, err = c.Scalar.Cotangent(net, slices.Repeat([]int{label}, c.Batch))
	}
	if err == nil {
		gradient, err = net.Pull(ctx, 0, net.Last(), cotangent)
	}
	if err != nil {
		return nil, 0, err
	}
	if slices.ContainsFunc(gradient, func(x float64) bool { return !numbers.Finite(x) }) {
		request.Gradient = true
		if _, err := e.RunFinite(ctx, request); err != nil { // it says where in the net
			return nil, 0, err
		}
		return nil, 0, fmt.Errorf("the gradient of the output %s has %w", c.Scalar, engine.ErrNotFinite)
	}
	return gradient, label, nil
}

// newWalk makes a walk of the gradients, T rows.
func newWalk(gradients *mat.Dense, way *Way) *walk {
	t, size := gradients.Dims()
	gram := mat.NewSymDense(t, nil)
	gram.SymOuterK(1, gradients)
	w := &walk{
		Lagged: make([]float64, t), Squares: make([]float64, t), Series: make([]float64, t),
		Products: make([]float64, 0, t*(t+1)/2),
	}
	tangent := make([]float64, size)
	for i := range t {
		row := gram.RawSymmetric().Data[i*gram.RawSymmetric().Stride:][i:t]
		w.Products = append(w.Products, row...)
		w.Squares[i] = row[0]
		for k, product := range row {
			w.Lagged[k] += product / float64(t-k)
		}
		way.Tangent(i, tangent)
		w.Series[i] = floats.Dot(gradients.RawRowView(i), tangent)
	}
	return w
}

// sum adds up vectors that come in any order, in the order of their numbers, so that the last bits of the sum
// don't depend on which came first.
type sum struct {
	mu      sync.Mutex
	total   []float64
	next    int
	waiting map[int][]float64
}

func newSum(size int) *sum {
	return &sum{total: make([]float64, size), waiting: make(map[int][]float64)}
}

// add adds vector number n, 0 and up, as soon as those before it have been added.
func (s *sum) add(n int, values []float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[n] = values
	for ; s.waiting[s.next] != nil; s.next++ {
		floats.Add(s.total, s.waiting[s.next])
		delete(s.waiting, s.next)
	}
}

// correlations returns the map R of sums of products, given row by row from the diagonal on.
func correlations(products []float64, t int) *mat.SymDense {
	r := mat.NewSymDense(t, nil)
	k := 0
	for i := range t {
		for j := i; j < t; j++ {
			r.SetSym(i, j, products[k])
			k++
		}
	}
	deviations := make([]float64, t)
	for i := range t {
		deviations[i] = math.Sqrt(r.At(i, i))
	}
	for i := range t {
		for j := i; j < t; j++ {
			if d := deviations[i] * deviations[j]; d > 0 {
				r.SetSym(i, j, r.At(i, j)/d)
			}
		}
	}
	return r
}
