package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// ErrConstant is what errors of constant series wrap.
var ErrConstant = errors.New("its autocorrelation is undefined")

// ACF returns the autocorrelation function of x at lags 0 to maxLag,
//
//	r_k = sum_{i=1}^{M-k} (x_i - mean)(x_{i+k} - mean) / sum_{i=1}^{M} (x_i - mean)^2,
//
// the mean removed, in the biased estimator, which divides every lag by the sum at lag 0. It is what the
// paper's Figure 2 shows of the gradients.
func ACF(x []float64, maxLag int) ([]float64, error) {
	if err := checkLags(maxLag, len(x)); err != nil {
		return nil, err
	}
	if err := checkSeries(x, 2); err != nil {
		return nil, err
	}
	mean := stat.Mean(x, nil)
	acf := make([]float64, maxLag+1)
	for k := range acf {
		for i := range len(x) - k {
			acf[k] += (x[i] - mean) * (x[i+k] - mean)
		}
	}
	total := acf[0]
	// A constant series has rounding errors for deviations; far below the values' own size they mean nothing.
	if total <= 1e-28*float64(len(x))*mean*mean {
		return nil, fmt.Errorf("the series is constant (%g): %w", x[0], ErrConstant)
	}
	for k := range acf {
		acf[k] /= total
	}
	return acf, nil
}

// checkLags returns an error unless 0 <= maxLag < m.
func checkLags(maxLag, m int) error {
	if maxLag < 0 || maxLag >= m {
		return fmt.Errorf("the largest lag is %d for a series of %d values: give one from 0 to %d", maxLag, m,
			m-1)
	}
	return nil
}

// MeanACF returns the autocorrelation function averaged over draws, draws x inputs, with its spread: a point
// for each lag from 0 to maxLag.
func MeanACF(draws [][]float64, maxLag int) (*Curve, error) {
	if err := checkDraws(draws); err != nil {
		return nil, err
	}
	atLag := make([][]float64, max(maxLag+1, 0))
	for i, draw := range draws {
		acf, err := ACF(draw, maxLag)
		if err != nil {
			return nil, fmt.Errorf("draw %d: %w", i, err)
		}
		for k, r := range acf {
			atLag[k] = append(atLag[k], r)
		}
	}
	c := &Curve{Draws: len(draws)}
	for _, values := range atLag {
		c.add(values)
	}
	return c, nil
}

// WhiteBand returns 1.96/sqrt(m): 95 % of the autocorrelations of white noise of length m, at any lag but 0,
// lie between it and its negative.
func WhiteBand(m int) float64 { return 1.96 / math.Sqrt(float64(m)) }
