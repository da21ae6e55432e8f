package theory

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// DonskerConfig describes one-layer nets f(x) = w^T rho(x v - b), v = (1,...,1), w ~ Normal(0, 1/N), b ~
// Normal(0, 1), on the grid of inputs over [-2, 2]. The gradient
//
//	g(x) = sum over k of w_k 1[x > b_k]
//
// is a walk with a step at every kink b_k. In the time t = Phi(x), the share of kinks below x, it has the
// covariance of Brownian motion for every width N,
//
//	E[g(x) g(y)] = N 1/N P(b < x, b < y) = min(Phi(x), Phi(y)),
//
// and by Donsker's theorem (the paper's appendix) the law of Brownian motion as N grows.
type DonskerConfig struct {
	// Widths are the numbers N of units.
	Widths []int `json:"widths"`

	// Inputs is M, the number of points of the grid; 0 means 256.
	Inputs int `json:"inputs"`

	// Cells is the number of intervals, of equally many steps of the grid, over which increments are taken
	// and between which covariances are measured; it divides M - 1. 0 means 15, of 17 steps each when M is
	// 256.
	Cells int `json:"cells"`

	// Draws is the number of independent draws of the weights of each width.
	Draws int `json:"draws"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// paperCells is the default of DonskerConfig.Cells: the divisor of 255 that leaves enough kinks a cell for
// its increment to be nearly normal within the widths that can be drawn.
const paperCells = 15

// WithDefaults fills in the defaults. It returns an error when the config is wrong.
func (c DonskerConfig) WithDefaults() (DonskerConfig, error) {
	if c.Inputs == 0 {
		c.Inputs = data.GridPoints
	}
	if c.Cells == 0 {
		c.Cells = paperCells
	}
	if c.Inputs < 2 || c.Cells < 1 || (c.Inputs-1)%c.Cells != 0 {
		return c, fmt.Errorf("%d inputs can't be cut into %d cells: give a number of cells that divides "+
			"inputs - 1", c.Inputs, c.Cells)
	}
	if c.Draws < 2 {
		return c, fmt.Errorf("draws is %d: give at least 2, for the spread over draws", c.Draws)
	}
	if len(c.Widths) == 0 {
		return c, fmt.Errorf("no widths are given: list the numbers of units to draw, such as 10 and 1000")
	}
	for _, width := range c.Widths {
		if width < 1 {
			return c, fmt.Errorf("width is %d: give the number of units, at least 1", width)
		}
		if err := cost.Operations(fmt.Sprintf("%d draws of %d units", c.Draws, width),
			float64(c.Draws)*float64(width), "kinks"); err != nil {
			return c, err
		}
	}
	chunks := (c.Draws-1)/donskerChunk + 1
	if err := cost.Of(16, c.Cells, c.Cells,
		chunks).Check(fmt.Sprintf("%d cells, in %d draws,", c.Cells, c.Draws), "products"); err != nil {
		return c, fmt.Errorf("%w; give fewer cells or draws", err)
	}
	if err := cost.Of(16, c.Inputs, processors.Count()).Check(fmt.Sprintf("%d inputs", c.Inputs),
		"kinks"); err != nil {
		return c, fmt.Errorf("%w; give fewer inputs", err)
	}
	return c, nil
}

// DonskerResult holds what was measured.
type DonskerResult struct {
	// Config is the one that ran, defaults filled in.
	Config DonskerConfig

	// X is the grid, M values, and Time the time change Phi(x) there.
	X, Time []float64

	// Shares are the probabilities of a kink in each cell, from the lowest cell on.
	Shares []float64

	// Walks are the measurements, one a width.
	Walks []Walk
}

// Walk holds the measurements at one width.
type Walk struct {
	// Width is N.
	Width int

	// Path is the gradient of the first draw over the grid, M values.
	Path []float64

	// Covariances are the E[g(x) g(y)] between all edges of cells, x <= y.
	Covariances []EdgeCovariance

	// Distance is the distance of the increments from the normal law.
	Distance Distance
}

// EdgeCovariance is the covariance of the gradient between the inputs at times S <= T.
type EdgeCovariance struct {
	S, T     float64
	Measured stats.Estimate
}

// donskerChunk is the number of draws that share a stream of random numbers and a step of the progress.
const donskerChunk = 50

// Steps returns the number of steps of progress that Donsker reports.
func (c DonskerConfig) Steps() int {
	return len(c.Widths) * ((c.Draws + donskerChunk - 1) / donskerChunk)
}

// Donsker draws the gradients and measures their covariance and the law of their increments. Chunks of draws
// run concurrently; the numbers do not depend on how many. It returns an error when the config is wrong or
// the context ends.
func Donsker(ctx context.Context, config DonskerConfig) (*DonskerResult, error) {
	config, err := config.WithDefaults()
	if err != nil {
		return nil, err
	}
	x, err := data.Grid(config.Inputs, data.GridLow, data.GridHigh)
	if err != nil {
		return nil, err
	}
	result := &DonskerResult{Config: config, X: x}
	for _, value := range x {
		result.Time = append(result.Time, distuv.UnitNormal.CDF(value))
	}
	for c := range config.Cells {
		result.Shares = append(result.Shares, result.edge(c+1)-result.edge(c))
	}
	ctx = progress.Start(ctx, "one-layer gradients", config.Steps())
	for _, width := range config.Widths {
		walk, err := result.measure(ctx, width)
		if err != nil {
			return nil, err
		}
		result.Walks = append(result.Walks, *walk)
	}
	return result, nil
}

// edge returns the time at the lower end of a cell.
func (r *DonskerResult) edge(cell int) float64 { return r.Time[cell*((len(r.X)-1)/r.Config.Cells)] }

// measure draws the gradients of one width.
func (r *DonskerResult) measure(ctx context.Context, width int) (*Walk, error) {
	chunks := make([]*tally, r.Config.Steps()/len(r.Config.Widths))
	err := engine.ForEach(ctx, len(chunks), func(i int) error {
		rng := random.Stream(r.Config.Seed, uint64(width), uint64(i))
		draws := min(donskerChunk, r.Config.Draws-i*donskerChunk)
		chunks[i] = newTally(width, r.Shares)
		walk := newSteps(r.X)
		for range draws {
			walk.draw(width, rng)
			chunks[i].add(walk)
		}
		progress.Step(ctx)
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := chunks[0]
	for _, part := range chunks[1:] {
		total.merge(part)
	}
	walk := &Walk{Width: width, Path: total.path}
	if walk.Distance, err = total.distance(); err != nil {
		return nil, err
	}
	pair := 0
	for s := range r.Config.Cells + 1 {
		for t := s; t <= r.Config.Cells; t++ {
			walk.Covariances = append(walk.Covariances,
				EdgeCovariance{S: r.edge(s), T: r.edge(t), Measured: total.products[pair].estimate()})
			pair++
		}
	}
	return walk, nil
}

// steps are a draw's kinks, gathered between neighbouring points of the grid: entry m sums the w_k, and
// counts the kinks, with x(m-1) <= b_k < x(m); entry 0 has all below x(0). Kinks above the grid are never
// felt.
type steps struct {
	low, spacing float64
	weight       []float64
	kinks        []int
}

func newSteps(x []float64) *steps {
	return &steps{low: x[0], spacing: x[1] - x[0], weight: make([]float64, len(x)),
		kinks: make([]int, len(x))}
}

// draw draws the weights of a net, one kink after the other: nothing has to be sorted or kept.
func (s *steps) draw(width int, rng *rand.Rand) {
	clear(s.weight)
	clear(s.kinks)
	deviation := 1 / math.Sqrt(float64(width))
	for range width {
		b, w := rng.NormFloat64(), rng.NormFloat64()
		m := 0
		if b >= s.low {
			m = int((b-s.low)/s.spacing) + 1
		}
		if m < len(s.weight) {
			s.weight[m] += deviation * w
			s.kinks[m]++
		}
	}
}
