// Package jacobian probes the singular values of a net's Jacobian, from its input to its outputs, and of
// those of each of its stages, at points of a path between two inputs: by how much what comes in is
// stretched, in the direction that is stretched most and in that which is stretched least. A net whose
// singular values are all near 1 hands gradients on as they are (dynamical isometry: Saxe et al., 2014;
// Pennington et al., 2017); the paper's looks-linear initialisation, with orthogonal matrices, makes them
// exactly 1.
//
// J is O x D, for O outputs and D inputs, and has n = min(O, D) singular values s_1, ..., s_n. Where J is
// small it is computed in full, row by row as the products e_k J with unit vectors, and so are they: see
// [Spectrum]. Where it isn't, products u^T J with random vectors of signs tell two means,
//
//	tr(J J^T) = E |J^T u|^2,   tr((J J^T - c I)^2) = E (J^T u . J^T v - c u . v)^2,
//
// for independent u and v (Hutchinson's estimator), from which the mean of s^2 and its deviation follow. With
// c = tr(J J^T) / O an isometry of O <= D has exactly the mean 1 and the deviation 0, whatever the vectors;
// of O > D the mean and the square of the deviation are right on average over them, while the deviation, the
// root of what is cut at 0 point by point, comes out above 0: about 0.11 by 16 vectors. (Products J v, which
// Lanczos' method would need as well, GoMLX has not for convolutions.)
//
// All points of a path run as one batch, as in pkg/probes/path. Batch statistics must be held fixed
// (norms.Frozen): else the output at a point depends on the other points, and J is another thing.
//
// # Memory
//
// For T points a path in flight holds, beside what the engine holds for T inputs (see pkg/engine), 8 T O D
// bytes where a Jacobian is computed in full, which is for O D up to MaxFull numbers alone, and 8 T D V for V
// random vectors where it isn't: of one Jacobian at a time. As many paths are in flight as there are
// processors. What remains of a path are a few numbers a stage.
package jacobian

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Defaults of a Config.
const (
	// Points is the number of points of a path.
	Points = 8

	// Rows is the largest number O of outputs of a Jacobian that is computed in full.
	Rows = 256

	// Vectors is the number of random vectors for each of the others.
	Vectors = 16
)

// MaxFull is the largest number O D of values of a Jacobian that is computed in full.
const MaxFull = 1 << 21

// Config says which Jacobians to take.
type Config struct {
	subject.Subject

	// Kind is the way between the inputs of a pair; empty means path.Line.
	Kind path.Kind `json:"kind"`

	// Points is the number of inputs on a path; 0 means the constant Points.
	Points int `json:"points"`

	// Pairs are the pairs of inputs. Their labels don't matter.
	Pairs []path.Pair `json:"-"`

	// Rows is the largest number of outputs of a Jacobian that is computed in full; 0 means the constant
	// Rows.
	Rows int `json:"rows"`

	// Vectors is the number of random vectors for each of the others; 0 means the constant Vectors.
	Vectors int `json:"vectors"`

	// WholeOnly leaves the Jacobians of the stages out.
	WholeOnly bool `json:"whole_only,omitempty"`

	// Only has the numbers, from 0 on, of the stages whose Jacobians are taken, ascending; nil means all. A
	// deep net of equal stages is told by a few of them.
	Only []int `json:"only,omitempty"`
}

// Part is a part of a net whose Jacobian was looked at.
type Part struct {
	// Name is the name of the stage; empty for the whole net.
	Name string

	// Outputs and Inputs are O and D.
	Outputs, Inputs int

	// Spectrum tells of the singular values, averaged over points, pairs and draws.
	Spectrum Spectrum
}

// Result holds what was measured.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Whole is the Jacobian of the whole net, from input to outputs, Stages those of the stages that the
	// config asks for, from input to output.
	Whole  Part
	Stages []Part
}

// WithDefaults fills in the defaults and checks the config.
func (c Config) WithDefaults() (Config, error) {
	checked := path.Config{Subject: c.Subject, Kind: c.Kind, Points: c.Points, Pairs: c.Pairs}
	if checked.Points == 0 {
		checked.Points = Points
	}
	checked, err := checked.WithDefaults()
	if err != nil {
		return c, err
	}
	c.Subject, c.Kind, c.Points = checked.Subject, checked.Kind, checked.Points
	if c.Net.Config.Statistics == norms.Coupled {
		return c, fmt.Errorf("statistics is %q: a Jacobian is that of one input's outputs, so hold the "+
			"batch statistics fixed (%s)", norms.Coupled, norms.Frozen)
	}
	if c.Rows == 0 {
		c.Rows = Rows
	}
	if c.Vectors == 0 {
		c.Vectors = Vectors
	}
	if c.Rows < 1 || c.Vectors < 2 {
		return c, errors.New("give at least 1 row of a Jacobian that is computed in full, and at least 2 " +
			"random vectors for others, or 0 for the defaults")
	}
	for i, stage := range c.Only {
		if stage < 0 || stage >= len(c.Net.Stages) || i > 0 && stage <= c.Only[i-1] {
			return c, fmt.Errorf("the stages to look at are %v: give numbers from 0 to %d, ascending", c.Only,
				len(c.Net.Stages)-1)
		}
	}
	return c, nil
}

