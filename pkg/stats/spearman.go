package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Ranks returns the places of the values in ascending order, from 1 on; equal values share the mean of their
// places. Infinite values have a place as others do.
func Ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	ranks := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+to+1) / 2 // the mean of from+1, ..., to
		}
		from = to
	}
	return ranks
}

// Spearman returns Spearman's rank correlation, the correlation of the ranks of x and y. It is NaN for fewer
// than two pairs, lists of different lengths, a value that is NaN and has no rank, and where all values of
// one are equal.
func Spearman(x, y []float64) float64 {
	if len(x) < 2 || len(x) != len(y) || slices.ContainsFunc(slices.Concat(x, y), math.IsNaN) {
		return math.NaN()
	}
	return stat.Correlation(Ranks(x), Ranks(y), nil)
}

// PartialCorrelation returns the correlation of x and y given z,
//
//	(xy - xz yz) / sqrt((1 - xz^2) (1 - yz^2)),
//
// from their three correlations: that of what the best linear functions of z leave of x and of y. Of three
// rank correlations it is the partial rank correlation. It is NaN where z determines x or y.
func PartialCorrelation(xy, xz, yz float64) float64 {
	return (xy - xz*yz) / math.Sqrt((1-xz*xz)*(1-yz*yz))
}
