package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/stat"
)

// Periodogram returns the power |sum_t (x_t - mean) exp(-i omega_k t)|^2 / m of x at the angular frequencies
// omega_k = 2 pi k / m, for k = 1 to the largest below m/2.
func Periodogram(x []float64) (omega, power []float64, err error) {
	if err := checkSeries(x, 5); err != nil {
		return nil, nil, err
	}
	m := len(x)
	mean := stat.Mean(x, nil)
	centred := make([]float64, m)
	for i := range x {
		centred[i] = x[i] - mean
	}
	coefficients := fourier.NewFFT(m).Coefficients(nil, centred)
	for k := 1; k <= (m-1)/2; k++ {
		c := coefficients[k]
		omega = append(omega, 2*math.Pi*float64(k)/float64(m))
		power = append(power, (real(c)*real(c)+imag(c)*imag(c))/float64(m))
	}
	return omega, power, nil
}

// SpectrumSlope returns the slope of the log power spectrum: the least-squares slope of log [Periodogram]
// against log(2 sin(omega/2)), 0 for white noise and -2 for brown noise.
//
// The frequency stands as 2 sin(omega/2), and not as omega, because that makes -2 exact for a random walk:
// the walk's differences are white, and differencing multiplies the amplitude at omega by 2 sin(omega/2). The
// jump from the walk's last value to its first, which a Fourier transform of a stretch of it contains, adds
// power of the very same shape.
func SpectrumSlope(x []float64) (float64, error) {
	omega, power, err := Periodogram(x)
	if err != nil {
		return 0, err
	}
	for k := range omega {
		if power[k] == 0 {
			return 0, fmt.Errorf("the series has no power at frequency %d: its spectrum has no slope", k+1)
		}
		omega[k], power[k] = math.Log(2*math.Sin(omega[k]/2)), math.Log(power[k])
	}
	_, slope := stat.LinearRegression(omega, power, nil, false)
	return slope, nil
}
