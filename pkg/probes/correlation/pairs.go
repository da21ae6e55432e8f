package correlation

import (
	"fmt"
	"math"
	"sort"
)

// pairs are the pairs i < j of inputs in ascending order that are at least some distance apart: those with j
// >= first[i].
type pairs struct {
	first []int
	count int
}

// newPairs returns the pairs of inputs, in ascending order, that are at least a distance apart. A pair at
// exactly the distance counts, whatever the rounding.
func newPairs(x []float64, distance float64) pairs {
	p := pairs{first: make([]int, len(x))}
	for i := range x {
		p.first[i] = i + sort.SearchFloat64s(x[i:], x[i]+distance*(1-1e-9))
		p.count += len(x) - p.first[i]
	}
	return p
}

// key tells pairs from others.
func (p pairs) key() string { return fmt.Sprint(p.first) }

// mean returns the matrix, row by row, whose sum with weights i < j is a mean over the pairs.
func (p pairs) mean() []float32 {
	inputs := len(p.first)
	weights := make([]float32, inputs*inputs)
	for i, first := range p.first {
		for j := first; j < inputs; j++ {
			weights[i*inputs+j] = 1 / float32(p.count)
		}
	}
	return weights
}

// deviations returns the mean over the pairs of sqrt(C(i,i) C(j,j)), of the squares C(i,i).
func (p pairs) deviations(squares []float64) float64 {
	sum, tail, done := 0.0, 0.0, len(squares)
	for i := len(squares) - 1; i >= 0; i-- {
		for ; done > p.first[i]; done-- {
			tail += math.Sqrt(squares[done-1])
		}
		sum += math.Sqrt(squares[i]) * tail
	}
	return sum / float64(p.count)
}
