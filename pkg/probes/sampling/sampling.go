// Package sampling is what the probes of one-dimensional nets share: a net, a grid of inputs and independent
// draws of the weights.
//
// A probe turns its [Config] into a [Sample] and calls [Sample.Each], which runs the draws on all processors,
// reports progress and hands the probe what it asked for of each draw.
package sampling

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// Config says which nets to probe, on which inputs. The zero value of every field but Net and Draws is the
// paper's choice.
type Config struct {
	Net models.Config `json:"net"`

	// Inputs is M, the number of points of the grid; 0 means 256.
	Inputs int `json:"inputs"`

	// Low and High are the ends of the grid; both 0 means [-2, 2].
	Low  float64 `json:"low"`
	High float64 `json:"high"`

	// Points are inputs of your own in place of the grid, in any order and at any distances. Inputs, Low and
	// High then follow from them. What is computed of neighbours, such as the autocorrelation, is of
	// neighbours in this list.
	Points []float64 `json:"points,omitempty"`

	// Draws is the number of independent draws of the weights: those numbered First, First+1, ... under the
	// seed.
	Draws int    `json:"draws"`
	First uint64 `json:"first,omitempty"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Sample is a checked config with what it takes to run it.
type Sample struct {
	// Config has its defaults filled in.
	Config Config

	// Net is the net that runs.
	Net *models.Net

	// X holds the M inputs.
	X []float64

	inputs *tensors.Tensor
}

// New fills in the config's defaults, checks it and makes its net and its grid.
func New(config Config) (*Sample, error) {
	// What is wrong with the config is said before a net is made.
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	net, err := models.New(config.Net)
	if err != nil {
		return nil, err
	}
	config.Net = net.Config
	return NewFor(net, config)
}

// NewFor is New for a net that is made from the config's net but is not it, such as one that carries
// derivatives along.
func NewFor(net *models.Net, config Config) (*Sample, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := net.TakesNumbers(); err != nil {
		return nil, err
	}
	if config.Inputs > 0 { // others are refused below
		if err := net.CheckMemory(config.Inputs, float32Size, 1, 1); err != nil {
			return nil, err
		}
	}
	if err := cost.Steps(fmt.Sprintf("%d draws", config.Draws), float64(config.Draws),
		"runs of the net"); err != nil {
		return nil, err
	}
	x, err := config.grid()
	if err != nil {
		return nil, err
	}
	inputs, err := engine.Column(x, engine.DType)
	if err != nil {
		return nil, err
	}
	return &Sample{Config: config, Net: net, X: x, inputs: inputs}, nil
}

// float32Size is the number of bytes of the numbers that probes run in.
const float32Size = 4

// CheckResults returns an error when what a probe keeps of each draw, in float64 numbers, doesn't fit into
// the memory for all draws.
func (s *Sample) CheckResults(perDraw ...int) error {
	if err := cost.Of(8, append(perDraw, s.Config.Draws)...).Check(fmt.Sprintf("%d draws", s.Config.Draws),
		"results"); err != nil {
		return fmt.Errorf("%w; give fewer draws or inputs", err)
	}
	return nil
}

// Each runs the draws, several at once, and hands the trace of each to use, with the draw's number from 0 on.
// Of the request only what it asks for counts: net, weights and inputs are the sample's. After the first
// error, or when the context ends, no more draws are started. A trace that is not finite is an error.
func (s *Sample) Each(ctx context.Context, e *engine.Engine, request engine.Request,
	use func(draw int, trace *engine.Trace)) error {
	if e.Backend().HasSharedBuffers() { // else the device says so
		if err := s.Net.CheckMemory(s.Config.Inputs, float32Size, 1,
			min(s.Config.Draws, processors.Count())); err != nil {
			return err
		}
	}
	ctx = progress.Start(ctx, "draws of the weights", s.Config.Draws)
	return e.ForEach(ctx, s.Config.Draws, func(e *engine.Engine, draw int) error {
		request := request
		request.Net, request.Inputs = s.Net, s.inputs
		request.Weights = s.Net.Draw(s.Config.Seed, s.Config.First+uint64(draw))
		trace, err := e.RunFinite(ctx, request)
		if errors.Is(err, engine.ErrNotFinite) {
			return fmt.Errorf("draw %d: %w", s.Config.First+uint64(draw), err)
		}
		if err != nil {
			return err
		}
		use(draw, trace)
		progress.Step(ctx)
		return nil
	})
}
