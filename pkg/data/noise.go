package data

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/shattered-gradients/shattered/internal/cost"
)

// WhiteNoise returns m values of white noise, W_k ~ Normal(0, 1), independent of each other: Figure 1(e) of
// the paper. The covariance is 1 on the diagonal and 0 elsewhere; the power spectrum is flat.
//
// The numbers come from rng, see [github.com/shattered-gradients/shattered/pkg/random.Stream]. It returns an
// error when m is less than 1 or rng is nil.
func WhiteNoise(m int, rng *rand.Rand) ([]float64, error) {
	if err := checkNoise(m, rng); err != nil {
		return nil, err
	}
	x := make([]float64, m)
	for k := range x {
		x[k] = rng.NormFloat64()
	}
	return x, nil
}

// BrownNoise returns the first m values of brown noise, a discrete random walk with n steps to the unit of
// variance: Figure 1(d) of the paper,
//
//	B_n(t) = sum over s <= t of W_s,  W_s ~ Normal(0, 1/n) independent,  t = 1..m.
//
// The covariance is E[B(s) B(t)] = min(s, t)/n. With n = m, as in the figure, the walk ends with variance 1
// whatever its length, and converges to Brownian motion on [0, 1]. That the variance of a step is 1/n is how
// we recall the paper; n changes the scale alone, which no correlation, spectral slope or normalised
// covariance sees.
//
// The numbers come from rng, see [github.com/shattered-gradients/shattered/pkg/random.Stream]. It returns an
// error when m or n is less than 1 or rng is nil.
func BrownNoise(m, n int, rng *rand.Rand) ([]float64, error) {
	if n < 1 {
		return nil, fmt.Errorf("a step of brown noise can't have variance 1/%d: give a positive number", n)
	}
	x, err := WhiteNoise(m, rng)
	if err != nil {
		return nil, err
	}
	sum, deviation := 0.0, 1/math.Sqrt(float64(n))
	for t := range x {
		sum += x[t] * deviation
		x[t] = sum
	}
	return x, nil
}

// checkNoise returns an error when noise of length m can't be drawn from rng.
func checkNoise(m int, rng *rand.Rand) error {
	if m < 1 {
		return fmt.Errorf("noise of length %d: give at least 1", m)
	}
	if err := cost.Of(8, m).Check(fmt.Sprintf("noise of length %d", m), "numbers"); err != nil {
		return fmt.Errorf("%w; give a smaller length", err)
	}
	if rng == nil {
		return errors.New("noise needs a source of random numbers: give one, such as random.Stream(seed)")
	}
	return nil
}
