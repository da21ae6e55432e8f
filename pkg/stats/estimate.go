package stats

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence level of the intervals of estimates.
const Level = 0.95

// Estimate is a measured Value with its 95 % confidence interval, Low to High. A quantity without sampling
// error has Low = High = Value. One that could not be made is [None], and refused where results are saved.
type Estimate struct {
	Value float64 `json:"value"`

	// StdErr is the standard error where the interval comes from one by Student's t distribution, and 0
	// elsewhere.
	StdErr float64 `json:"stderr,omitempty" jsonschema:"minimum=0"`

	// Low and High are the ends of the interval.
	Low  float64 `json:"low"`
	High float64 `json:"high"`

	// Draws is the number of independent draws that the interval comes from, 0 where there is no such number.
	// Nets trained from several seeds, or on several minibatches, count these.
	Draws int `json:"draws,omitempty" jsonschema:"minimum=1"`
}

// None is the estimate of what could not be measured, such as the mean of a single draw or the smallest of no
// differences: NaN. It goes through all computations, decides no claim, and is refused where results are
// saved.
func None() Estimate {
	nan := math.NaN()
	return Estimate{Value: nan, StdErr: nan, Low: nan, High: nan}
}

// Exact returns the estimate of a quantity without sampling error.
func Exact(value float64) Estimate { return Estimate{Value: value, Low: value, High: value} }

// Student returns the estimate of a quantity from its standard error over draws, by Student's t distribution
// with draws-1 degrees of freedom: exact for means of normal values, and nearly so for means of others. With
// fewer than two draws, or a number that is not finite, it is [None].
func Student(value, stdErr float64, draws int) Estimate {
	if draws < 2 || !numbers.Finite(value) || !numbers.Finite(stdErr) {
		return None()
	}
	low, high := studentInterval(value, stdErr, float64(draws-1), Level)
	return Estimate{Value: value, StdErr: stdErr, Low: low, High: high, Draws: draws}
}

