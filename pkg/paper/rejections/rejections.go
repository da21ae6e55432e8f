// Package rejections asks why a test of single draws tells the gradients of deep feedforward nets from
// white noise, which their averaged autocorrelation is like. In wide nets the variance of the gradient at
// an input x is proportional to Phi(x), the share of the first units that are on there, at every depth:
// sizes have an envelope that no draw of the weights changes.
package rejections

import (
	"context"
	"errors"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "rejections"
	Title = "Why a test tells the gradients of deep feedforward nets from white noise"
)

// Config describes the experiment.
type Config struct {
	// Net is the net, a feedforward one without division by deviations; its depth is filled in.
	Net models.Config `json:"net"`

	// Depths are the depths L, ascending.
	Depths []int `json:"depths"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of nets at each depth, and TheoryDraws that of draws from Normal(0, G).
	Draws       int `json:"draws"`
	TheoryDraws int `json:"theory_draws"`

	// Seed determines all random numbers.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at full size: 200 draws of nets of 24 and of 50 layers on 256 inputs, as in Figure
// 2's test, and 4000 of the theory. It takes half a minute of one processor.
func Paper() Config {
	return Config{
		Net:    models.Config{Net: "feedforward", Norm: norms.Center, Width: models.PaperWidth},
		Depths: []int{24, 50}, Inputs: data.GridPoints, Draws: 200, TheoryDraws: 4000, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	c.Net.Width, c.Depths, c.Inputs, c.Draws, c.TheoryDraws = 24, []int{6, 10}, 64, 20, 100
	return c
}

// check checks what the nets' own configs do not.
func (c Config) check() error {
	switch {
	case c.Net.Net != "feedforward" || c.Net.Norm == norms.Batch:
		return errors.New("the envelope of sizes is that of feedforward nets without division by " +
			"deviations: choose one with centring or without normalisation")
	case len(c.Depths) == 0:
		return errors.New("there are no depths: give at least one")
	case c.Draws < 2 || c.TheoryDraws < 2:
		return fmt.Errorf("there are %d draws of nets and %d of the theory: give at least 2 "+
			"of each", c.Draws, c.TheoryDraws)
	case c.Inputs <= 2*gradients.MaxLag:
		return fmt.Errorf("the number of inputs is %d: give at least %d, for lags "+
			"up to %d", c.Inputs, 2*gradients.MaxLag+1, gradients.MaxLag)
	}
	if err := paper.Ascending("depths", c.Depths); err != nil {
		return err
	}
	net := c.Net
	net.Depth = c.Depths[len(c.Depths)-1]
	return meanfield.Covers(net)
}

// Result holds what came out.
type Result struct {
	Config Config

	// Series hold the quantities Whole, Scaled, Signs and Alone, shares of draws, against the depth.
	Series []law.Series

	// Parts says where the numbers come from.
	Parts results.Parts

	theory, measured []*tested
	alone            *stats.Estimate
}

// The quantities of the series, shares of draws that the test rejects.
const (
	Whole  = "gradients as they are"
	Scaled = "gradients divided by √Φ(x)"
	Signs  = "signs of the gradients"
	Alone  = "independent numbers times √Φ(x)"
)

// Run computes the experiment.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	result := &Result{Config: config}
	plan := jobs.NewPlan("rejections", nil)
	for _, depth := range config.Depths {
		net := config.Net
		net.Depth = depth
		result.theory = append(result.theory, config.addTheory(plan, net))
		measured, err := config.addMeasured(plan, net)
		if err != nil {
			return nil, err
		}
		result.measured = append(result.measured, measured)
	}
	result.alone = config.addAlone(plan)
	var err error
	if result.Parts, err = plan.Run(ctx, e); err != nil {
		return nil, err
	}
	result.addSeries()
	return result, nil
}

// addTheory adds the tests of draws from Normal(0, G).
func (c Config) addTheory(plan *jobs.Plan, net models.Config) *tested {
	quantity := fmt.Sprintf("rejections of %d draws, seed %d", c.TheoryDraws, c.Seed)
	return jobs.Add(plan, law.TheorySpec(net, c.Inputs, []int{net.Depth}, quantity),
		func(ctx context.Context, _ *engine.Engine) (tested, error) {
			x, err := data.Grid(c.Inputs, data.GridLow, data.GridHigh)
			if err != nil {
				return tested{}, err
			}
			r, err := meanfield.Run(ctx, meanfield.Config{Net: net, X: x})
			if err != nil {
				return tested{}, err
			}
			draws, err := r.Draws(c.TheoryDraws, c.Seed)
			if err != nil {
				return tested{}, err
			}
			return test(net.Depth, x, draws)
		})
}

// addMeasured adds the tests of draws of the nets, which Figure 2 does not use.
func (c Config) addMeasured(plan *jobs.Plan, net models.Config) (*tested, error) {
	config := gradients.Config{
		Net:    net,
		Inputs: c.Inputs,
		Draws:  c.Draws,
		First:  uint64(net.Depth)<<20 + 1<<19,
		Seed:   c.Seed,
	}
	measured, _, err := paper.AddPart(plan, "rejections of gradients", gradients.Version, config,
		func(ctx context.Context, e *engine.Engine) (tested, error) {
			r, err := gradients.Run(ctx, e, config)
			if err != nil {
				return tested{}, err
			}
			return test(net.Depth, r.X, r.Gradients)
		})
	return measured, err
}

// aloneStream keeps the independent numbers apart from other random numbers of the seed.
const aloneStream = 0x616c

// addAlone adds the test of independent numbers that have the envelope and nothing else.
func (c Config) addAlone(plan *jobs.Plan) *stats.Estimate {
	spec := jobs.Spec{
		Name:   Alone,
		Key:    []any{Alone, c.Inputs, c.TheoryDraws, c.Seed},
		Weight: float64(c.Inputs * c.TheoryDraws),
	}
	return jobs.Add(plan, spec, func(context.Context, *engine.Engine) (stats.Estimate, error) {
		x, err := data.Grid(c.Inputs, data.GridLow, data.GridHigh)
		if err != nil {
			return stats.None(), err
		}
		draws := make([][]float64, c.TheoryDraws)
		for i := range draws {
			rng := random.Stream(c.Seed, aloneStream, uint64(i))
			for _, envelope := range envelopeOf(x) {
				draws[i] = append(draws[i], envelope*rng.NormFloat64())
			}
		}
		rejected, err := rejections(draws)
		return share(rejected), err
	})
}
