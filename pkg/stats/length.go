package stats

import "math"

// CorrelationLength returns the effective correlation length that an autocorrelation function, at lags 0 and
// up, shows: the lag at which it first falls below 1/e, on straight lines between lags; it is 0.63 for a
// function that is 0 from lag 1 on. It returns the largest lag where the function stays above 1/e.
//
// The sum of the function over the lags, the other customary length, says nothing here: with the mean
// removed, the function's sum over all lags is -1/2 for every series.
func CorrelationLength(acf []float64) float64 {
	for k := 1; k < len(acf); k++ {
		if acf[k] < 1/math.E {
			return float64(k-1) + (acf[k-1]-1/math.E)/(acf[k-1]-acf[k])
		}
	}
	return float64(len(acf) - 1)
}

// NoiseLengths returns the correlation lengths of the expected autocorrelation of brown and of white noise of
// m values, at lags up to maxLag.
func NoiseLengths(m, maxLag int) (brown, white float64, err error) {
	for _, noise := range []struct {
		acf    func(m, maxLag int) ([]float64, error)
		length *float64
	}{{BrownACF, &brown}, {WhiteACF, &white}} {
		acf, err := noise.acf(m, maxLag)
		if err != nil {
			return 0, 0, err
		}
		*noise.length = CorrelationLength(acf)
	}
	return brown, white, nil
}
