package subject

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Crossed are rows of numbers that were measured under every draw of the weights on every one of some items
// (pairs of inputs, minibatches): Crossed[draw][item], all rows of one length.
type Crossed [][][]float64

// NewCrossed returns the rows for that many draws and items, all of them missing.
func NewCrossed(draws, items int) Crossed {
	c := make(Crossed, draws)
	for draw := range c {
		c[draw] = make([][]float64, items)
	}
	return c
}

// Jackknife estimates smooth functions of the mean row, with their intervals. Rows of one draw share its
// weights, and rows of one item its inputs: they are not independent, and leaving out one at a time would
// take them for it. So a whole draw is left out at a time, and then a whole item, by stats.Jackknife, and the
// two variances are added,
//
//	StdErr^2 = StdErr(draws)^2 + StdErr(items)^2.
//
// Where a number is the sum of an effect of the draw, one of the item and one of both together, the first two
// count once, as they should, and the last twice: the error is on the safe side (Owen, 2007, "The pigeonhole
// bootstrap"). The interval is Student's, with the degrees of freedom of such a sum after Satterthwaite
// (1946): about as many as the part has that varies most. A single draw, or a single item, is taken for the
// one in question, and counts no error; a single row has no interval. There must be one row at least.
func (c Crossed) Jackknife(statistic func(mean []float64) []float64) []Estimate {
	var errors [][]stats.Estimate
	for _, rows := range c.margins() {
		errors = append(errors, stats.Jackknife(rows, statistic))
	}
	values := slices.Clone(statistic(c.Mean()))
	estimates := make([]Estimate, len(values))
	for i, value := range values {
		estimates[i] = Estimate{Value: value}
		if len(errors) == 0 {
			continue
		}
		e := errors[0][i]
		if len(errors) > 1 {
			e = added(value, e, errors[1][i])
		}
		if e.Made() {
			estimates[i] = Estimate{value, &e.Low, &e.High, e.StdErr, e.Draws}
		}
	}
	return estimates
}

// Distance is Jackknife for a statistic that can't be negative, and that noise alone makes positive: its
// interval begins where that of [stats.Replicates.Distance] does, with the variances of draws and of items
// added, and what the noise of each adds to the square.
func (c Crossed) Distance(statistic func(mean []float64) float64) Estimate {
	e := c.Jackknife(func(mean []float64) []float64 { return []float64{statistic(mean)} })[0]
	if e.Low == nil {
		return e
	}
	squared := func(mean []float64) []float64 {
		value := statistic(mean)
		return []float64{value * value}
	}
	square := c.Jackknife(squared)[0]
	if square.Low == nil {
		return e
	}
	lowest := *square.Low
	for _, rows := range c.margins() {
		lowest -= stats.Replicate(rows, squared)[0].Bias()
	}
	low := max(0, min(*e.Low, math.Sqrt(max(0, lowest))))
	e.Low = &low
	return e
}

// margins returns the mean rows of draws and those of items, of what there is more than one.
func (c Crossed) margins() [][][]float64 {
	return slices.DeleteFunc([][][]float64{c.byDraw(), c.byItem()},
		func(rows [][]float64) bool { return len(rows) < 2 })
}

// added returns the estimate of a value whose variance is the sum of those of two estimates. Degrees of
// freedom are rounded down, for an interval that is too wide rather than too narrow.
func added(value float64, a, b stats.Estimate) stats.Estimate {
	if !a.Made() || !b.Made() {
		return stats.None()
	}
	variance := a.StdErr*a.StdErr + b.StdErr*b.StdErr
	freedom := float64(min(a.Draws, b.Draws) - 1)
	if variance > 0 {
		of := func(e stats.Estimate) float64 {
			return math.Pow(e.StdErr*e.StdErr/variance, 2) /
				float64(e.Draws-1)
		}
		freedom = 1 / (of(a) + of(b))
	}
	return stats.Student(value, math.Sqrt(variance), int(freedom+1e-9)+1)
}

// Means estimates every number of the rows.
func (c Crossed) Means() []Estimate {
	return c.Jackknife(func(mean []float64) []float64 { return mean })
}

// Mean returns the mean row.
func (c Crossed) Mean() []float64 { return meanRow(c.byDraw()) }

// byDraw returns for each draw the mean of its rows.
func (c Crossed) byDraw() [][]float64 {
	means := make([][]float64, len(c))
	for draw, rows := range c {
		means[draw] = meanRow(rows)
	}
	return means
}

// byItem returns for each item the mean of its rows.
func (c Crossed) byItem() [][]float64 {
	means := make([][]float64, len(c[0]))
	for item := range means {
		rows := make([][]float64, len(c))
		for draw := range c {
			rows[draw] = c[draw][item]
		}
		means[item] = meanRow(rows)
	}
	return means
}

// meanRow returns the mean of rows of one length.
func meanRow(rows [][]float64) []float64 {
	mean := make([]float64, len(rows[0]))
	for _, row := range rows {
		for i, value := range row {
			mean[i] += value / float64(len(rows))
		}
	}
	return mean
}

// Estimate is a number with its confidence interval at stats.Level, for results.
type Estimate struct {
	Value float64 `json:"value"`

	// Low and High are the ends of the interval; both nil where a single draw and item say nothing about the
	// spread.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`

	// StdErr is the standard error, 0 where there is no interval, and Draws one more than its degrees of
	// freedom: the number of draws, or of items, where there is one of the other.
	StdErr float64 `json:"stderr,omitempty"`
	Draws  int     `json:"draws,omitempty"`
}

// Within returns the estimate with its interval cut to values that are possible.
func (e Estimate) Within(lowest, highest float64) Estimate {
	if e.Low != nil {
		low, high := max(*e.Low, lowest), min(*e.High, highest)
		e.Low, e.High = &low, &high
	}
	return e
}

// String writes the estimate with its interval, three significant digits.
func (e Estimate) String() string {
	if e.Low == nil {
		return fmt.Sprintf("%.3g", e.Value)
	}
	return fmt.Sprintf("%.3g [%.3g, %.3g]", e.Value, *e.Low, *e.High)
}
