package stats

import (
	"errors"
	"math"
)

// ColourDistance says how far an autocorrelation function is from those of white and of brown noise.
type ColourDistance struct {
	// White and Brown are the Euclidean distances, over lags 1 and up, to [WhiteACF] and [BrownACF].
	White, Brown float64

	// Brownness is White / (White + Brown): 0 for white noise, 1 for brown noise, and above 1/2 exactly when
	// the function is closer to brown than to white.
	Brownness float64
}

// Colour measures the distance of an autocorrelation function, at lags 0 and up, of series of length m, to
// white and to brown noise.
//
// The distance between functions is chosen because it makes the paper's sentences literal: gradients
// "resemble brown noise" when their autocorrelation function lies near that of brown noise, and are "closer
// to brown than to white" when Brownness is above 1/2. The functions of the noises are exact for the length
// m, so that a finite walk counts as fully brown.
func Colour(acf []float64, m int) (ColourDistance, error) {
	if len(acf) < 2 {
		return ColourDistance{},
			errors.New("the autocorrelation function has no lag above 0: compute it up to lag 1 at least")
	}
	if err := checkSeries(acf, 2); err != nil {
		return ColourDistance{}, err
	}
	white, err := WhiteACF(m, len(acf)-1)
	if err != nil {
		return ColourDistance{}, err
	}
	brown, err := BrownACF(m, len(acf)-1)
	if err != nil {
		return ColourDistance{}, err
	}
	c := ColourDistance{White: distance(acf[1:], white[1:]), Brown: distance(acf[1:], brown[1:])}
	c.Brownness = c.White / (c.White + c.Brown)
	return c, nil
}

// distance returns the Euclidean distance of a and b.
func distance(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum)
}