// Mean returns the estimate of a mean from independent values, with the sample deviation over the root of
// their number as its standard error.
func Mean(values []float64) Estimate {
	if len(values) < 2 { // their mean has no interval
		return None()
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	return Student(mean, stat.StdErr(deviation, float64(len(values))), len(values))
}

// MeanOf returns the estimate of the mean over draws of any statistic of a draw.
func MeanOf[T any](draws []T, statistic func(T) float64) Estimate {
	values := make([]float64, len(draws))
	for i, draw := range draws {
		values[i] = statistic(draw)
	}
	return Mean(values)
}

// MeanPaired returns the estimate of the mean over draws of a quantity of two ensembles that share their
// draws, such as a difference. Draw i of one is compared with draw i of the other, so that what both have in
// common cancels. Where one has more draws it is [None].
func MeanPaired[T any](draws, others []T, quantity func(own, other T) float64) Estimate {
	if len(draws) != len(others) {
		return None()
	}
	values := make([]float64, len(draws))
	for i, draw := range draws {
		values[i] = quantity(draw, others[i])
	}
	return Mean(values)
}

// Share returns the estimate of a probability from the number of successes among independent trials, with the
// interval of Clopper and Pearson, which covers at least as often as it says: [None] where there are no
// trials.
func Share(successes, trials int) Estimate {
	if trials < 1 {
		return None()
	}
	low, high := clopperPearson(successes, trials, Level)
	return Estimate{Value: float64(successes) / float64(trials), Low: low, High: high, Draws: trials}
}

// clopperPearson returns the confidence interval of a probability at the level.
func clopperPearson(successes, trials int, level float64) (low, high float64) {
	k, n, tail := float64(successes), float64(trials), (1-level)/2
	high = 1
	if k > 0 {
		low = distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile(tail)
	}
	if k < n {
		high = distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile(1 - tail)
	}
	return low, high
}

// studentInterval returns the confidence interval at the level of an estimate with a standard error that has
// the given degrees of freedom. It is NaN unless 0 < level < 1.
func studentInterval(estimate, stdErr, degrees, level float64) (low, high float64) {
	if !(level > 0 && level < 1) {
		return math.NaN(), math.NaN()
	}
	margin := stdErr * distuv.StudentsT{Sigma: 1, Nu: degrees}.Quantile((1+level)/2)
	return estimate - margin, estimate + margin
}

// Made says whether the estimate could be made: all its numbers are finite.
func (e Estimate) Made() bool {
	return numbers.Finite(e.Value) && numbers.Finite(e.Low) && numbers.Finite(e.High)
}

// Simultaneous returns an estimate by [Student] with the interval that holds together with those of the
// others among so many comparisons, at Level, by Bonferroni: each interval fails with probability 5 % over
// their number. It needs no independence. As such intervals need no widening by [Smallest] or [Largest], the
// estimate has no Draws.
func (e Estimate) Simultaneous(comparisons int) Estimate {
	if e.Draws < 2 { // None, or exact
		return e
	}
	low, high := studentInterval(e.Value, e.StdErr, float64(e.Draws-1), 1-(1-Level)/float64(comparisons))
	return Estimate{Value: e.Value, StdErr: e.StdErr, Low: low, High: high}
}

// Within returns the estimate with its interval cut to values that are possible, from low to high.
func (e Estimate) Within(low, high float64) Estimate {
	e.Low, e.High = max(e.Low, low), min(e.High, high)
	return e
}

// MinusIndependent returns the estimate of e - other for independent estimates, adding their margins in
// squares. Nets that share draws, noise, images or seeds are not independent: compare them draw by draw, or
// by the jackknife over the draws that they share.
func (e Estimate) MinusIndependent(other Estimate) Estimate {
	value := e.Value - other.Value
	return Estimate{
		Value: value,
		Low:   value - math.Hypot(e.Value-e.Low, other.High-other.Value),
		High:  value + math.Hypot(e.High-e.Value, other.Value-other.Low),
		Draws: fewer(e.Draws, other.Draws),
	}
}

// Over returns the estimate of e / divisor.
func (e Estimate) Over(divisor float64) Estimate {
	e.Value, e.StdErr = e.Value/divisor, e.StdErr/math.Abs(divisor)
	e.Low, e.High = e.Low/divisor, e.High/divisor
	if divisor < 0 { // it turns the interval around
		e.Low, e.High = e.High, e.Low
	}
	return e
}

// Distance returns the estimate of |e - target|. Its interval starts at 0 where that of e holds the target.
func (e Estimate) Distance(target float64) Estimate {
	low, high := e.Low-target, e.High-target
	distance := Estimate{
		Value: math.Abs(e.Value - target), High: max(math.Abs(low), math.Abs(high)), Draws: e.Draws,
	}
	if low > 0 || high < 0 {
		distance.Low = min(math.Abs(low), math.Abs(high))
	}
	return distance
}

// Negative returns the estimate of -e.
func (e Estimate) Negative() Estimate {
	// 0 - x and not -x: there is no -0 to be shown.
	return Estimate{Value: 0 - e.Value, StdErr: e.StdErr, Low: 0 - e.High, High: 0 - e.Low, Draws: e.Draws}
}

// Smallest returns the estimate of the smallest of several quantities, which decides a claim that all of them
// are large: it is [None] where there are none, or one of them is.
//
// The lower end is the lowest of the lower ends: the smallest quantity is below its own in 2.5 % of cases at
// most, whatever their number and dependence. The upper end is the lowest of the upper ends, after widening
// these so that all hold together (Bonferroni), as one of many ends falls short easily. How far an end is
// widened follows from the Draws, by Student's t distribution; without Draws it stays.
func Smallest(estimates []Estimate) Estimate {
	if len(estimates) == 0 {
		return None()
	}
	smallest := Exact(math.Inf(1))
	for _, e := range estimates {
		smallest.Value = min(smallest.Value, e.Value)
		smallest.Low = min(smallest.Low, e.Low)
		smallest.High = min(smallest.High, e.Value+(e.High-e.Value)*widening(e.Draws, len(estimates)))
		smallest.Draws = fewer(smallest.Draws, e.Draws)
	}
	return smallest
}

// Largest returns the estimate of the largest of several quantities, which decides a claim that all of them
// are small: see [Smallest].
func Largest(estimates []Estimate) Estimate {
	negative := make([]Estimate, len(estimates))
	for i, e := range estimates {
		negative[i] = e.Negative()
	}
	return Smallest(negative).Negative()
}

// widening returns by how much an end of a 95 % interval by Student's t distribution moves away from the
// value when so many ends shall hold together.
func widening(draws, ends int) float64 {
	if draws < 2 || ends < 2 {
		return 1
	}
	t, tail := distuv.StudentsT{Sigma: 1, Nu: float64(draws - 1)}, (1-Level)/2
	return t.Quantile(1-tail/float64(ends)) / t.Quantile(1-tail)
}

// fewer returns the smaller of two numbers of draws; 0, an unknown number, does not count.
func fewer(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// String formats the estimate with its interval, three significant digits.
func (e Estimate) String() string {
	if e.Low == e.High {
		return fmt.Sprintf("%.3g", e.Value)
	}
	return fmt.Sprintf("%.3g [%.3g, %.3g]", e.Value, e.Low, e.High)
}

// PlusMinus formats the estimate with its standard error, two significant digits of the error.
func (e Estimate) PlusMinus() string {
	if e.StdErr == 0 {
		return fmt.Sprintf("%.4g", e.Value)
	}
	if size := math.Abs(e.Value); size >= 1e5 || size < 1e-4 {
		exponent := math.Floor(math.Log10(max(size, e.StdErr)))
		scale := math.Pow(10, exponent)
		return fmt.Sprintf("(%.2f ± %.2f)·10^%g", e.Value/scale, e.StdErr/scale, exponent)
	}
	decimals := max(0, 1-int(math.Floor(math.Log10(e.StdErr))))
	return fmt.Sprintf("%.*f ± %.*f", decimals, e.Value, decimals, e.StdErr)
}

// Median returns the median of x, which must not be empty: the mean of the two middle values where their
// number is even.
func Median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
