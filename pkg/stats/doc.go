// Package stats computes the statistics of series that tell structured gradients from shattered ones: the
// autocorrelation function and what is known about it for white and brown noise, a whiteness test, the power
// spectrum's slope, covariance and correlation, and means and fits with their confidence intervals.
//
// A series is a []float64, one value an input. Many draws of a series are a [][]float64, draws x inputs.
// Functions return an error of one sentence when the numbers do not allow the statistic: too few of them,
// some that are not finite, no variance. What is measured over draws is an [Estimate], and along depths or
// lags a [Curve]; an estimate that can't be made is [None], and no error.
package stats

import (
	"fmt"

	"github.com/shattered-gradients/shattered/internal/numbers"
)

// checkSeries returns an error unless x has at least the given number of values, all of them finite.
func checkSeries(x []float64, least int) error {
	if len(x) < least {
		return fmt.Errorf("the series has %d values: give at least %d", len(x), least)
	}
	for i, value := range x {
		if !numbers.Finite(value) {
			return fmt.Errorf("value %d of the series is %g: give finite numbers", i, value)
		}
	}
	return nil
}

// checkDraws returns an error unless there is a draw and all draws are series of one length.
func checkDraws(draws [][]float64) error {
	if len(draws) == 0 {
		return fmt.Errorf("there are no draws: give at least one series")
	}
	for i, draw := range draws {
		if len(draw) != len(draws[0]) {
			return fmt.Errorf("draw %d has %d values and draw 0 has %d: give series of one length", i,
				len(draw), len(draws[0]))
		}
		if err := checkSeries(draw, 2); err != nil {
			return fmt.Errorf("draw %d: %w", i, err)
		}
	}
	return nil
}
