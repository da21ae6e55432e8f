package paper

import (
	"cmp"
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// AllStatistics are the two kinds of gradient, frozen and coupled batch statistics, that every figure shows
// side by side.
var AllStatistics = []norms.Statistics{norms.Frozen, norms.Coupled}

// Names of the noises that gradients are compared with, as they stand in Series.Net.
const (
	Brown = "brown"
	White = "white"
)

// Series is the autocorrelation function of one ensemble of gradients, or of noise: a curve of Figure 2.
type Series struct {
	// Net is the architecture, or Brown or White.
	Net string `json:"net"`

	// Depth is L; 0 for noise.
	Depth int `json:"depth"`

	// Beta scales the residual branch; nil where the net has none.
	Beta *float64 `json:"beta"`

	// Also says what of the net differs from the paper's of that beta, as models.Config.Also does, and its
	// normalisation where that is another than the paper's: centring in feedforward nets, and batch
	// normalisation in others.
	Also string `json:"also,omitempty"`

	// Statistics is frozen or coupled; empty for noise.
	Statistics norms.Statistics `json:"statistics"`

	// Lags are 0..15.
	Lags []int `json:"lags"`

	// Summary is what the autocorrelation over the draws says. Claims compare nets that share their draws
	// within a draw.
	gradients.Summary
}

// newSeries computes the series of draws x inputs.
func newSeries(draws [][]float64) (Series, error) {
	s, err := gradients.Summarize(draws)
	if err != nil {
		return Series{}, err
	}
	return Series{Lags: gradients.Lags(), Summary: *s}, nil
}

// browner estimates by how much the brownness of the series is above that of another on the same draws.
func (s *Series) browner(other *Series) stats.Estimate {
	return gradients.BrownnessDifference(s.Autocorrelations, other.Autocorrelations, s.Inputs)
}

// moreCorrelated estimates by how much the autocorrelation, averaged over lags from 1 on, is above that of
// another series on the same draws.
func (s *Series) moreCorrelated(other *Series) stats.Estimate {
	return stats.MeanPaired(s.Autocorrelations, other.Autocorrelations, func(own, other []float64) float64 {
		return gradients.MeanFromLag1(own) - gradients.MeanFromLag1(other)
	})
}

// keptSeries is a series as an interrupted run keeps it: with what its JSON lacks.
type keptSeries struct {
	Series           Series
	Autocorrelations [][]float64
	Inputs           int
}

func keep(s Series) keptSeries { return keptSeries{s, s.Autocorrelations, s.Inputs} }

// series returns the series as it was before it was kept.
func (k keptSeries) series() Series {
	k.Series.Autocorrelations, k.Series.Inputs = k.Autocorrelations, k.Inputs
	return k.Series
}

// ensemble is a series together with the draws it was computed from.
type ensemble struct {
	Series
	X    []float64
	Rows [][]float64
}

// netEnsemble takes the gradients of a net.
func netEnsemble(ctx context.Context, e *engine.Engine, config gradients.Config) (ensemble, error) {
	result, err := gradients.Run(ctx, e, config)
	if err != nil {
		return ensemble{}, err
	}
	series, err := newSeries(result.Gradients)
	if err != nil {
		return ensemble{}, fmt.Errorf("the gradients of the %s net of depth %d have no autocorrelation: %w", config.Net.Net, config.Net.Depth, err)
	}
	net := result.Config.Net
	series.Net, series.Depth, series.Beta, series.Statistics = net.Net, net.Depth, betaOf(net), net.Statistics
	series.Also = seriesName(net).Also
	return ensemble{Series: series, X: result.X, Rows: result.Gradients}, nil
}

// seriesName returns what a net is called by in Figures 1 and 2.
func seriesName(net models.Config) models.Name {
	name := models.Name{Net: net.Net, Beta: betaOf(net), Also: net.Also()}
	usual, norm := norms.Batch, cmp.Or(net.Norm, norms.None)
	if net.Net == centredFeedforward.Net {
		usual = centredFeedforward.Norm
	}
	switch {
	case norm != usual && name.Also == "":
		name.Also = norm.InTitle()
	case norm != usual:
		name.Also = norm.InTitle() + ", " + name.Also
	}
	return name
}

// Name returns what the net is called by; its normalisation goes without saying, or is in Also.
func (s Series) Name() models.Name { return models.Name{Net: s.Net, Beta: s.Beta, Also: s.Also} }

// checkRun returns an error when the gradients of a config can't be taken, before anything is computed.
func checkRun(config gradients.Config) error {
	sample, err := sampling.New(config)
	if err != nil {
		return err
	}
	return sample.CheckResults(sample.Config.Inputs)
}

// streams keep the noises' random numbers apart from each other and from those of the nets, whose paths are
// longer.
const (
	brownStream = iota
	whiteStream
)

// noiseEnsemble draws brown or white noise as the paper's Figure 1(d, e) defines them.
func noiseEnsemble(ctx context.Context, name string, x []float64, draws int, seed uint64) (ensemble, error) {
	noise := ensemble{X: x, Rows: make([][]float64, draws)}
	for i := range noise.Rows {
		var err error
		if name == Brown {
			noise.Rows[i], err = data.BrownNoise(len(x), len(x), random.Stream(seed, brownStream, uint64(i)))
		} else {
			noise.Rows[i], err = data.WhiteNoise(len(x), random.Stream(seed, whiteStream, uint64(i)))
		}
		if err != nil {
			return noise, err
		}
		progress.Step(ctx)
	}
	var err error
	noise.Series, err = newSeries(noise.Rows)
	noise.Net = name
	return noise, err
}
