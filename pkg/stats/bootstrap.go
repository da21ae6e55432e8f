package stats

import (
	"math/rand/v2"
	"slices"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"gonum.org/v1/gonum/stat"
)

// Bootstrap estimates statistics of independent units, each of which may stand for several numbers that are
// not independent, by drawing as many units with replacement, so many times (Efron, 1979). statistic computes
// one or more values of a list of units, by their indices.
//
// An interval is that between the quantiles (1 - level) / 2 and (1 + level) / 2 of a value's replicates, for
// its level in levels, one a value. Where a value of all units is not finite it is [None]. Replicates that
// are not finite, of a sample that happens to have one unit alone, say, are left out; where they are more
// than a tenth there is no interval and the value is None as well.
func Bootstrap(units, resamples int, levels []float64, rng *rand.Rand,
	statistic func(units []int) []float64) []Estimate {
	sample := make([]int, units)
	for i := range sample {
		sample[i] = i
	}
	all := slices.Clone(statistic(sample))
	replicates := make([][]float64, len(all))
	for range resamples {
		for i := range sample {
			sample[i] = rng.IntN(units)
		}
		for k, value := range statistic(sample) {
			if numbers.Finite(value) {
				replicates[k] = append(replicates[k], value)
			}
		}
	}
	estimates := make([]Estimate, len(all))
	for k, value := range all {
		estimates[k] = percentiles(value, replicates[k], levels[k], units)
		if 10*(resamples-len(replicates[k])) > resamples {
			estimates[k] = None()
		}
	}
	return estimates
}

// percentiles returns the estimate of a value with the interval between quantiles of its replicates.
func percentiles(value float64, replicates []float64, level float64, units int) Estimate {
	if len(replicates) == 0 || !numbers.Finite(value) {
		return None()
	}
	slices.Sort(replicates)
	e := Estimate{Value: value, Draws: units,
		Low:  stat.Quantile((1-level)/2, stat.Empirical, replicates, nil),
		High: stat.Quantile((1+level)/2, stat.Empirical, replicates, nil)}
	// A percentile interval need not hold the value; what decides claims does.
	e.Low, e.High = min(e.Low, value), max(e.High, value)
	return e
}
