// Package path probes how fast the gradients of a net lose each other between two inputs: the paper's
// question, asked of nets of any kind and of inputs of any shape.
//
// T inputs x_1, ..., x_T lie evenly on a path from one input to another, a straight line or an arc (see
// [Pair.Way]). At each the gradient of a number made of the outputs is taken, g_i = df/dx(x_i), a vector like
// an input. As in Definition 1 of the paper, with an expectation over draws of the weights and over pairs of
// inputs, and inner products in place of products,
//
//	C(i,j) = E[g_i . g_j],   R(i,j) = C(i,j) / sqrt(C(i,i) C(j,j)),
//
// R is the T x T map of a [Result], and its means along diagonals the correlation at a distance: at the
// distance d_k = k / (T - 1), in units of the length of the path, which on a line is the distance between its
// two inputs,
//
//	R(d_k) = mean_i C(i,i+k) / mean_i sqrt(C(i,i) C(i+k,i+k)).
//
// The correlation length is the least distance at which R falls to 1/2, on the straight lines between the
// d_k. The directional derivatives h_i = g_i . t_i along the unit tangents t_i make a series as those of the
// paper's Figures 1 and 2 are, with an autocorrelation function and a brownness (stats.Colour). For inputs of
// a single number on a line all this is what pkg/probes/gradients takes.
//
// The points of a path run as one batch, whose statistics are those that a batch normalisation takes, as the
// grid is in the paper; the gradient holds them fixed (norms.Frozen).
//
// # Memory
//
// For T points, inputs of D values and a batch of B points, a path in flight holds
//
//	8 T D (gradients) + 28 B D (a batch on its way in, its gradient on its way out) + 16 T^2 (products) bytes
//
// beside what the engine holds for B inputs (see pkg/engine). As many paths are in flight as there are
// processors, and Go may hold as much again that waits for its collector of garbage. Of a path there remain
// 24 T bytes, and of all of them 8 T^2: draws and pairs are streamed. Products add up in the order of the
// paths, so that of a path that is done before an earlier one 4 T^2 bytes wait: of a few paths, or of all
// that were kept where a run goes on that was stopped in an early one.
package path

import (
	"context"
	"errors"
	"fmt"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// MaxLag is the largest lag of the autocorrelation of the directional derivatives, as in the paper's Figure
// 2; less where a path has fewer points.
const MaxLag = 15

// Config says which gradients to take.
type Config struct {
	subject.Subject

	// Scalar is the number that is differentiated; the zero value is the sum of the outputs.
	Scalar subject.Scalar `json:"output"`

	// Kind is the way between the inputs of a pair; empty means Line.
	Kind Kind `json:"kind"`

	// Points is T, the number of inputs on a path; 0 means data.GridPoints, the paper's 256.
	Points int `json:"points"`

	// Batch is B, how many points of a path run at a time; 0 means all. Batch j of n has the points j, j + n,
	// j + 2n, ..., so that the statistics of a batch normalisation are taken over all of the path.
	Batch int `json:"batch,omitempty"`

	// Pairs are the pairs of inputs.
	Pairs []Pair `json:"-"`
}

// Result holds what was measured.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Distances are d_0, ..., d_(T-1), from 0 to 1.
	Distances []float64

	// Map is R, T x T. An entry of a point where all gradients are 0 is 0.
	Map *mat.SymDense

	// Series are the directional derivatives, one series of T numbers a path: those of all pairs under the
	// first draw, then under the second.
	Series [][]float64

	moments subject.Crossed // of a path: the means over i of g_i . g_(i+k), T of them, and then all g_i . g_i
}

// ErrZero is the error of gradients that are 0 everywhere.
var ErrZero = errors.New("the gradients are 0 at all points of all paths, and have no correlation: choose " +
	"another output, or a net whose output depends on its input")

// Run takes the gradients that the config asks for. Paths run concurrently; progress is reported path by
// path, and where the config has a Key, those that are done are kept (package checkpoint). It returns an
// error when the config is wrong, the context ends, or a gradient is not finite.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	config, err := config.WithDefaults()
	if err != nil {
		return nil, err
	}
	pairs, paths := len(config.Pairs), config.Draws*len(config.Pairs)
	result := &Result{Config: config, Series: make([][]float64, paths)}
	result.moments = subject.NewCrossed(config.Draws, pairs)
	products := newSum(config.Points * (config.Points + 1) / 2)
	ctx = progress.Start(ctx, "paths between inputs", paths)
	err = e.ForEach(ctx, paths, func(e *engine.Engine, n int) error {
		draw, pair := n/pairs, n%pairs
		w, kept, err := config.kept(ctx, draw, pair, func() (*walk, error) {
			return config.walk(ctx, e, draw, pair)
		})
		if err != nil {
			return config.named(draw, pair, err)
		}
		result.Series[n] = w.Series
		result.moments[draw][pair] = append(w.Lagged, w.Squares...)
		products.add(n, w.Products)
		if kept {
			progress.Skip(ctx, 1)
		} else {
			progress.Step(ctx)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if floats.Norm(products.total, 1) == 0 {
		return nil, ErrZero
	}
	for k := range config.Points {
		result.Distances = append(result.Distances, float64(k)/float64(config.Points-1))
	}
	result.Map = correlations(products.total, config.Points)
	return result, nil
}

// named says of an error in which of several paths it was.
func (c Config) named(draw, pair int, err error) error {
	switch {
	case c.Draws == 1 && len(c.Pairs) == 1:
		return err
	case c.Draws == 1:
		return fmt.Errorf("pair %d: %w", pair, err)
	}
	return fmt.Errorf("pair %d, draw %d: %w", pair, draw, err)
}

// WithDefaults fills in the defaults and checks the config.
func (c Config) WithDefaults() (Config, error) {
	var err error
	if c.Subject, err = c.Subject.WithDefaults(); err != nil {
		return c, err
	}
	if err := c.Scalar.Check(c.Net); err != nil {
		return c, err
	}
	if c.Kind == "" {
		c.Kind = Line
	}
	if c.Points == 0 {
		c.Points = data.GridPoints
	}
	if c.Batch == 0 {
		c.Batch = c.Points
	}
	if c.Batch < 1 || c.Batch > c.Points {
		return c, fmt.Errorf("batch is %d: give how many of the %d points of a path run at a time, or 0 "+
			"for all", c.Batch, c.Points)
	}
	if len(c.Pairs) == 0 {
		return c, errors.New("there are no pairs of inputs: give at least one")
	}
	for i, pair := range c.Pairs {
		if len(pair.From) != c.Size() || len(pair.To) != c.Size() {
			return c, fmt.Errorf("the inputs of pair %d have %d and %d values, and an input of the net has "+
				"%d, of shape %v: give two of these", i, len(pair.From), len(pair.To), c.Size(), c.Net.Input)
		}
		if _, err := pair.Way(c.Kind, max(c.Points, 1)); err != nil {
			return c, fmt.Errorf("pair %d: %w", i, err)
		}
	}
	// As many batches as that takes, all of one size.
	batches := (c.Points + c.Batch - 1) / c.Batch
	c.Batch = (c.Points + batches - 1) / batches
	return c, c.CheckCost(c.Draws*len(c.Pairs), c.Batch, c.Memory(), "paths")
}

// Memory returns the bytes that a path in flight holds beside what the engine does: the formula of the
// package's documentation.
func (c Config) Memory() cost.Bytes {
	return cost.Of(8, c.Points, c.Size()) + cost.Of(28, c.Batch, c.Size()) + cost.Of(16, c.Points, c.Points)
}
