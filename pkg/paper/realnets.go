package paper

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// RealNetsConfig describes the theorems on real nets: how fast the correlation of the gradients at two inputs falls with
// depth, over widths.
type RealNetsConfig struct {
	// Widths are the widths N; Width is filled into all nets.
	Widths []int `json:"widths"`

	// Decays are the nets of Theorems 1 and 2, whose R falls by a factor a layer.
	Decays []Ensemble `json:"decays"`

	// Rescaled are the nets of Theorem 3, whose R falls with a power of the depth.
	Rescaled []Ensemble `json:"rescaled"`

	// Highways are the nets of Corollary 1, and HighwayDepths their depths: each depth is a net of its own, because the
	// weight of the skip depends on it.
	Highways      []Ensemble `json:"highways"`
	HighwayDepths []int      `json:"highway_depths"`

	// Distance is the least distance of the two inputs of a pair, see [correlation.Config]; 0 means 1. On average over all
	// pairs, however close, a unit of a normalised net is co-active for a quarter of them, as the theorems assume, but close
	// pairs are so more and distant ones less; and R is then that of the close ones.
	Distance float64 `json:"distance"`

	// FirstRateDepth is the first depth of the fit of a rate. In the first layers the active inputs of a neuron are
	// intervals of the grid and not yet a random half of it.
	FirstRateDepth int `json:"first_rate_depth"`

	// FirstExponentDepth is the first depth of the fit of an exponent: Theorem 3 is asymptotic in L.
	FirstExponentDepth int `json:"first_exponent_depth"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Ensemble is a family of nets and how much to average.
type Ensemble struct {
	// Net has the depth L of the theorems, the number of layers between neuron and read-out.
	Net models.Config `json:"net"`

	// Inputs is the number of inputs, evenly on [-2, 2]: the batch of nets that normalise.
	Inputs int `json:"inputs"`

	// Units is the number of draws times the width: a wider net averages over more units, so that errors are alike at all
	// widths.
	Units int `json:"units"`
}

// clearly is how many standard errors R must be above 0 for a fit, which ends before the first depth where it is
// not. It was decided before measuring, as were the first depths of the fits.
const clearly = 4

// RealNetsPaper returns the config at full size: widths 50 to 800. Theorem 1 is about nets whose neurons are active for half of the
// inputs and co-active for a quarter of the pairs, which batch normalisation brings about; without it, its assumption fails
// at depth. (The nets of Theorem 3 are shallower at beta = 1, where R is soon lost in the noise.) Theorem 2 is about resnets without batch normalisation, Corollary 1 about highway nets without; both are
// measured with mean-centring as well, which restores the coactivation and does not rescale gradients.
func RealNetsPaper() RealNetsConfig {
	return RealNetsConfig{
		Widths: []int{50, 100, 200, 400, 800},
		Decays: []Ensemble{
			{models.Config{Net: "feedforward", Norm: norms.Batch, Depth: 10}, 128, 80000},
			{models.Config{Net: "feedforward", Norm: norms.None, Depth: 30}, 32, 10000},
			{models.Config{Net: "residual", Norm: norms.None, Beta: 1, Depth: 20}, 32, 10000},
			{models.Config{Net: "residual", Norm: norms.Center, Beta: 1, Depth: 20}, 128, 12000},
		},
		Rescaled: []Ensemble{
			{models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.1, Depth: 100}, 128, 4800},
			{models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.3, Depth: 100}, 128, 4800},
			{models.Config{Net: "residual", Norm: norms.Batch, Beta: 1, Depth: 40}, 128, 14000},
		},
		Highways: []Ensemble{
			{models.Config{Net: "highway", Norm: norms.None}, 32, 4000},
			{models.Config{Net: "highway", Norm: norms.Center}, 128, 4000},
		},
		HighwayDepths:  []int{5, 10, 20, 50},
		Distance:       correlation.DefaultDistance,
		FirstRateDepth: 5, FirstExponentDepth: 10,
		Seed: 1,
	}
}

// RealNetsQuick returns a config of the same shape that takes seconds on any backend.
func RealNetsQuick() RealNetsConfig {
	c := RealNetsPaper()
	c.Widths = []int{16, 32}
	c.Decays = smaller(c.Decays, 6, 3000)
	c.Rescaled = smaller(c.Rescaled, 8, 2000)
	c.Highways = smaller(c.Highways, 0, 320)
	c.HighwayDepths = []int{4, 8}
	c.FirstRateDepth, c.FirstExponentDepth = 1, 2
	return c
}

// smaller returns copies of the ensembles with another depth, fewer inputs and other units.
func smaller(ensembles []Ensemble, depth, units int) []Ensemble {
	copies := append([]Ensemble(nil), ensembles...)
	for i := range copies {
		copies[i].Net.Depth, copies[i].Inputs, copies[i].Units = depth, min(copies[i].Inputs, 32), units
	}
	return copies
}

// RealNetsResult holds the correlations of real nets.
type RealNetsResult struct {
	Config RealNetsConfig

	// Series holds a series for every net and width, in that order of nesting: Decays, Rescaled, Highways.
	Series []CorrelationSeries
}

// CorrelationSeries is the correlation of the gradients at two inputs against depth for one net and width.
type CorrelationSeries struct {
	// Theorem is "Theorem 1", "Theorem 2", "Theorem 3" or "Corollary 1".
	Theorem string `json:"theorem"`

	Net   string   `json:"net"`
	Norm  string   `json:"norm"`
	Beta  *float64 `json:"beta"`           // nil where the net has none
	Also  string   `json:"also,omitempty"` // what else isn't the paper's choice, as models.Config.Also says it
	Width int      `json:"width"`
	Draws int      `json:"draws"`
	Pairs int      `json:"pairs"` // of inputs, averaged over

	// Depths are L; all slices have one entry a depth.
	Depths []int `json:"depths"`

	// Correlation is R(i,j) and Variance C(i,i), with their intervals by the jackknife over draws.
	Correlation []stats.Estimate `json:"correlation"`
	Variance    []stats.Estimate `json:"variance"`

	// Theory is R(i,j) by the theorem's closed form; for Theorem 3 by the product over layers behind its rate.
	Theory []float64 `json:"theory"`

	// Counted is the correlation that counting paths predicts from the measured activations in place of 1/2 and 1/4.
	Counted []float64 `json:"counted"`

	// Active and Coactive are the shares of inputs on which a unit of the last rectifier is active, and of the pairs
	// on both of which it is.
	Active   []float64 `json:"active"`
	Coactive []float64 `json:"coactive"`

	// Fit is the straight line through log R; nil for highway nets.
	Fit *RateFit `json:"fit"`
}

// RealNets measures the theorems on real nets.
func RealNets(ctx context.Context, e *engine.Engine, config RealNetsConfig) (*RealNetsResult, error) {
	if len(config.Widths) == 0 {
		return nil, fmt.Errorf("there are no widths: give at least one")
	}
	result := &RealNetsResult{Config: config}
	ctx = progress.Start(ctx, "theorems on real nets", config.steps())
	for kind, family := range []struct {
		ensembles []Ensemble
		measure   func(context.Context, *engine.Engine, Ensemble) (*CorrelationSeries, error)
	}{{config.Decays, config.decay}, {config.Rescaled, config.rescaled}, {config.Highways, config.highway}} {
		for _, ensemble := range family.ensembles {
			for _, width := range config.Widths {
				ensemble.Net.Width = width
				series, err := part(ctx, "real nets", ensemble.Net, config.key(kind, ensemble), config.ensembleSteps(kind, ensemble), func() (*CorrelationSeries, error) {
					series, err := family.measure(ctx, e, ensemble)
					if err == nil {
						err = series.addTheory()
					}
					return series, err
				})
				if err != nil {
					return nil, fmt.Errorf("at width %d: %w", width, err)
				}
				result.Series = append(result.Series, *series)
			}
		}
	}
	return result, nil
}

// Kinds of ensembles, in the order of the series.
const (
	decayKind = iota
	rescaledKind
	highwayKind
)

// key returns what determines the series of an ensemble: the config with that ensemble alone.
func (c RealNetsConfig) key(kind int, ensemble Ensemble) RealNetsConfig {
	only := []Ensemble{ensemble}
	c.Widths, c.Decays, c.Rescaled, c.Highways = nil, nil, nil, nil
	switch kind {
	case decayKind:
		c.Decays = only
	case rescaledKind:
		c.Rescaled = only
	case highwayKind:
		c.Highways = only
	}
	return c
}

// steps returns the number of draws.
func (c RealNetsConfig) steps() int {
	steps := 0
	for kind, ensembles := range [][]Ensemble{c.Decays, c.Rescaled, c.Highways} {
		for _, ensemble := range ensembles {
			for _, width := range c.Widths {
				ensemble.Net.Width = width
				steps += c.ensembleSteps(kind, ensemble)
			}
		}
	}
	return steps
}

// ensembleSteps returns the number of draws of an ensemble.
func (c RealNetsConfig) ensembleSteps(kind int, ensemble Ensemble) int {
	draws := ensemble.draws(ensemble.Net.Width)
	if kind == highwayKind {
		return draws * len(c.HighwayDepths)
	}
	return draws
}

// draws returns the number of draws at a width, at least the two that an error needs.
func (e Ensemble) draws(width int) int { return max(e.Units/max(width, 1), 2) }

// run takes the correlations of an ensemble. Nets of different widths have draws of their own.
func (c RealNetsConfig) run(ctx context.Context, e *engine.Engine, ensemble Ensemble) (*correlation.Result, *CorrelationSeries, error) {
	net := ensemble.Net
	config := correlation.Config{
		Net: net, Inputs: ensemble.Inputs, Distance: c.Distance, Draws: ensemble.draws(net.Width), First: uint64(net.Width) * drawsApart, Seed: c.Seed,
	}
	result, err := correlation.Run(ctx, e, config)
	if err != nil {
		return nil, nil, err
	}
	net = result.Config.Net
	return result, &CorrelationSeries{
		Net: net.Net, Norm: net.Norm.Name, Beta: betaOf(net), Also: net.Also(), Width: net.Width, Draws: config.Draws, Pairs: result.Pairs,
	}, nil
}

// add appends a point to the series.
func (s *CorrelationSeries) add(p correlation.Point) {
	s.Depths = append(s.Depths, p.Depth)
	s.Correlation, s.Variance = append(s.Correlation, p.Correlation), append(s.Variance, p.Variance)
	s.Counted = append(s.Counted, p.Counted.Value)
	s.Active, s.Coactive = append(s.Active, p.Active.Value), append(s.Coactive, p.Coactive.Value)
}
