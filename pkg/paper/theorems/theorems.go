// Package theorems tests Theorems 1 to 3 and Corollary 1 of the paper on nets for which their assumptions are
// exact: gates are drawn independently of the weights.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides whether the
// closed forms hold. [Draw] draws it.
package theorems

import (
	"context"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes the test.
type Config struct {
	// Nets are the nets to measure.
	Nets []GateNet `json:"nets"`

	// Depths, in rising order, Width and Draws are those of the estimator that draws the gates alone.
	Depths []int `json:"depths"`
	Width  int   `json:"width"`
	Draws  int   `json:"draws"`

	// PlainDepths, PlainWidth and PlainDraws are those of plain Monte Carlo, which draws the weights too and
	// is shown for comparison. Its work grows as the width squared and its error falls as one over its root,
	// so that narrow nets tell more.
	PlainDepths []int `json:"plain_depths"`
	PlainWidth  int   `json:"plain_width"`
	PlainDraws  int   `json:"plain_draws"`

	// Seed determines all gates and weights.
	Seed uint64 `json:"seed"`
}

// GateNet names a net whose gates are drawn; see [theory.Config] for the fields.
type GateNet struct {
	// Net is feedforward, residual (alpha = beta = 1, no normalisation), rescaled (batch normalisation) or
	// highway. Beta scales the branches of a rescaled net, and Gamma2 those of a highway net; it is left out
	// where it is sqrt(1/L).
	Net    string  `json:"net"`
	Beta   float64 `json:"beta,omitempty"`
	Gamma2 float64 `json:"gamma2,omitempty"`
}

// Paper returns the config for depths 1 to 50.
func Paper() Config {
	c := Config{
		Nets: []GateNet{
			{Net: theory.FeedforwardNet}, {Net: theory.ResidualNet},
			{Net: theory.RescaledNet, Beta: 1}, {Net: theory.RescaledNet, Beta: 0.3},
			{Net: theory.RescaledNet, Beta: 0.1},
			{Net: theory.HighwayNet},
		},
		Width: 200, Draws: 100_000,
		PlainDepths: []int{1, 2, 4, 6, 8, 10, 12, 14, 16}, PlainWidth: 32, PlainDraws: 1000,
		Seed: 1,
	}
	for depth := 1; depth <= 50; depth++ {
		c.Depths = append(c.Depths, depth)
	}
	return c
}

// Quick returns a config of the same shape that takes a few seconds.
func Quick() Config {
	c := Paper()
	c.Depths, c.Draws = []int{1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50}, 20_000
	c.PlainDepths, c.PlainDraws = []int{1, 2, 4, 8, 12, 16}, 300
	return c
}

// Result holds the curves.
type Result struct {
	Config Config

	// Series holds two curves for every net, the estimator that draws the gates alone and then plain Monte
	// Carlo.
	Series []Series

	// Comparisons is the number of measured values that stand at the same time in the bands of the first
	// estimator.
	Comparisons int
}

// Series holds one net's covariances against the depth.
type Series struct {
	GateNet

	// Theorem is the statement that the closed forms come from.
	Theorem string `json:"theorem"`

	// Estimator is conditioned (gates drawn, exact expectation over the weights) or plain (gates and weights
	// drawn), Width is N, and Draws the number of independent draws.
	Estimator theory.Estimator `json:"estimator" jsonschema:"enum=conditioned,enum=plain"`
	Width     int              `json:"width" jsonschema:"minimum=1"`
	Draws     int              `json:"draws" jsonschema:"minimum=2"`

	// Depths are L, as the theorem counts.
	Depths []int `json:"depths" jsonschema:"minimum=1"`

	// Variance is C(i,i), Covariance C(i,j), Correlation R(i,j).
	Variance    Curve `json:"variance"`
	Covariance  Curve `json:"covariance"`
	Correlation Curve `json:"correlation"`
}

// Curve is a quantity against the depth: measured, and in closed form. Lower and Upper are the ends of
// the band: the bands of all nets, quantities and depths of one estimator hold together with 95 % confidence.
type Curve struct {
	stats.Curve

	// Closed is the closed form.
	Closed []float64 `json:"closed"`
}

// Run measures the covariances of Theorems 1 to 3 and Corollary 1.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	runs := config.runs()
	if len(runs) == 0 {
		return nil, fmt.Errorf("there are 0 nets: give at least one, such as those of theorems.Quick")
	}
	if err := paper.Ascending("depths", config.Depths); err != nil {
		return nil, err
	}
	if err := paper.Ascending("depths of plain Monte Carlo", config.PlainDepths); err != nil {
		return nil, err
	}
	plan := jobs.NewPlan("the theorems", nil)
	measured := make([]*theory.Result, len(runs))
	for i, run := range runs {
		if err := run.Check(); err != nil {
			return nil, err
		}
		measured[i] = add(plan, run)
	}
	if _, err := plan.Run(ctx, e); err != nil {
		return nil, err
	}
	result := &Result{Config: config, Comparisons: quantities * len(config.Nets) * len(config.Depths)}
	for i, run := range runs {
		series, err := config.newSeries(run, measured[i].Points)
		if err != nil {
			return nil, err
		}
		result.Series = append(result.Series, *series)
	}
	return result, nil
}

