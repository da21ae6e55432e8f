package stats

import (
	"fmt"
	"math"
	"slices"
)

// Jackknife estimates smooth functions of means over draws, such as a ratio of two means or a slope fitted to logarithms of
// means, together with their standard errors. The rows of draws, draws x numbers, are independent of each other while the numbers
// of one row need not be; statistic computes one or more values from the mean row, which it must not keep.
//
// The errors come from leaving out one draw at a time (Tukey): with the replicates v_i of n draws,
//
//	StdErr^2 = (n-1)/n  sum_i (v_i - mean v)^2.
//
// It returns an error when there are fewer than two draws, they differ in length, a number is not finite, or the statistic
// fails.
func Jackknife(draws [][]float64, statistic func(mean []float64) ([]float64, error)) ([]Summary, error) {
	n := len(draws)
	if n < 2 {
		return nil, fmt.Errorf("the number of draws is %d: give at least 2, for the spread over draws", n)
	}
	for i, draw := range draws {
		if len(draw) != len(draws[0]) {
			return nil, fmt.Errorf("draw %d has %d numbers and draw 0 has %d: give rows of one length", i, len(draw), len(draws[0]))
		}
		if err := checkSeries(draw, 1); err != nil {
			return nil, fmt.Errorf("draw %d: %w", i, err)
		}
	}
	total, mean := make([]float64, len(draws[0])), make([]float64, len(draws[0]))
	for _, draw := range draws {
		for k, value := range draw {
			total[k] += value
		}
	}
	evaluate := func(left []float64, count int) ([]float64, error) {
		for k := range total {
			mean[k] = total[k]
			if left != nil {
				mean[k] -= left[k]
			}
			mean[k] /= float64(count)
		}
		return statistic(mean)
	}
	all, err := evaluate(nil, n)
	if err != nil {
		return nil, err
	}
	replicates := make([][]float64, n)
	for i, draw := range draws {
		if replicates[i], err = evaluate(draw, n-1); err != nil {
			return nil, fmt.Errorf("without draw %d: %w", i, err)
		}
	}
	summaries := make([]Summary, len(all))
	values := make([]float64, n)
	for k, value := range all {
		for i, replicate := range replicates {
			values[i] = replicate[k]
		}
		spread, err := Summarize(values)
		if err != nil {
			return nil, fmt.Errorf("value %d of the statistic: %w", k, err)
		}
		summaries[k] = Summary{Mean: value, StdErr: spread.StdErr * float64(n-1), N: n}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, fmt.Errorf("value %d of the statistic is %g: it must be finite", k, value)
		}
	}
	return summaries, nil
}

// JackknifePaired estimates a smooth function of the means of two ensembles that share their draws, such as the difference of two ratios,
// by [Jackknife] over the draws: row i of both is left out at once. What the two rows of a draw have in common cancels, where taking the
// ensembles for independent counts it twice. The rows of the two may differ in length.
func JackknifePaired(draws, others [][]float64, statistic func(mean, other []float64) (float64, error)) (Summary, error) {
	if len(draws) != len(others) {
		return Summary{}, fmt.Errorf("there are %d draws of one ensemble and %d of the other: ensembles that share their draws have equally many", len(draws), len(others))
	}
	joined := make([][]float64, len(draws))
	for i := range draws {
		if len(draws[i]) != len(draws[0]) { // the sum of the two lengths would not tell
			return Summary{}, fmt.Errorf("draw %d has %d numbers and draw 0 has %d: give rows of one length", i, len(draws[i]), len(draws[0]))
		}
		joined[i] = slices.Concat(draws[i], others[i])
	}
	summaries, err := Jackknife(joined, func(mean []float64) ([]float64, error) {
		value, err := statistic(mean[:len(draws[0])], mean[len(draws[0]):])
		return []float64{value}, err
	})
	if err != nil {
		return Summary{}, err
	}
	return summaries[0], nil
}
