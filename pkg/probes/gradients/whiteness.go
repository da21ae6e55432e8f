package gradients

import (
	"cmp"
	"errors"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat"
)

// Whiteness says in how many draws a test tells gradients from white noise, and what it is that the test
// sees.
//
// The Ljung-Box test assumes that the values of a series are independent. Gradients can fail it in two ways:
// their signs can depend on the neighbours', or only their sizes can, large ones coming together with signs
// as random as a coin's. Series with random signs have no autocorrelation on average, and still fail the
// test. Shuffling the values destroys either dependence and keeps their distribution, heavy tails included:
// it tells whether the test rejects for that alone.
type Whiteness struct {
	// Draws is the number of draws tested.
	Draws int `json:"draws" jsonschema:"minimum=2"`

	// Rejected is the share of the draws on which the Ljung-Box test, over 15 lags at the 5 % level, rejects
	// white noise.
	Rejected stats.Estimate `json:"rejected"`

	// RejectedSigns is the same of the signs of the gradients, around their median.
	RejectedSigns stats.Estimate `json:"rejected_signs"`

	// RejectedShuffled is the same of the gradients in random order, which keeps their distribution and
	// nothing else.
	RejectedShuffled stats.Estimate `json:"rejected_shuffled"`

	// SizeCorrelation is the autocorrelation at lag 1 of the squared deviations from the mean.
	SizeCorrelation stats.Estimate `json:"size_correlation"`
}

// shuffleStream keeps the random order apart from other random numbers of the seed.
const shuffleStream = 0x5f

// TestWhiteness tests series, draws x inputs; the seed determines the random order.
func TestWhiteness(draws [][]float64, seed uint64) (*Whiteness, error) {
	if len(draws) < 2 {
		return nil, errors.New("whiteness is tested on the share of many draws: give at least 2")
	}
	rejected, rejectedSigns, rejectedShuffled := 0, 0, 0
	sizes := make([]float64, len(draws))
	for i, draw := range draws {
		shuffled := append([]float64(nil), draw...)
		random.Stream(seed, shuffleStream, uint64(i)).Shuffle(len(shuffled), func(a, b int) {
			shuffled[a], shuffled[b] = shuffled[b], shuffled[a]
		})
		for _, test := range []struct {
			series []float64
			count  *int
		}{{draw, &rejected}, {signs(draw), &rejectedSigns}, {shuffled, &rejectedShuffled}} {
			result, err := stats.LjungBox(test.series, MaxLag)
			if err != nil {
				return nil, err
			}
			if result.PValue < TestLevel {
				*test.count++
			}
		}
		acf, err := stats.ACF(squaredDeviations(draw), 1)
		if err != nil {
			return nil, err
		}
		sizes[i] = acf[1]
	}
	return &Whiteness{
		Draws:            len(draws),
		Rejected:         stats.Share(rejected, len(draws)),
		RejectedSigns:    stats.Share(rejectedSigns, len(draws)),
		RejectedShuffled: stats.Share(rejectedShuffled, len(draws)),
		SizeCorrelation:  stats.Mean(sizes),
	}, nil
}

// signs returns +1 where the series is above its median, -1 below it, and 0 at it.
func signs(x []float64) []float64 {
	median := stats.Median(x)
	s := make([]float64, len(x))
	for i, value := range x {
		s[i] = float64(cmp.Compare(value, median))
	}
	return s
}

// squaredDeviations returns the squares of the series less its mean.
func squaredDeviations(x []float64) []float64 {
	mean := stat.Mean(x, nil)
	squares := make([]float64, len(x))
	for i, value := range x {
		squares[i] = (value - mean) * (value - mean)
	}
	return squares
}
