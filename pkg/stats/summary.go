package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Summary is the mean of independent values with its standard error.
type Summary struct {
	Mean, StdErr float64

	// N is the number of values.
	N int
}

// Summarize returns the mean of at least two values, and its standard error: the sample deviation over sqrt(N).
func Summarize(x []float64) (Summary, error) {
	if err := checkSeries(x, 2); err != nil {
		return Summary{}, err
	}
	mean, deviation := stat.MeanStdDev(x, nil)
	return Summary{Mean: mean, StdErr: stat.StdErr(deviation, float64(len(x))), N: len(x)}, nil
}

// Interval returns the confidence interval of the mean at the level, such as 0.95, by Student's t distribution with N-1 degrees of
// freedom: exact for normal values, and nearly so for means of others. It is the whole line for a single value, and NaN unless
// 0 < level < 1.
func (s Summary) Interval(level float64) (low, high float64) {
	if s.N < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	return studentInterval(s.Mean, s.StdErr, float64(s.N-1), level)
}

// studentInterval returns the confidence interval at the level of an estimate with a standard error that has the given degrees of
// freedom. It is NaN unless 0 < level < 1.
func studentInterval(estimate, stdErr, degrees, level float64) (low, high float64) {
	if !(level > 0 && level < 1) {
		return math.NaN(), math.NaN()
	}
	margin := stdErr * distuv.StudentsT{Sigma: 1, Nu: degrees}.Quantile((1+level)/2)
	return estimate - margin, estimate + margin
}

// Share is the share of successes among independent trials.
type Share struct{ Successes, Trials int }

// Interval returns the confidence interval of the probability of success at the level, such as 0.95, by Clopper and Pearson: it
// covers at least as often as the level says.
func (s Share) Interval(level float64) (low, high float64) {
	k, n, tail := float64(s.Successes), float64(s.Trials), (1-level)/2
	high = 1
	if k > 0 {
		low = distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile(tail)
	}
	if k < n {
		high = distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile(1 - tail)
	}
	return low, high
}

// Median returns the median of x, which must not be empty: the mean of the two middle values where their number is even.
func Median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