// Run takes the Jacobians that the config asks for. Paths run concurrently; progress is reported path by
// path. It returns an error when the config is wrong, the context ends, or a Jacobian is not finite (an
// engine.ErrNotFinite).
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	config, err := config.WithDefaults()
	if err != nil {
		return nil, err
	}
	pairs, paths := len(config.Pairs), config.Draws*len(config.Pairs)
	parts := make([][]part, paths)
	ctx = progress.Start(ctx, "Jacobians on paths", paths)
	err = e.ForEach(ctx, paths, func(e *engine.Engine, n int) error {
		var err error
		if parts[n], err = config.parts(ctx, e, n/pairs, n%pairs); err != nil {
			return fmt.Errorf("pair %d, draw %d: %w", n%pairs, n/pairs, err)
		}
		progress.Step(ctx)
		return nil
	})
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config}
	for k, first := range parts[0] {
		rows := subject.NewCrossed(config.Draws, pairs)
		for n := range parts {
			rows[n/pairs][n%pairs] = parts[n][k].row
		}
		of := Part{Name: first.name, Outputs: first.outputs, Inputs: first.inputs}
		of.Spectrum = summarize(rows, first.full)
		if k == 0 {
			result.Whole = of
		} else {
			result.Stages = append(result.Stages, of)
		}
	}
	return result, nil
}

// part is what one path tells of one Jacobian.
type part struct {
	name            string
	outputs, inputs int
	full            bool
	row             []float64 // a spectrum's numbers, averaged over the points
}

// parts takes the Jacobians on one path: that of the whole net, and then those of the stages.
func (c Config) parts(ctx context.Context, e *engine.Engine, draw, pair int) ([]part, error) {
	weights, err := c.DrawWeights(draw)
	if err != nil {
		return nil, err
	}
	inputs, err := c.batch(pair)
	if err != nil {
		return nil, err
	}
	defer inputs.MustFinalizeAll()
	net, err := e.Linearize(ctx, engine.Request{Net: c.Net, Weights: weights, Inputs: inputs})
	if err != nil {
		return nil, err
	}
	defer net.Free()
	last := len(c.Net.Stages) - 1
	var parts []part
	take := func(name string, first, last int) error {
		rng := random.Stream(c.Seed, vectorStream, uint64(draw), uint64(pair), uint64(len(parts)))
		taken, err := c.take(ctx, net, first, last, rng)
		taken.name = name
		parts = append(parts, taken)
		return err
	}
	if err := take("", 0, last); err != nil {
		return nil, err
	}
	for i, stage := range c.Net.Stages {
		if c.WholeOnly || c.Only != nil && !slices.Contains(c.Only, i) {
			continue
		}
		if err := take(stage.Name, i, i); err != nil {
			return nil, fmt.Errorf("stage %s: %w", stage.Name, err)
		}
	}
	return parts, nil
}

// batch returns the points of a path.
func (c Config) batch(pair int) (*tensors.Tensor, error) {
	way, err := c.Pairs[pair].Way(c.Kind, c.Points)
	if err != nil {
		return nil, err
	}
	return engine.Batch(way.All(), c.DType, append([]int{c.Points}, c.Net.Input...)...)
}

// vectorStream keeps the random vectors apart from other random numbers of the seed.
const vectorStream = 0x6a

// checkMemory returns an error when what is computed of one Jacobian at a time doesn't fit into the memory.
func (c Config) checkMemory(outputs, inputs int) error {
	vectors := outputs
	if !c.full(outputs, inputs) {
		vectors = c.Vectors
	}
	held := cost.Of(8, c.Points, vectors, inputs) * cost.Bytes(subject.AtOnce(c.Draws*len(c.Pairs)))
	if err := held.Check(fmt.Sprintf("a Jacobian of %d x %d at %d "+
		"points", outputs, inputs, c.Points), "products"); err != nil {
		return fmt.Errorf("%w; give fewer points", err)
	}
	return nil
}

// full says whether a Jacobian is computed in full.
func (c Config) full(outputs, inputs int) bool {
	return outputs <= c.Rows && outputs*inputs <= MaxFull
}
