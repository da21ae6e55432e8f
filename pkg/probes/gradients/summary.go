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

	// Autocorrelations are those that ACF averages, draws x lags: two ensembles that share their draws are compared by these.
	Autocorrelations [][]float64
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
	s.Autocorrelations = each
	correlations, slopes := make([]float64, len(draws)), make([]float64, len(draws))
	for i, draw := range draws {
		if each[i], err = stats.ACF(draw, MaxLag); err != nil {
			return nil, err
		}
		correlations[i] = MeanFromLag1(each[i])
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

// MeanFromLag1 averages an autocorrelation function over its lags from 1 on.
func MeanFromLag1(acf []float64) float64 {
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
		return claims.None(), err
	}
	estimate := claims.Mean(summaries[0])
	estimate.Low, estimate.High = max(estimate.Low, 0), min(estimate.High, 1)
	return estimate, nil
}

// BrownnessDifference estimates by how much the brownness of one ensemble of series of length m is above that of another, from their
// autocorrelation functions, draws x lags. Draw i of both must share its randomness, or no two draws any: the interval is that of the
// jackknife that leaves out draw i of both at once, so that what they have in common cancels. Equal ensembles differ by exactly 0.
func BrownnessDifference(acfs, others [][]float64, m int) (claims.Estimate, error) {
	summary, err := stats.JackknifePaired(acfs, others, func(mean, other []float64) (float64, error) {
		colour, err := stats.Colour(mean, m)
		if err != nil {
			return 0, err
		}
		otherColour, err := stats.Colour(other, m)
		return colour.Brownness - otherColour.Brownness, err
	})
	if err != nil {
		return claims.None(), err
	}
	estimate := claims.Mean(summary)
	estimate.Low, estimate.High = max(estimate.Low, -1), min(estimate.High, 1)
	return estimate, nil
}
