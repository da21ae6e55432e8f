package paper

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Structure is how the gradients of a net on several draws of its weights vary over the inputs: less than a
// tenth of the gradients themselves, to be kept with the code.
type Structure struct {
	label  Series
	inputs int
	draws  *structure
}

// structure is what is kept.
type structure struct {
	// Autocorrelations are those at [gradients.Lags], draws x lags, and SpectrumSlopes are the draws' slopes
	// of the log power spectrum.
	Autocorrelations [][]float64 `json:"autocorrelations"`
	SpectrumSlopes   []float64   `json:"spectrum_slopes"`

	// Length is the correlation length of the autocorrelations' mean, which lags beyond these may decide.
	Length stats.Replicates `json:"length"`
}

// AddStructure adds to a plan the part that takes the gradients of a net and measures their structure, which
// is there when the plan has run. It returns an error when the config is wrong.
func AddStructure(p *jobs.Plan, config gradients.Config) (*Structure, error) {
	s := new(Structure)
	draws, sample, err := AddPart(p, "structure of gradients", gradients.Version, config,
		func(ctx context.Context, e *engine.Engine) (structure, error) {
			found, err := gradients.Run(ctx, e, config)
			if err != nil {
				return structure{}, err
			}
			measured, err := structureOf(found.Gradients)
			if err != nil {
				return structure{}, s.label.without(err)
			}
			return measured, nil
		})
	if err != nil {
		return nil, err
	}
	s.draws, s.inputs = draws, sample.Config.Inputs
	if s.label, err = labelOf(sample); err != nil {
		return nil, err
	}
	return s, nil
}

// structureOf measures the structure of gradients, draws x inputs.
func structureOf(draws [][]float64) (structure, error) {
	var s structure
	acfs := make([][]float64, len(draws)) // at all lags
	for i, draw := range draws {
		slope, err := stats.SpectrumSlope(draw)
		if err != nil {
			return s, err
		}
		if acfs[i], err = stats.ACF(draw, len(draw)-1); err != nil {
			return s, fmt.Errorf("draw %d: %w", i, err)
		}
		s.SpectrumSlopes = append(s.SpectrumSlopes, slope)
		s.Autocorrelations = append(s.Autocorrelations, acfs[i][:gradients.MaxLag+1])
	}
	s.Length = stats.Replicate(acfs, func(mean []float64) []float64 {
		return []float64{stats.CorrelationLength(mean)}
	})[0]
	return s, nil
}

// Series returns the autocorrelation of the gradients.
func (s *Structure) Series() (Series, error) {
	summary, err := gradients.SummarizeACF(s.draws.Autocorrelations, s.inputs)
	if err != nil {
		return Series{}, s.label.without(err)
	}
	summary.SpectrumSlope = stats.Mean(s.draws.SpectrumSlopes)
	return s.label.with(summary), nil
}

// Length returns the effective correlation length of [stats.CorrelationLength], in steps of the grid, of the
// autocorrelation averaged over draws. Nets that share their draws are compared by [stats.Replicates.Minus].
func (s *Structure) Length() stats.Replicates { return s.draws.Length }
