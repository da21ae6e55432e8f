package stats

import (
	"fmt"
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
// than two pairs, and where all values of one are equal.
func Spearman(x, y []float64) float64 {
	if len(x) < 2 {
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

// CheckPairs returns an error unless the lists are equally long and none of their values is NaN, which has no
// rank.
func CheckPairs(lists ...[]float64) error {
	for _, list := range lists {
		if len(list) != len(lists[0]) {
			return fmt.Errorf("there are lists of %d and of %d values: give equally many", len(lists[0]),
				len(list))
		}
		if i := slices.IndexFunc(list, math.IsNaN); i >= 0 {
			return fmt.Errorf("value %d is NaN, which has no rank: leave it out", i)
		}
	}
	return nil
}
