package claims

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Level is the confidence level of the intervals that claims are decided by.
const Level = 0.95

// Estimate is a measured quantity with its confidence interval at Level. A quantity without sampling error has Low = High =
// Value.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Exact returns the estimate of a quantity without sampling error.
func Exact(value float64) Estimate { return Estimate{value, value, value} }

// Mean returns the estimate of a mean.
func Mean(s stats.Summary) Estimate {
	low, high := s.Interval(Level)
	return Estimate{Value: s.Mean, Low: low, High: high}
}

// Share returns the estimate of a probability from the number of successes among trials.
func Share(successes, trials int) Estimate {
	low, high := stats.Share{Successes: successes, Trials: trials}.Interval(Level)
	return Estimate{Value: float64(successes) / float64(trials), Low: low, High: high}
}

// Minus returns the estimate of e - other for independent estimates, adding their margins in squares.
func (e Estimate) Minus(other Estimate) Estimate {
	value := e.Value - other.Value
	return Estimate{
		Value: value,
		Low:   value - math.Hypot(e.Value-e.Low, other.High-other.Value),
		High:  value + math.Hypot(e.High-e.Value, other.Value-other.Low),
	}
}

// String formats the estimate with its interval, three significant digits.
func (e Estimate) String() string {
	if e.Low == e.High {
		return fmt.Sprintf("%.3g", e.Value)
	}
	return fmt.Sprintf("%.3g [%.3g, %.3g]", e.Value, e.Low, e.High)
}