// add adds a measurement to the plan, and returns where it will be.
func add(plan *jobs.Plan, run theory.Config) *theory.Result {
	layers := 0.0
	for _, depth := range run.Depths {
		layers += float64(depth)
	}
	weight := layers * float64(run.Draws)
	if run.Estimator == theory.Plain {
		weight *= float64(run.Width) * float64(run.Width)
	}
	spec := jobs.Spec{
		Name: fmt.Sprintf("%s, %s estimator", netOf(run).Title(), run.Estimator),
		Key:  paper.Key{Probe: "theory", Version: theory.Version, Config: run}, Weight: weight,
	}
	return jobs.Add(plan, spec, func(ctx context.Context, _ *engine.Engine) (theory.Result, error) {
		result, err := theory.Run(ctx, run)
		if err != nil {
			return theory.Result{}, err
		}
		return *result, nil
	})
}

// netOf names the net of a measurement.
func netOf(run theory.Config) GateNet {
	return GateNet{Net: run.Net, Beta: run.Beta, Gamma2: run.Gamma2}
}

// quantities are measured at a depth: C(i,i), C(i,j), R(i,j).
const quantities = 3

// runs returns the measurements to make: for each net both estimators.
func (c Config) runs() []theory.Config {
	var runs []theory.Config
	for _, net := range c.Nets {
		run := theory.Config{Net: net.Net, Beta: net.Beta, Gamma2: net.Gamma2, Seed: c.Seed}
		run.Estimator, run.Depths, run.Width, run.Draws = theory.Conditioned, c.Depths, c.Width, c.Draws
		runs = append(runs, run)
		run.Estimator, run.Depths = theory.Plain, c.PlainDepths
		run.Width, run.Draws = c.PlainWidth, c.PlainDraws
		runs = append(runs, run)
	}
	return runs
}

// newSeries makes the curves of one measurement. Bonferroni's correction makes the bands hold together. It
// needs no independence, which the depths of a net, sharing gates, do not have (Sidak's would).
func (c Config) newSeries(run theory.Config, points []theory.Point) (*Series, error) {
	series := &Series{
		GateNet: netOf(run), Theorem: statements[run.Net].Source,
		Estimator: run.Estimator, Width: run.Width, Draws: run.Draws, Depths: run.Depths,
	}
	comparisons := quantities * len(c.Nets) * len(run.Depths)
	for _, point := range points {
		closed, err := run.Closed(point.Depth)
		if err != nil {
			return nil, err
		}
		series.Variance.add(point.Variance, comparisons, closed.Variance())
		series.Covariance.add(point.Covariance, comparisons, closed.Covariance())
		series.Correlation.add(point.Correlation, comparisons, closed.Correlation())
	}
	return series, nil
}

// add appends a depth.
func (c *Curve) add(measured stats.Estimate, comparisons int, closed float64) {
	c.Draws = measured.Draws
	band := measured.Simultaneous(comparisons)
	c.Mean, c.StdErr = append(c.Mean, band.Value), append(c.StdErr, band.StdErr)
	c.Lower, c.Upper = append(c.Lower, band.Low), append(c.Upper, band.High)
	c.Closed = append(c.Closed, closed)
}

// band returns the estimate at a depth with the ends of the band. It has no Draws, as bands that hold
// together need no widening.
func (c *Curve) band(i int) stats.Estimate {
	return stats.Estimate{Value: c.Mean[i], Low: c.Lower[i], High: c.Upper[i]}
}

// outside returns how far from the closed form the measured curve is at most, in half-widths of its band: it
// lies in the band at every depth when that is below 1. It is NaN without depths, or where a value is NaN.
func (c *Curve) outside() float64 {
	if len(c.Mean) == 0 {
		return math.NaN()
	}
	largest := 0.0
	for i, mean := range c.Mean {
		distance := math.Abs(mean - c.Closed[i])
		if !(distance <= rounding*c.Closed[i]) { // one rectifier's C is 1 without any error
			largest = max(largest, distance/(c.Upper[i]-mean))
		}
	}
	return largest
}

// rounding bounds the relative rounding errors of products of up to a few thousand layers and means of up to
// millions of draws.
const rounding = 1e-12

// deviations returns the relative distances from the closed form, one a depth, with the ends of the band.
func (c *Curve) deviations() []stats.Estimate {
	all := make([]stats.Estimate, len(c.Closed))
	for i, closed := range c.Closed {
		all[i] = c.band(i).Over(closed).Distance(1)
	}
	return all
}

// Select returns the curves of one estimator, a net each in the order of the config.
func (r *Result) Select(estimator theory.Estimator) []Series {
	var selected []Series
	for _, s := range r.Series {
		if s.Estimator == estimator {
			selected = append(selected, s)
		}
	}
	return selected
}

// Title names the net, with its beta or, as γ, its gamma2.
func (n GateNet) Title() string {
	switch n.Net {
	case theory.ResidualNet:
		return "resnet, no normalisation"
	case theory.RescaledNet:
		return fmt.Sprintf("resnet, batch norm, β = %g", n.Beta)
	case theory.HighwayNet:
		if n.Gamma2 == 0 {
			return "highway, γ² = 1/L"
		}
		return fmt.Sprintf("highway, γ = %g", n.Gamma2)
	}
	return n.Net
}
