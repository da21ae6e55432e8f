package stats

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Curve is a quantity along depths, lags or steps, measured on several draws: all lists have one entry a
// point.
type Curve struct {
	// Mean and StdErr are the mean over draws and its standard error, the sample deviation over sqrt(Draws).
	// A single draw has the error 0, as it says nothing about the spread.
	Mean   []float64 `json:"mean"`
	StdErr []float64 `json:"stderr"`

	// Lower and Upper are the ends of the spread: the 10 % and 90 % quantiles over draws, or where a result
	// says so the ends of a confidence band.
	Lower []float64 `json:"lower"`
	Upper []float64 `json:"upper"`

	// Draws is the number of independent draws, or of the seeds or minibatches in their place.
	Draws int `json:"draws,omitempty" jsonschema:"minimum=2"`
}

// SummarizeCurve summarises draws x points. It needs at least two draws, of equally many points.
func SummarizeCurve(draws [][]float64) (*Curve, error) {
	if len(draws) < 2 {
		return nil, fmt.Errorf("there are %d draws: give at least 2, for the spread over draws", len(draws))
	}
	if i := slices.IndexFunc(draws, func(d []float64) bool { return len(d) != len(draws[0]) }); i >= 0 {
		return nil, fmt.Errorf("draw %d has %d points, and draw 0 %d: give draws of one length", i,
			len(draws[i]), len(draws[0]))
	}
	c := &Curve{Draws: len(draws)}
	for point := range draws[0] {
		values := make([]float64, len(draws))
		for i, draw := range draws {
			values[i] = draw[point]
		}
		if err := checkSeries(values, 2); err != nil {
			return nil, err
		}
		c.add(values)
	}
	return c, nil
}

// CurveOf returns a quantity measured on every draw as a curve over the points of the draws, such as the
// depths of a net.
func CurveOf[T any](draws [][]T, quantity func(T) float64) (*Curve, error) {
	values := make([][]float64, len(draws))
	for i, draw := range draws {
		for _, point := range draw {
			values[i] = append(values[i], quantity(point))
		}
	}
	return SummarizeCurve(values)
}

// add appends a point by its values, one a draw, and sorts them: the mean does not depend on the order of the
// draws.
func (c *Curve) add(values []float64) {
	slices.Sort(values)
	mean, deviation := stat.MeanStdDev(values, nil)
	if len(values) == 1 {
		deviation = 0
	}
	c.Mean = append(c.Mean, mean)
	c.StdErr = append(c.StdErr, stat.StdErr(deviation, float64(len(values))))
	c.Lower = append(c.Lower, stat.Quantile(0.1, stat.LinInterp, values, nil))
	c.Upper = append(c.Upper, stat.Quantile(0.9, stat.LinInterp, values, nil))
}

// At returns the estimate of the mean at a point.
func (c *Curve) At(point int) Estimate { return Student(c.Mean[point], c.StdErr[point], c.Draws) }

// Farthest returns the largest distance of the means from a target, from a point on: it decides a claim that
// all of them are near it.
func (c *Curve) Farthest(from int, target float64) Estimate {
	var distances []Estimate
	for point := from; point < len(c.Mean); point++ {
		distances = append(distances, c.At(point).Distance(target))
	}
	largest := Largest(distances)
	largest.Low = max(largest.Low, 0) // its widened end may be below, a distance is not
	return largest
}
