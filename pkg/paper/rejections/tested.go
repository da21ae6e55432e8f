package rejections

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// tested is what tests say of an ensemble of gradients.
type tested struct {
	Depth int `json:"depth"`

	// Whole, Scaled and Signs are the shares of the draws that the test rejects: of the gradients as they
	// are, divided by the root of Phi(x), and of their signs.
	Whole  stats.Estimate `json:"whole"`
	Scaled stats.Estimate `json:"scaled"`
	Signs  stats.Estimate `json:"signs"`

	// Explained is the share of draws that are rejected as they are less twice that of those that are
	// rejected when divided, each less the test's level: above 0 where the envelope makes more than half of
	// the excess.
	Explained stats.Estimate `json:"explained"`

	// Ends is the ratio of the mean square of the gradients in the upper eighth of the inputs to that in the
	// lower, over the ratio of Phi there.
	Ends stats.Estimate `json:"ends"`
}

// envelopeOf returns the root of Phi at the inputs.
func envelopeOf(x []float64) []float64 {
	envelope := make([]float64, len(x))
	for i := range x {
		envelope[i] = math.Sqrt(distuv.UnitNormal.CDF(x[i]))
	}
	return envelope
}

// test tests gradients, draws x inputs.
func test(depth int, x []float64, draws [][]float64) (tested, error) {
	envelope := envelopeOf(x)
	scaled, signs := make([][]float64, len(draws)), make([][]float64, len(draws))
	for d, draw := range draws {
		for i, g := range draw {
			scaled[d] = append(scaled[d], g/envelope[i])
			signs[d] = append(signs[d], math.Copysign(1, g))
		}
	}
	all := make([][]float64, 3)
	for k, version := range [][][]float64{draws, scaled, signs} {
		var err error
		if all[k], err = rejections(version); err != nil {
			return tested{}, err
		}
	}
	explained := stats.MeanPaired(all[0], all[1], func(whole, scaled float64) float64 {
		return whole - gradients.TestLevel - 2*(scaled-gradients.TestLevel)
	})
	return tested{
		Depth: depth, Whole: share(all[0]), Scaled: share(all[1]), Signs: share(all[2]),
		Explained: explained, Ends: ends(envelope, draws),
	}, nil
}

// rejections returns 1 for each draw that the Ljung-Box test rejects, and 0 for others.
func rejections(draws [][]float64) ([]float64, error) {
	rejected := make([]float64, len(draws))
	for i, draw := range draws {
		result, err := stats.LjungBox(draw, gradients.MaxLag)
		if err != nil {
			return nil, fmt.Errorf("draw %d: %w", i, err)
		}
		if result.PValue < gradients.TestLevel {
			rejected[i] = 1
		}
	}
	return rejected, nil
}

// share returns the share of draws that are rejected.
func share(rejected []float64) stats.Estimate {
	count := 0
	for _, r := range rejected {
		count += int(r)
	}
	return stats.Share(count, len(rejected))
}

// ends returns the ratio of mean squares at both ends of the grid over that of the squared envelope.
func ends(envelope []float64, draws [][]float64) stats.Estimate {
	eighth := max(len(envelope)/8, 1)
	squares := func(values []float64) []float64 {
		sums := make([]float64, 2)
		for i := range eighth {
			low, high := values[i], values[len(values)-1-i]
			sums[0], sums[1] = sums[0]+low*low, sums[1]+high*high
		}
		return sums
	}
	all := make([][]float64, len(draws))
	for d, draw := range draws {
		all[d] = squares(draw)
	}
	expected := squares(envelope)
	return stats.Jackknife(all, func(mean []float64) []float64 {
		return []float64{mean[1] / mean[0] / (expected[1] / expected[0])}
	})[0]
}
