package stats

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Curve summarises a curve over draws, point by point: all slices have one entry a point.
type Curve struct {
	// Mean and StdErr are the mean over draws and its standard error.
	Mean   []float64 `json:"mean"`
	StdErr []float64 `json:"stderr"`

	// Lower and Upper are the 10 % and 90 % quantiles over draws.
	Lower []float64 `json:"lower"`
	Upper []float64 `json:"upper"`
}

// SummarizeCurve summarises draws x points. It needs at least two draws.
func SummarizeCurve(draws [][]float64) (*Curve, error) {
	if len(draws) < 2 {
		return nil, fmt.Errorf("there are %d draws: give at least 2, for the spread over draws", len(draws))
	}
	c := new(Curve)
	for point := range draws[0] {
		values := make([]float64, len(draws))
		for i, draw := range draws {
			values[i] = draw[point]
		}
		summary, err := Summarize(values)
		if err != nil {
			return nil, err
		}
		slices.Sort(values)
		c.Mean = append(c.Mean, summary.Mean)
		c.StdErr = append(c.StdErr, summary.StdErr)
		c.Lower = append(c.Lower, stat.Quantile(0.1, stat.LinInterp, values, nil))
		c.Upper = append(c.Upper, stat.Quantile(0.9, stat.LinInterp, values, nil))
	}
	return c, nil
}
