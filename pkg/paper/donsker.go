package paper

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// DonskerPaper returns the config of the paper's appendix, that the gradient of a one-layer net converges to Brownian motion:
// widths from 10 to 100 000.
func DonskerPaper() theory.DonskerConfig {
	return theory.DonskerConfig{
		Widths: []int{10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000},
		Draws:  6000, Seed: 1,
	}
}

// DonskerQuick returns a config of the same shape that takes a few seconds.
func DonskerQuick() theory.DonskerConfig {
	c := DonskerPaper()
	c.Widths, c.Draws = []int{10, 100, 1000, 2000, 5000, 10_000, 20_000}, 500
	return c
}

// DonskerResult holds the walks of one-layer gradients.
type DonskerResult struct {
	// Config is the one that ran, defaults filled in.
	Config theory.DonskerConfig

	// Series are the walks, one a width.
	Series []DonskerSeries

	// Fit is the power of the width with which the increments approach the normal law; nil with fewer than three widths in reach
	// of the limit.
	Fit *DistanceFit

	// Comparisons is the number of covariances that lie in their bands at the same time.
	Comparisons int
}

// DonskerSeries is the gradient of one-layer nets of one width, as a walk.
type DonskerSeries struct {
	Width int `json:"width"`
	Draws int `json:"draws"`

	// X is the grid, Time the time change Phi(x), and Path the first draw's gradient there.
	X    []float64 `json:"x"`
	Time []float64 `json:"time"`
	Path []float64 `json:"path"`

	// Covariances are between the edges of cells.
	Covariances []WalkCovariance `json:"covariances"`

	// Distance is the Kolmogorov-Smirnov distance of the standardised increments from the normal law.
	Distance WalkDistance `json:"distance"`
}

// WalkCovariance is E[g(x) g(y)] at the times S <= T, with the ends of its band; Brownian motion has S. The bands of all pairs and
// widths hold together with 95 % confidence.
type WalkCovariance struct {
	S float64 `json:"s"`
	T float64 `json:"t"`
	stats.Estimate
}

// WalkDistance is a [theory.Distance] with the simultaneous interval, over the widths, of what was sampled.
type WalkDistance struct {
	Samples    int            `json:"samples"`
	Empirical  float64        `json:"empirical"`
	Floor      float64        `json:"floor"`
	GivenKinks stats.Estimate `json:"given_kinks"`
	Exact      float64        `json:"exact"`
}

// DistanceFit is the fit of distance = factor N^exponent to the widths from From on, with 95 % confidence for the exponent.
type DistanceFit struct {
	From     int            `json:"from"`
	Exponent stats.Estimate `json:"exponent"`
	Factor   float64        `json:"factor"`
}

// Donsker draws the walks.
func Donsker(ctx context.Context, config theory.DonskerConfig) (*DonskerResult, error) {
	measured, err := theory.Donsker(ctx, config)
	if err != nil {
		return nil, err
	}
	result := &DonskerResult{Config: measured.Config}
	result.Comparisons = len(measured.Walks) * len(measured.Walks[0].Covariances)
	for _, walk := range measured.Walks {
		series := DonskerSeries{
			Width: walk.Width, Draws: measured.Config.Draws, X: measured.X, Time: measured.Time, Path: walk.Path,
			Distance: newWalkDistance(walk.Distance, len(measured.Walks)),
		}
		for _, c := range walk.Covariances {
			series.Covariances = append(series.Covariances, WalkCovariance{c.S, c.T, c.Measured.Simultaneous(result.Comparisons)})
		}
		result.Series = append(result.Series, series)
	}
	result.Fit, err = fitDistances(result.Series, slices.Min(measured.Shares))
	return result, err
}

func newWalkDistance(d theory.Distance, widths int) WalkDistance {
	return WalkDistance{
		Samples: d.Samples, Empirical: d.Empirical, Floor: d.Floor, Exact: d.Exact,
		GivenKinks: d.GivenKinks.Simultaneous(widths),
	}
}

// reachKinks is the number of kinks expected in the emptiest cell from which the distance follows its limit: it is then known to
// one part in ten, as the terms that the limit leaves out are smaller by the number of kinks.
const reachKinks = 10

