package gradients

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// MaxLag is the largest lag of the paper's Figure 2, and of the statistics here.
const MaxLag = 15

// TestLevel is the level of the Ljung-Box test on each draw.
const TestLevel = 0.05

// Lags returns the lags from 0 to MaxLag.
func Lags() []int {
	lags := make([]int, MaxLag+1)
	for k := range lags {
		lags[k] = k
	}
	return lags
}

// Summary holds what the autocorrelation of an ensemble of series says about their colour.
type Summary struct {
	// Curve is the autocorrelation function at [Lags], averaged over the draws, with its spread.
	stats.Curve

	// MeanCorrelation is the autocorrelation averaged over lags 1 to 15, one number a draw.
	MeanCorrelation stats.Estimate `json:"mean_correlation"`

	// Brownness tells where the averaged autocorrelation lies between that of white noise (0) and that of
	// brown noise (1), by the Euclidean distances over lags 1 to 15: d(white) / (d(white) + d(brown)). At 1/2
	// it is equally far from both. Noise adds to it near white noise; its interval, by the jackknife over
	// draws, allows for that (stats.Replicates.Distance).
	Brownness stats.Estimate `json:"brownness"`

	// Rejections counts the draws on which the Ljung-Box test, over 15 lags at the 5 % level, rejects white
	// noise.
	Rejections int `json:"ljung_box_rejections" jsonschema:"minimum=0"`

	// SpectrumSlope is the slope of the log power spectrum, one number a draw: 0 for white noise, -2 for
	// brown.
	SpectrumSlope stats.Estimate `json:"spectrum_slope"`

	// Autocorrelations are those that Curve averages, draws x lags: two ensembles that share their draws are
	// compared by these. Inputs is the number of values of a series.
	Autocorrelations [][]float64 `json:"-"`
	Inputs           int         `json:"-"`
}

// Summarize computes the Summary of series, draws x inputs: gradients, or noise to compare them with. It
// needs at least two draws.
func Summarize(draws [][]float64) (*Summary, error) {
	acfs, slopes := make([][]float64, len(draws)), make([]float64, len(draws))
	inputs := 0
	for i, draw := range draws {
		if i > 0 && len(draw) != inputs {
			return nil, fmt.Errorf("draw %d has %d values, and draw 0 %d: give draws of one length", i,
				len(draw), inputs)
		}
		var err error
		if acfs[i], err = stats.ACF(draw, MaxLag); err != nil {
			return nil, fmt.Errorf("draw %d: %w", i, err)
		}
		if slopes[i], err = stats.SpectrumSlope(draw); err != nil {
			return nil, err
		}
		inputs = len(draw)
	}
	s, err := SummarizeACF(acfs, inputs)
	if err != nil {
		return nil, err
	}
	s.SpectrumSlope = stats.Mean(slopes)
	return s, nil
}

// SummarizeACF is [Summarize] of series of so many inputs of which the autocorrelation functions at [Lags]
// are known, draws x lags, and no more: they have no SpectrumSlope.
func SummarizeACF(acfs [][]float64, inputs int) (*Summary, error) {
	curve, err := stats.SummarizeCurve(acfs)
	if err != nil {
		return nil, err
	}
	s := &Summary{Curve: *curve, Autocorrelations: acfs, Inputs: inputs, SpectrumSlope: stats.None()}
	for _, acf := range acfs {
		if stats.LjungBoxOf(acf, inputs).PValue < TestLevel {
			s.Rejections++
		}
	}
	s.MeanCorrelation = stats.MeanOf(acfs, MeanFromLag1)
	s.Brownness = stats.Replicate(acfs, func(mean []float64) []float64 {
		return []float64{brownness(mean, inputs)}
	})[0].Distance().Within(0, 1) // not a mean over draws
	return s, nil
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

// brownness returns where an autocorrelation function lies between white and brown, for series of length m:
// NaN where it has a number that is not finite.
func brownness(acf []float64, m int) float64 {
	colour, err := stats.Colour(acf, m)
	if err != nil {
		return math.NaN()
	}
	return colour.Brownness
}

// BrownnessDifference estimates by how much the brownness of one ensemble of series of length m is above that
// of another, from their autocorrelation functions, draws x lags. Draw i of both must share its randomness,
// or no two draws any: the interval is that of the jackknife that leaves out draw i of both at once, so that
// what they have in common cancels. Equal ensembles differ by exactly 0; ensembles of different sizes by
// stats.None.
func BrownnessDifference(acfs, others [][]float64, m int) stats.Estimate {
	return stats.JackknifePaired(acfs, others, func(mean, other []float64) float64 {
		return brownness(mean, m) - brownness(other, m)
	}).Within(-1, 1)
}
