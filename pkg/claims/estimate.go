package claims

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence level of the intervals that claims are decided by.
const Level = 0.95

// Estimate is a measured quantity with its confidence interval at Level. A quantity without sampling error has Low = High =
// Value. One that could not be made is [None].
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`

	// Draws is the number of independent draws behind the interval, 0 where there is no such number. Nets trained from several
	// seeds, or on several minibatches, count these.
	Draws int `json:"draws,omitempty"`
}

// None is the estimate of what could not be measured, such as the smallest of no differences: NaN. It decides no claim, and no claim about
// it is saved.
func None() Estimate { return Exact(math.NaN()) }

// Exact returns the estimate of a quantity without sampling error.
func Exact(value float64) Estimate { return Estimate{Value: value, Low: value, High: value} }

// Mean returns the estimate of a mean. A single value has no interval, and its mean is [None].
func Mean(s stats.Summary) Estimate {
	if s.N < 2 {
		return None()
	}
	low, high := s.Interval(Level)
	return Estimate{Value: s.Mean, Low: low, High: high, Draws: s.N}
}

// Share returns the estimate of a probability from the number of successes among trials: [None] where there are no trials.
func Share(successes, trials int) Estimate {
	if trials < 1 {
		return None()
	}
	low, high := stats.Share{Successes: successes, Trials: trials}.Interval(Level)
	return Estimate{Value: float64(successes) / float64(trials), Low: low, High: high, Draws: trials}
}

// Made says whether the estimate could be made: all its numbers are finite.
func (e Estimate) Made() bool {
	for _, number := range []float64{e.Value, e.Low, e.High} {
		if math.IsNaN(number) || math.IsInf(number, 0) {
			return false
		}
	}
	return true
}

// MinusIndependent returns the estimate of e - other for independent estimates, adding their margins in squares. Nets that share draws,
// noise, images or seeds are not independent: compare them draw by draw, or by the jackknife over the draws that they share.
func (e Estimate) MinusIndependent(other Estimate) Estimate {
	value := e.Value - other.Value
	return Estimate{
		Value: value,
		Low:   value - math.Hypot(e.Value-e.Low, other.High-other.Value),
		High:  value + math.Hypot(e.High-e.Value, other.Value-other.Low),
		Draws: fewer(e.Draws, other.Draws),
	}
}

// Distance returns the estimate of |e - target|. Its interval starts at 0 where that of e holds the target.
func (e Estimate) Distance(target float64) Estimate {
	low, high := e.Low-target, e.High-target
	distance := Estimate{Value: math.Abs(e.Value - target), High: max(math.Abs(low), math.Abs(high)), Draws: e.Draws}
	if low > 0 || high < 0 {
		distance.Low = min(math.Abs(low), math.Abs(high))
	}
	return distance
}

// Smallest returns the estimate of the smallest of several quantities, which decides a claim that all of them are large: it is [None] where
// there are none, or one of them is.
//
// The lower end is the lowest of the lower ends: the smallest quantity is below its own in 2.5 % of cases at most, whatever their number and
// dependence. The upper end is the lowest of the upper ends, after widening these so that all hold together (Bonferroni), as one of many ends
// falls short easily. How far an end is widened follows from the Draws, by Student's t distribution; without Draws it stays.
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

// Largest returns the estimate of the largest of several quantities, which decides a claim that all of them are small: see [Smallest].
func Largest(estimates []Estimate) Estimate {
	negative := make([]Estimate, len(estimates))
	for i, e := range estimates {
		negative[i] = e.negative()
	}
	return Smallest(negative).negative()
}

// negative returns the estimate of -e.
func (e Estimate) negative() Estimate {
	return Estimate{Value: -e.Value, Low: -e.High, High: -e.Low, Draws: e.Draws}
}

// widening returns by how much an end of a 95 % interval by Student's t distribution moves away from the value when so many ends shall hold
// together.
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