// fitDistances fits a power of the width to the sampled distances.
func fitDistances(series []DonskerSeries, smallestShare float64) (*DistanceFit, error) {
	fit := DistanceFit{From: math.MaxInt}
	var x, y []float64
	for _, s := range series {
		if float64(s.Width)*smallestShare >= reachKinks {
			fit.From = min(fit.From, s.Width)
			x, y = append(x, math.Log(float64(s.Width))), append(y, math.Log(s.Distance.GivenKinks.Value))
		}
	}
	if len(x) < 3 {
		return nil, nil
	}
	line, err := stats.LinearFit(x, y)
	if err != nil {
		return nil, fmt.Errorf("the distances over widths have no exponent: %w", err)
	}
	fit.Factor = math.Exp(line.Intercept)
	fit.Exponent.Value = line.Slope
	fit.Exponent.Low, fit.Exponent.High = line.Interval(stats.Level)
	return &fit, nil
}

// Bounds of the claims about Donsker's theorem, set before the measurements.
const (
	// walkTight: covariances of a walk of variance 1 at its end are told from each other on a scale finer than that.
	walkTight = 0.15

	// exponentTolerance: the exponent -1 is told from that of the central limit theorem for skewed weights, -1/2.
	exponentTolerance = 0.1

	// kolmogorovCritical is the 95 % quantile of sqrt(n) times the distance of n normal samples from their law.
	kolmogorovCritical = 1.358
)

// Seed returns the seed that determined every random number.
func (r *DonskerResult) Seed() uint64 { return r.Config.Seed }

// Results returns what results/donsker.json holds, less the provenance.
func (r *DonskerResult) Results() (*results.Figure, error) {
	figure := &results.Figure{
		Figure: "donsker",
		Title:  "Appendix, one-layer gradients converge to Brownian motion",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}
	if r.Fit != nil {
		figure.Tests = r.Fit
	}
	return figure, nil
}

// Claims decides what the appendix says: the covariance is that of Brownian motion, and the increments become normal.
func (r *DonskerResult) Claims() []claims.Claim {
	start := func(id, statement, quantity string) claims.Claim {
		return claims.Claim{ID: "donsker." + id, Source: "Appendix (Donsker)", Statement: statement, Quantity: quantity}
	}
	const brownian = "The gradient of a 1-layer net has the covariance of Brownian motion, min(s, t)"
	const normal = "The gradient of a 1-layer net converges to Brownian motion as N grows"
	widths := fmt.Sprintf("%d widths from %d to %d", len(r.Series), r.Series[0].Width, r.Series[len(r.Series)-1].Width)
	outside, deviation, apart := r.distances()
	widest := r.Series[len(r.Series)-1]
	all := []claims.Claim{
		start("covariance.in-band", brownian, fmt.Sprintf(
			"largest distance of the covariance from min(s, t), %s, in half-widths of the band that holds for all %d pairs at 95 %% (Bonferroni)", widths, r.Comparisons)).
			Below(stats.Exact(outside), 1),
		start("covariance.tight", brownian, "largest distance of the covariance from min(s, t), with the simultaneous band; the variance at the end is about 1").
			Below(deviation, walkTight),
		start("increments.law", normal, fmt.Sprintf(
			"largest distance of the sampled Kolmogorov–Smirnov distance (given the kinks) from that of the exact law, %s, in half-widths of the simultaneous band", widths)).
			Below(stats.Exact(apart), 1),
		start("increments.normal", normal, fmt.Sprintf(
			"√n times the empirical Kolmogorov–Smirnov distance of n = %d increments from the normal law at N = %d, against its 95 %% quantile", widest.Distance.Samples, widest.Width)).
			Below(stats.Exact(math.Sqrt(float64(widest.Distance.Samples))*widest.Distance.Empirical), kolmogorovCritical),
	}
	if r.Fit != nil {
		all = append(all, start("increments.rate", normal, fmt.Sprintf(
			"distance from −1 of the exponent of N with which the increments approach the normal law, from N = %d on", r.Fit.From)).
			Below(r.Fit.Exponent.Distance(-1), exponentTolerance))
	}
	return all
}

// distances returns the largest distance of covariances from min(s, t), in half-widths of the band and as it is, and that of the
// sampled distances from the exact ones in half-widths. Where there is nothing to compare they are not finite.
func (r *DonskerResult) distances() (outside float64, deviation stats.Estimate, apart float64) {
	outside, apart = math.Inf(-1), math.Inf(-1)
	var deviations []stats.Estimate
	for _, s := range r.Series {
		for _, c := range s.Covariances {
			distance := c.Distance(min(c.S, c.T))
			outside = max(outside, distance.Value/(c.High-c.Value))
			deviations = append(deviations, distance)
		}
		given := s.Distance.GivenKinks
		apart = max(apart, math.Abs(given.Value-s.Distance.Exact)/(given.High-given.Value))
	}
	deviation = stats.Largest(deviations)
	deviation.Draws = r.Config.Draws
	return outside, deviation, apart
}
