package gradients

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// MaxLag is the largest lag of the paper's Figure 2, and of the statistics here.
const MaxLag = 15

// TestLevel is the level of the Ljung-Box test on each draw.
const TestLevel = 0.05

// Summary holds what the autocorrelation of an ensemble of series says about their colour.
type Summary struct {
	// ACF is the autocorrelation function at lags 0..MaxLag, averaged over the draws, with its spread.
	ACF stats.ACFSummary

	// MeanCorrelation is the autocorrelation averaged over lags 1..MaxLag, one number a draw, summarised over draws.
	MeanCorrelation stats.Summary

	// Brownness tells where the averaged autocorrelation lies between that of white noise (0) and that of brown noise
	// (1); at 1/2 it is equally far from both. Its interval comes from the jackknife over draws.
	Brownness claims.Estimate

	// Rejections counts the draws on which the Ljung-Box test at TestLevel, over MaxLag lags, rejects white noise.
	Rejections int

	// SpectrumSlope is the slope of the log power spectrum, one number a draw: 0 for white noise, -2 for brown.
	SpectrumSlope stats.Summary
}

// Summarize computes the Summary of series, draws x inputs: gradients, or noise to compare them with. It needs at least two
// draws.
func Summarize(draws [][]float64) (*Summary, error) {
	if len(draws) < 2 {
		return nil, fmt.Errorf("there are %d draws: give at least 2, for the spread over draws", len(draws))
	}
	acf, err := stats.MeanACF(draws, MaxLag)
	if err != nil {
		return nil, err
	}
	s := &Summary{ACF: *acf}
	each := make([][]float64, len(draws))
	correlations, slopes := make([]float64, len(draws)), make([]float64, len(draws))
	for i, draw := range draws {
		if each[i], err = stats.ACF(draw, MaxLag); err != nil {
			return nil, err
		}
		correlations[i] = meanFromLag1(each[i])
		test, err := stats.LjungBox(draw, MaxLag)
		if err != nil {
			return nil, err
		}
		if test.PValue < TestLevel {
			s.Rejections++
		}
		if slopes[i], err = stats.SpectrumSlope(draw); err != nil {
			return nil, err
		}
	}
	if s.MeanCorrelation, err = stats.Summarize(correlations); err != nil {
		return nil, err
	}
	if s.SpectrumSlope, err = stats.Summarize(slopes); err != nil {
		return nil, err
	}
	s.Brownness, err = brownness(each, len(draws[0]))
	return s, err
}

// Summary summarises the gradients over the draws.
func (r *Result) Summary() (*Summary, error) { return Summarize(r.Gradients) }

// meanFromLag1 averages an autocorrelation function over its lags from 1 on.
func meanFromLag1(acf []float64) float64 {
	sum := 0.0
	for _, r := range acf[1:] {
		sum += r
	}
	return sum / float64(len(acf)-1)
}

// brownness computes where the mean of the draws' autocorrelation functions lies between white and brown, for series of
// length m. It is not a mean over draws, so its interval is the jackknife's.
func brownness(acfs [][]float64, m int) (claims.Estimate, error) {
	summaries, err := stats.Jackknife(acfs, func(mean []float64) ([]float64, error) {
		colour, err := stats.Colour(mean, m)
		return []float64{colour.Brownness}, err
	})
	if err != nil {
		return claims.Estimate{}, err
	}
	estimate := claims.Mean(summaries[0])
	estimate.Low, estimate.High = max(estimate.Low, 0), min(estimate.High, 1)
	return estimate, nil
}
