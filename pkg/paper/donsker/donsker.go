// Package donsker tests what the paper's appendix says by Donsker's theorem: the gradient of a one-layer net
// over its inputs converges to Brownian motion as the net grows wide.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and returns a [Result] that decides the appendix's
// claims. [Draw] draws it.
package donsker

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Config describes the walks.
type Config = theory.DonskerConfig

// Paper returns the config of the paper's appendix, that the gradient of a one-layer net converges to
// Brownian motion: widths from 10 to 100 000.
func Paper() Config {
	return Config{
		Widths: []int{10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000},
		Draws:  6000, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes a few seconds.
func Quick() Config {
	c := Paper()
	c.Widths, c.Draws = []int{10, 100, 1000, 2000, 5000, 10_000, 20_000}, 500
	return c
}

// Result holds the walks of one-layer gradients.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Series are the walks, one a width.
	Series []Series

	// Fit is the power of the width with which the increments approach the normal law; nil with fewer than
	// three widths in reach of the limit.
	Fit *Fit

	// Comparisons is the number of covariances that lie in their bands at the same time.
	Comparisons int
}

// Series is the gradient of one-layer nets of one width, as a walk.
type Series struct {
	// Width is N, and Draws the number of independent draws.
	Width int `json:"width" jsonschema:"minimum=1"`
	Draws int `json:"draws" jsonschema:"minimum=2"`

	// X is the grid, Time the time change Phi(x), and Path the first draw's gradient there.
	X    []float64 `json:"x"`
	Time []float64 `json:"time"`
	Path []float64 `json:"path"`

	// Covariances are between the edges of cells.
	Covariances []Covariance `json:"covariances"`

	// Distance is the Kolmogorov-Smirnov distance of the standardised increments from the normal law.
	Distance Distance `json:"distance"`
}

// Covariance is E[g(x) g(y)] at the times S <= T, with the ends of its band; Brownian motion has S. The bands
// of all pairs and widths hold together with 95 % confidence.
type Covariance struct {
	S float64 `json:"s"`
	T float64 `json:"t"`
	stats.Estimate
}

// Distance is a [theory.Distance] with the simultaneous interval, over the widths, of what was sampled.
type Distance struct {
	// Empirical is the distance from that many Samples, increments of which perfectly normal ones would have
	// the distance Floor. GivenKinks has the weights integrated out, and Exact is by the binomial law of the
	// kinks.
	Samples    int            `json:"samples" jsonschema:"minimum=1"`
	Empirical  float64        `json:"empirical"`
	Floor      float64        `json:"floor"`
	GivenKinks stats.Estimate `json:"given_kinks"`
	Exact      float64        `json:"exact"`
}

// Fit is the fit of distance = factor N^exponent to the widths from From on, with 95 % confidence for the
// exponent.
type Fit struct {
	// From is the smallest width fitted, Exponent has its 95 % interval, and Factor is that of the power.
	From     int            `json:"from"`
	Exponent stats.Estimate `json:"exponent"`
	Factor   float64        `json:"factor"`
}

// Run draws the walks.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	config, err := config.WithDefaults()
	if err != nil {
		return nil, err
	}
	plan := jobs.NewPlan("Donsker's theorem", nil)
	measured := make([]*theory.DonskerResult, len(config.Widths))
	for i, width := range config.Widths {
		measured[i] = add(plan, config, width)
	}
	if _, err := plan.Run(ctx, e); err != nil {
		return nil, err
	}
	result := &Result{Config: config}
	for _, m := range measured {
		result.Comparisons += len(m.Walks[0].Covariances)
	}
	for _, m := range measured {
		walk := m.Walks[0]
		series := Series{
			Width: walk.Width, Draws: config.Draws, X: m.X, Time: m.Time, Path: walk.Path,
			Distance: newDistance(walk.Distance, len(measured)),
		}
		for _, c := range walk.Covariances {
			series.Covariances = append(series.Covariances,
				Covariance{c.S, c.T, c.Measured.Simultaneous(result.Comparisons)})
		}
		result.Series = append(result.Series, series)
	}
	result.Fit, err = fitDistances(result.Series, slices.Min(measured[0].Shares))
	return result, err
}

// add adds the walks of a width to the plan, and returns where they will be.
func add(plan *jobs.Plan, config Config, width int) *theory.DonskerResult {
	config.Widths = []int{width}
	spec := jobs.Spec{
		Name:   fmt.Sprintf("walks of width %d", width),
		Key:    paper.Key{Probe: "theory", Version: theory.Version, Config: config},
		Weight: float64(config.Draws) * float64(width),
	}
	return jobs.Add(plan, spec, func(ctx context.Context, _ *engine.Engine) (theory.DonskerResult, error) {
		result, err := theory.Donsker(ctx, config)
		if err != nil {
			return theory.DonskerResult{}, err
		}
		return *result, nil
	})
}

func newDistance(d theory.Distance, widths int) Distance {
	return Distance{
		Samples: d.Samples, Empirical: d.Empirical, Floor: d.Floor, Exact: d.Exact,
		GivenKinks: d.GivenKinks.Simultaneous(widths),
	}
}

// reachKinks is the number of kinks expected in the emptiest cell from which the distance follows its limit:
// it is then known to one part in ten, as the terms that the limit leaves out are smaller by the number of
// kinks.
const reachKinks = 10

// fitDistances fits a power of the width to the sampled distances.
func fitDistances(series []Series, smallestShare float64) (*Fit, error) {
	fit := Fit{From: math.MaxInt}
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
