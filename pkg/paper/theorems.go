package paper

import (
	"context"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TheoremsConfig describes the test of Theorems 1 to 3 and Corollary 1 on nets for which their assumptions
// are exact: gates are drawn independently of the weights.
type TheoremsConfig struct {
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
	Net    string  `json:"net"`
	Beta   float64 `json:"beta,omitempty"`
	Gamma2 float64 `json:"gamma2,omitempty"`
}

// TheoremsPaper returns the config for depths 1 to 50.
func TheoremsPaper() TheoremsConfig {
	c := TheoremsConfig{
		Nets: []GateNet{
			{Net: theory.FeedforwardNet}, {Net: theory.ResidualNet},
			{Net: theory.RescaledNet, Beta: 1}, {Net: theory.RescaledNet, Beta: 0.3}, {Net: theory.RescaledNet, Beta: 0.1},
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

// TheoremsQuick returns a config of the same shape that takes a few seconds.
func TheoremsQuick() TheoremsConfig {
	c := TheoremsPaper()
	c.Depths, c.Draws = []int{1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50}, 20_000
	c.PlainDepths, c.PlainDraws = []int{1, 2, 4, 8, 12, 16}, 300
	return c
}

// TheoremsResult holds the curves.
type TheoremsResult struct {
	Config TheoremsConfig

	// Series holds two curves for every net, the estimator that draws the gates alone and then plain Monte
	// Carlo.
	Series []TheoremSeries

	// Comparisons is the number of measured values that stand at the same time in the bands of the first
	// estimator.
	Comparisons int
}

// TheoremSeries holds one net's covariances against the depth.
type TheoremSeries struct {
	GateNet

	// Theorem is the statement that the closed forms come from.
	Theorem string `json:"theorem"`

	// Estimator, Width and Draws say how the values were measured.
	Estimator theory.Estimator `json:"estimator"`
	Width     int              `json:"width"`
	Draws     int              `json:"draws"`

	// Depths are L.
	Depths []int `json:"depths"`

	// Variance is C(i,i), Covariance C(i,j), Correlation R(i,j).
	Variance    TheoremCurve `json:"variance"`
	Covariance  TheoremCurve `json:"covariance"`
	Correlation TheoremCurve `json:"correlation"`
}

// TheoremCurve is a quantity against the depth: measured, and in closed form. Lower and Upper are the ends of
// the band: the bands of all nets, quantities and depths of one estimator hold together with 95 % confidence.
type TheoremCurve struct {
	stats.Curve
	Closed []float64 `json:"closed"`
}

// Theorems measures the covariances of Theorems 1 to 3 and Corollary 1.
func Theorems(ctx context.Context, config TheoremsConfig) (*TheoremsResult, error) {
	result := &TheoremsResult{Config: config, Comparisons: quantities * len(config.Nets) * len(config.Depths)}
	steps := 0
	for _, run := range config.runs() {
		steps += run.Steps()
	}
	ctx = progress.Start(ctx, "theorems", steps)
	for _, run := range config.runs() {
		series, err := config.measure(ctx, run)
		if err != nil {
			return nil, err
		}
		result.Series = append(result.Series, *series)
	}
	return result, nil
}

// quantities are measured at a depth: C(i,i), C(i,j), R(i,j).
const quantities = 3

// runs returns the measurements to make: for each net both estimators.
func (c TheoremsConfig) runs() []theory.Config {
	var runs []theory.Config
	for _, net := range c.Nets {
		run := theory.Config{Net: net.Net, Beta: net.Beta, Gamma2: net.Gamma2, Seed: c.Seed}
		run.Estimator, run.Depths, run.Width, run.Draws = theory.Conditioned, c.Depths, c.Width, c.Draws
		runs = append(runs, run)
		run.Estimator, run.Depths, run.Width, run.Draws = theory.Plain, c.PlainDepths, c.PlainWidth, c.PlainDraws
		runs = append(runs, run)
	}
	return runs
}

// measure makes one measurement. Bonferroni's correction makes the bands hold together. It needs no
// independence, which the depths of a net, sharing gates, do not have (Sidak's would).
func (c TheoremsConfig) measure(ctx context.Context, run theory.Config) (*TheoremSeries, error) {
	measured, err := theory.Run(ctx, run)
	if err != nil {
		return nil, err
	}
	series := &TheoremSeries{
		GateNet: GateNet{Net: run.Net, Beta: run.Beta, Gamma2: run.Gamma2}, Theorem: theoremNames[run.Net],
		Estimator: run.Estimator, Width: run.Width, Draws: run.Draws, Depths: run.Depths,
	}
	comparisons := quantities * len(c.Nets) * len(run.Depths)
	for _, point := range measured.Points {
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

// theoremNames says where the paper makes its statement about a net.
var theoremNames = map[string]string{
	theory.FeedforwardNet: "Theorem 1", theory.ResidualNet: "Theorem 2", theory.RescaledNet: "Theorem 3", theory.HighwayNet: "Corollary 1",
}

// add appends a depth.
func (c *TheoremCurve) add(measured stats.Estimate, comparisons int, closed float64) {
	c.Draws = measured.Draws
	band := measured.Simultaneous(comparisons)
	c.Mean, c.StdErr = append(c.Mean, band.Value), append(c.StdErr, band.StdErr)
	c.Lower, c.Upper = append(c.Lower, band.Low), append(c.Upper, band.High)
	c.Closed = append(c.Closed, closed)
}

// band returns the estimate at a depth with the ends of the band. It has no Draws, as bands that hold
// together need no widening.
func (c *TheoremCurve) band(i int) stats.Estimate {
	return stats.Estimate{Value: c.Mean[i], Low: c.Lower[i], High: c.Upper[i]}
}

// outside returns how far from the closed form the measured curve is at most, in half-widths of its band: it
// lies in the band at every depth when that is below 1. It is NaN without depths, or where a value is NaN.
func (c *TheoremCurve) outside() float64 {
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
func (c *TheoremCurve) deviations() []stats.Estimate {
	all := make([]stats.Estimate, len(c.Closed))
	for i, closed := range c.Closed {
		all[i] = c.band(i).Over(closed).Distance(1)
	}
	return all
}

// Select returns the curves of one estimator, a net each in the order of the config.
func (r *TheoremsResult) Select(estimator theory.Estimator) []TheoremSeries {
	var selected []TheoremSeries
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
