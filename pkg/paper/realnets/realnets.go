// Package realnets holds the paper's theorems to real nets, whose gates depend on the weights: how fast the
// correlation of the gradients at two inputs falls with depth, over widths.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides what the theorems
// predict. [Draw] and [DrawRates] draw it.
package realnets

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes the nets, and how much of them to measure.
type Config struct {
	// Widths are the widths N; Width is filled into all nets.
	Widths []int `json:"widths"`

	// Decays are the nets of Theorems 1 and 2, whose R falls by a factor a layer.
	Decays []Ensemble `json:"decays"`

	// Rescaled are the nets of Theorem 3, whose R falls with a power of the depth.
	Rescaled []Ensemble `json:"rescaled"`

	// Highways are the nets of Corollary 1, and HighwayDepths their depths: each depth is a net of its own,
	// because the weight of the skip depends on it.
	Highways      []Ensemble `json:"highways"`
	HighwayDepths []int      `json:"highway_depths"`

	// Distance is the least distance of the two inputs of a pair, see [correlation.Config]; 0 means 1. On
	// average over all pairs, however close, a unit of a normalised net is co-active for a quarter of them,
	// as the theorems assume, but close pairs are so more and distant ones less; and R is then that of the
	// close ones.
	Distance float64 `json:"distance"`

	// FirstRateDepth is the first depth of the fit of a rate. In the first layers the active inputs of a
	// neuron are intervals of the grid and not yet a random half of it.
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

	// Units is the number of draws times the width: a wider net averages over more units, so that errors are
	// alike at all widths.
	Units int `json:"units"`
}

// Paper returns the config at full size: widths 50 to 800. Theorem 1 is about nets whose neurons are active
// for half of the inputs and co-active for a quarter of the pairs, which batch normalisation brings about;
// without it, its assumption fails at depth. (The nets of Theorem 3 are shallower at beta = 1, where R is
// soon lost in the noise.) Theorem 2 is about resnets without batch normalisation, Corollary 1 about highway
// nets without; both are measured with mean-centring as well, which restores the coactivation and does not
// rescale gradients.
func Paper() Config {
	return Config{
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

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
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

// Result holds the correlations of real nets.
type Result struct {
	Config Config

	// Series holds a series for every net and width, in that order of nesting: Decays, Rescaled, Highways.
	Series []Series

	// Parts says where the numbers come from.
	Parts results.Parts
}

// Series is the correlation of the gradients at two inputs against depth for one net and width.
type Series struct {
	// Theorem is "Theorem 1", "Theorem 2", "Theorem 3" or "Corollary 1".
	Theorem string `json:"theorem"`

	// Net is the architecture, Norm the name of the normalisation, and Beta the scale of the residual branch;
	// nil where the net has none.
	Net  string   `json:"net" jsonschema:"minLength=1"`
	Norm string   `json:"norm" jsonschema:"minLength=1"`
	Beta *float64 `json:"beta"`

	// Also says what else isn't the paper's choice, as models.Config.Also does.
	Also string `json:"also,omitempty"`

	// Width is N, Draws the number of independent draws of the weights, and Pairs that of the pairs of inputs
	// averaged over.
	Width int `json:"width" jsonschema:"minimum=1"`
	Draws int `json:"draws" jsonschema:"minimum=2"`
	Pairs int `json:"pairs" jsonschema:"minimum=1"`

	// Depths are L, the number of layers between the neurons and the read-out; the following lists have one
	// entry a depth.
	Depths []int `json:"depths" jsonschema:"minimum=1"`

	// Correlation is R(i,j), the mean of C(i,j) over the mean of sqrt(C(i,i) C(j,j)), and Variance is C(i,i),
	// averaged over inputs. Their intervals come from the jackknife over draws.
	Correlation []stats.Estimate `json:"correlation"`
	Variance    []stats.Estimate `json:"variance"`

	// Theory is R(i,j) by the theorem's closed form; for Theorem 3 by the product over layers that its rate
	// comes from.
	Theory []float64 `json:"theory"`

	// Wide is R(i,j) in infinitely wide nets; nil where the theory does not cover the net.
	Wide []float64 `json:"wide,omitempty"`

	// Counted is R(i,j) by counting paths, the theorems' proof, with the measured shares of active inputs and
	// pairs, and the measured deviations of batch normalisation, in place of 1/2, 1/4 and 1.
	Counted []float64 `json:"counted"`

	// Active and Coactive are the shares of inputs on which a unit of the last rectifier is active, and of
	// the pairs on both of which it is.
	Active   []float64 `json:"active"`
	Coactive []float64 `json:"coactive"`

	// Fit is the straight line through log R, weighted by inverse variance; nil for highway nets.
	Fit *Fit `json:"fit"`
}

// plan is the work of the experiment.
type plan struct {
	*jobs.Plan
	series []*Series
	wide   []wideNets // of each series
}

// plan lists the work.
func (c Config) plan() *plan {
	p := &plan{Plan: jobs.NewPlan("the theorems on real nets", kept)}
	for _, family := range c.families() {
		nets := family.addWide(p.Plan)
		for _, width := range c.Widths {
			family.Net.Width = width
			p.series, p.wide = append(p.series, family.add(p.Plan)), append(p.wide, nets)
		}
	}
	return p
}

// Run measures the theorems on real nets.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	p := config.plan()
	parts, err := p.Run(ctx, e)
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Parts: parts}
	for i, series := range p.series {
		if err := series.addTheory(); err != nil {
			return nil, err
		}
		if err := series.addWide(p.wide[i]); err != nil {
			return nil, err
		}
		result.Series = append(result.Series, *series)
	}
	return result, nil
}

// check checks what the probe's config does not.
func (c Config) check() error {
	switch {
	case len(c.Widths) == 0:
		return fmt.Errorf("there are no widths: give at least one")
	case len(c.Highways) > 0 && len(c.HighwayDepths) == 0:
		return fmt.Errorf("highway nets have no depths: give at least one")
	}
	return paper.Ascending("depths of the highway nets", c.HighwayDepths)
}
