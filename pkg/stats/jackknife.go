package stats

import (
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Jackknife estimates smooth functions of means over draws, such as a ratio of two means or a slope fitted to
// logarithms of means, together with their standard errors. The rows of draws, draws x numbers, are
// independent of each other while the numbers of one row need not be; statistic computes one or more values
// from the mean row, which it must not keep.
//
// The errors come from leaving out one draw at a time (Tukey): with the replicates v_i of n draws,
//
//	StdErr^2 = (n-1)/n  sum_i (v_i - mean v)^2.
//
// A value that is not finite, of all draws or without one of them, is [None]; so are all values of rows that
// are not equally long. There must be one row at least.
func Jackknife(draws [][]float64, statistic func(mean []float64) []float64) []Estimate {
	if ragged(draws) {
		return slices.Repeat([]Estimate{None()}, len(statistic(slices.Clone(draws[0]))))
	}
	n, numbers := len(draws), len(draws[0])
	// Sums of the draws behind each, and before: a large draw that is left out must leave nothing of its
	// rounding, which a difference of sums would.
	behind := make([][]float64, n+1)
	behind[n] = make([]float64, numbers)
	for i := n - 1; i >= 0; i-- {
		behind[i] = slices.Clone(behind[i+1])
		floats.Add(behind[i], draws[i])
	}
	before, mean := make([]float64, numbers), make([]float64, numbers)
	evaluate := func(rest []float64, count int) []float64 {
		floats.AddTo(mean, before, rest)
		floats.Scale(1/float64(count), mean)
		return statistic(mean)
	}
	all := slices.Clone(evaluate(behind[0], n))
	replicates := make([][]float64, len(all)) // of each value
	for i, draw := range draws {
		for k, value := range evaluate(behind[i+1], n-1) {
			replicates[k] = append(replicates[k], value)
		}
		floats.Add(before, draw)
	}
	estimates := make([]Estimate, len(all))
	for k, value := range all {
		estimates[k] = Student(value, Mean(replicates[k]).StdErr*float64(n-1), n)
	}
	return estimates
}

// ragged says whether rows differ in length.
func ragged(rows [][]float64) bool {
	return slices.ContainsFunc(rows, func(row []float64) bool { return len(row) != len(rows[0]) })
}

// JackknifePaired estimates a smooth function of the means of two ensembles that share their draws, such as
// the difference of two ratios, by [Jackknife] over the draws: row i of both is left out at once. What the
// two rows of a draw have in common cancels, where taking the ensembles for independent counts it twice. The
// rows of the two may differ in length. It is [None] for ensembles without draws, or with different numbers
// of them.
func JackknifePaired(draws, others [][]float64, statistic func(mean, other []float64) float64) Estimate {
	if len(draws) != len(others) || len(draws) == 0 || ragged(draws) {
		return None()
	}
	joined := make([][]float64, len(draws))
	for i := range draws {
		joined[i] = slices.Concat(draws[i], others[i])
	}
	return Jackknife(joined, func(mean []float64) []float64 {
		return []float64{statistic(mean[:len(draws[0])], mean[len(draws[0]):])}
	})[0]
}
