// Package export writes a draw of a net, or the theory of infinitely wide ones, as NumPy arrays, for readers
// who work in Python or R and for checks by independent implementations.
package export

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// Config says which draw to take.
type Config struct {
	Net models.Config

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int

	// Seed and Draw determine the weights.
	Seed, Draw uint64

	// DType is the precision the net runs in, float64 or float32. The weights are the same numbers in both:
	// they are drawn in float32.
	DType dtypes.DType
}

// Draw is one draw of a net: its weights, what its rectifiers see, its output and its gradient. All slices
// are in row-major order, for depth L, M inputs and width N.
type Draw struct {
	X        []float64 // M
	Output   []float64 // M
	Gradient []float64 // M

	// Bias, Weights, Readout and Preactivations are there for nets whose variables are N biases, one matrix
	// N x N a layer, and N weights of the read-out.

	Bias []float64 // N, h = rho(x - bias)
	// matrices x N x N, used as h @ weights[l]: L-1 for feedforward nets, L for others, none at depth 1
	Weights        []float64
	Readout        []float64 // N
	Preactivations []float64 // L x M x N, the rectifiers' arguments before normalisation

	// Variables and Rectifiers take their place for all other nets: the variables from input to output, and
	// what each rectifier sees before normalisation, M x units.
	Variables  []Variable
	Rectifiers [][]float64

	depth, width int
}

// Variable is a variable of a net. Its name is that of its stage and its own, with a dot between them.
type Variable struct {
	Name   string
	Dims   []int
	Values []float64
}

// Run takes the draw that the config describes.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Draw, error) {
	net, err := models.New(config.Net)
	if err != nil {
		return nil, err
	}
	if err := net.TakesNumbers(); err != nil {
		return nil, err
	}
	if _, err := models.Architectures.Get(net.Config.Net); err != nil {
		return nil, fmt.Errorf("%v is one of your own, whose weights have no place in the arrays of an "+
			"export: read them by its Draw", net)
	}
	if err := config.checkSize(net); err != nil {
		return nil, err
	}
	x, err := data.Grid(config.Inputs, data.GridLow, data.GridHigh)
	if err != nil {
		return nil, err
	}
	inputs, err := engine.Column(x, config.DType)
	if err != nil {
		return nil, err
	}
	weights := net.Draw(config.Seed, config.Draw)
	trace, err := e.RunFinite(ctx, engine.Request{
		Net: net, Weights: weights, Inputs: inputs, Output: true, Gradient: true, Tap: engine.Preactivations,
	})
	if err != nil {
		return nil, err
	}
	draw := &Draw{X: x, Output: trace.Output, Gradient: trace.Gradient, Rectifiers: trace.Taps,
		depth: net.Config.Depth, width: net.Config.Width}
	for i, stage := range net.Stages {
		values, err := weights.Stage(nil, i, dtypes.Float64)
		if err != nil {
			return nil, err
		}
		for p, param := range stage.Block.Params() {
			draw.Variables = append(draw.Variables, Variable{Name: stage.Name + "." + param.Name,
				Dims: param.Dims, Values: tensors.MustCopyFlatData[float64](values[p])})
		}
	}
	if draw.isUniform(net) {
		draw.join()
	}
	return draw, nil
}

// isUniform says whether the net has one variable a stage, those of the nets of the paper.
func (d *Draw) isUniform(net *models.Net) bool {
	n, last := d.width, len(net.Stages)-1
	if len(d.Variables) != len(net.Stages) {
		return false
	}
	for i, variable := range d.Variables {
		want := []int{n, n}
		switch i {
		case 0:
			want = []int{n}
		case last:
			want = []int{n, 1}
		}
		if len(net.Stages[i].Block.Params()) != 1 || !slices.Equal(variable.Dims, want) {
			return false
		}
	}
	return true
}

// join puts what a net of uniform variables has in the place of its variables.
func (d *Draw) join() {
	last := len(d.Variables) - 1
	d.Bias, d.Readout = d.Variables[0].Values, d.Variables[last].Values
	d.Weights = []float64{}
	for _, matrix := range d.Variables[1:last] {
		d.Weights = append(d.Weights, matrix.Values...)
	}
	d.Preactivations = slices.Concat(d.Rectifiers...)
	d.Variables, d.Rectifiers = nil, nil
}

// checkSize returns an error when the net with its states, or the arrays of the draw, don't fit into the
// memory.
func (c Config) checkSize(net *models.Net) error {
	if c.Inputs < 2 {
		return nil // the grid says so
	}
	if err := net.CheckMemory(c.Inputs, c.DType.Size(), 1, 1); err != nil {
		return err
	}
	preactivations := cost.Of(8, net.Config.Depth, c.Inputs, net.Config.Width)
	if err := preactivations.Check(fmt.Sprintf("%d inputs", c.Inputs), "preactivations"); err != nil {
		return fmt.Errorf("%w; give fewer inputs", err)
	}
	return nil
}

// WriteNPZ writes the draw to a file of NumPy arrays: x (M), bias (N), weights (matrices, N, N), readout (N),
// preactivations (L, M, N), output (M), gradient (M). That of a net of other variables has these by their
// names in place of bias, weights and readout, such as layer_1_2.weights_1, and preactivations_1,
// preactivations_2 and so on (M, units), one a rectifier. The file is complete or not there.
func (d *Draw) WriteNPZ(path string) error {
	n, m := d.width, len(d.X)
	arrays := []array{{"x", d.X, []int{m}},
		{"output", d.Output, []int{m}}, {"gradient", d.Gradient, []int{m}}}
	if d.Variables == nil {
		return writeNPZ(path, append(arrays, []array{
			{"bias", d.Bias, []int{n}},
			{"weights", d.Weights, []int{len(d.Weights) / (n * n), n, n}},
			{"readout", d.Readout, []int{n}},
			{"preactivations", d.Preactivations, []int{d.depth, m, n}},
		}...))
	}
	for _, variable := range d.Variables {
		arrays = append(arrays, array{variable.Name, variable.Values, variable.Dims})
	}
	for l, seen := range d.Rectifiers {
		arrays = append(arrays, array{fmt.Sprintf("preactivations_%d", l+1), seen, []int{m, len(seen) / m}})
	}
	return writeNPZ(path, arrays)
}
