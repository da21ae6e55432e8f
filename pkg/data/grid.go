// Package data makes what the one-dimensional experiments start from: the grid of inputs, and noise to
// compare gradients with.
//
//	x, err := data.Grid(data.GridPoints, data.GridLow, data.GridHigh)
//	...
//	brown, err := data.BrownNoise(len(x), len(x), random.Stream(seed, draw))
//
// The paper's Figure 1 puts the gradients of nets over such a grid (a to c) next to brown noise (d) and white
// noise (e).
package data

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/internal/cost"
	"gonum.org/v1/gonum/floats"
)

// The paper's grid: M = 256 points on [-2, 2].
const (
	// GridPoints is M, the number of inputs.
	GridPoints = 256

	// GridLow is the first input.
	GridLow = -2.0

	// GridHigh is the last input.
	GridHigh = 2.0
)

// Grid returns m evenly spaced points from low to high, both included exactly:
//
//	x(i) = low + i (high - low) / (m - 1),  i = 0..m-1.
//
// It returns an error when m is less than 2, an end is not finite, or low is not less than high, or the
// memory can't hold the grid.
func Grid(m int, low, high float64) ([]float64, error) {
	if m < 2 {
		return nil, fmt.Errorf("a grid of %d points: give at least 2, its two ends", m)
	}
	if !(low < high) || math.IsInf(high-low, 0) {
		return nil, fmt.Errorf("a grid from %g to %g: give finite ends, the lower one first", low, high)
	}
	if err := cost.Of(8, m).Check(fmt.Sprintf("a grid of %d points", m), "numbers"); err != nil {
		return nil, fmt.Errorf("%w; give fewer", err)
	}
	return floats.Span(make([]float64, m), low, high), nil
}
