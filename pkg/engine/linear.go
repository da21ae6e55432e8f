package engine

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/numbers"
)

// Linear is a net at a batch of inputs: the states that came into its stages, on which products of vectors
// with Jacobians are taken, as many as are wanted. With batch statistics held fixed (norms.Frozen) the rows
// of a batch don't meet in them, so that one product serves all its inputs, each with a vector of its own. It
// holds the memory of a run in flight until Free, and the inputs that it was made for. It is not safe for
// concurrent use.
type Linear struct {
	pass *pass
}

// Linearize runs the net of a request forward. Of the request only net, weights and inputs count. The caller
// frees what it returns.
func (e *Engine) Linearize(ctx context.Context, request Request) (*Linear, error) {
	request.Gradient, request.Output, request.Tap = true, false, nil
	p, err := e.begin(request)
	if err != nil {
		return nil, err
	}
	linear := &Linear{p}
	if err := p.attempt(func() error { return p.forward(ctx) }); err != nil {
		linear.Free()
		return nil, err
	}
	return linear, nil
}

// Free releases the states and the weights.
func (l *Linear) Free() {
	l.pass.ahead.Wait()
	l.pass.free()
}

// Last returns the number of the last stage.
func (l *Linear) Last() int { return len(l.pass.states) - 1 }

// Dims returns the dimensions of what goes into a stage and of what comes out of it, the batch among them.
func (l *Linear) Dims(stage int) (in, out []int) {
	in = l.pass.states[stage].Shape().Dimensions
	if stage < l.Last() {
		return in, l.pass.states[stage+1].Shape().Dimensions
	}
	return in, append([]int{in[0]}, l.pass.request.Net.Output...)
}

// Output returns the net's output, [inputs, Net.Output...], in row-major order.
func (l *Linear) Output() (output []float64, err error) {
	err = l.pass.attempt(func() error {
		last := l.Last()
		step, err := l.pass.stageStep(forward, last)
		if err != nil {
			return err
		}
		out := runStep(step, l.pass.weights[last], l.pass.states[last])[0]
		output = toFloat64(out)
		return out.FinalizeAll()
	})
	return output, err
}

// Pull returns J^T u of the stages first to last, all included: the gradient of the inner product of what
// comes out of the last with u, with respect to what goes into the first. Vectors are in row-major order. It
// stops between stages when the context ends.
func (l *Linear) Pull(ctx context.Context, first, last int, u []float64) (pulled []float64, err error) {
	err = l.pass.attempt(func() error {
		gradient, err := l.pulled(ctx, first, last, u)
		if err != nil {
			return err
		}
		pulled = toFloat64(gradient)
		return gradient.FinalizeAll()
	})
	return pulled, err
}

// pulled is Pull whose result stays on the device; with an error it is freed. It panics on errors of the
// backend.
func (l *Linear) pulled(ctx context.Context, first, last int, u []float64) (gradient *tensors.Tensor,
	err error) {
	defer func() {
		if err != nil && gradient != nil {
			gradient.MustFinalizeAll()
		}
	}()
	for i := last; i >= first; i-- {
		if err := ctx.Err(); err != nil {
			return gradient, err
		}
		step, err := l.pass.stageStep(reverse, i)
		if err != nil {
			return gradient, err
		}
		if gradient == nil {
			if gradient, err = shaped(u, step.GetParameterByName("gradient").Shape()); err != nil {
				return gradient, err
			}
		}
		next := runStep(step, l.pass.weights[i], l.pass.states[i], gradient)[0]
		gradient.MustFinalizeAll()
		gradient = next
	}
	return gradient, nil
}

// WeightGradients hands to use, for every row of the batch, the gradient of the inner product of that row of
// what comes out of a stage with the row of u, with respect to the stage's weights: the values of all its
// variables, one after the other. A stage without weights has none.
//
// GoMLX sums gradients over the batch, so each row takes a step of its own. A stage whose rows don't depend
// on each other, which is tried out on the first, runs on one row at a time. One that normalises over its
// batch runs on all of it, with the other rows of u set to 0: as many times as costly.
func (l *Linear) WeightGradients(
	ctx context.Context, stage int, u []float64, use func(row int, gradient []float64),
) error {
	return l.pass.attempt(func() error {
		if len(l.pass.weights[stage]) == 0 {
			return nil
		}
		state := l.pass.states[stage]
		rows := state.Shape().Dimensions[0]
		alone, err := l.rowsAlone(stage)
		if err != nil {
			return err
		}
		values := toFloat64(state)
		for row := range rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			of := state
			cotangent := make([]float64, len(u))
			if alone {
				if of, err = shaped(rowOf(values, row, rows), oneRow(state.Shape())); err != nil {
					return err
				}
				cotangent = rowOf(u, row, rows)
			} else {
				copy(rowOf(cotangent, row, rows), rowOf(u, row, rows))
			}
			gradient, err := l.weightGradient(stage, of, cotangent)
			if alone {
				of.MustFinalizeAll()
			}
			if err != nil {
				return err
			}
			use(row, gradient)
		}
		return nil
	})
}

// weightGradient returns the gradient with respect to a stage's weights on a state, of that state's rows
// together.
func (l *Linear) weightGradient(stage int, state *tensors.Tensor, u []float64) ([]float64, error) {
	p := l.pass
	step, err := p.engine.compiled(p.request.Net.Stages[stage].Block, nil, toWeights, state.Shape())
	if err != nil {
		return nil, err
	}
	cotangent, err := shaped(u, step.GetParameterByName("gradient").Shape())
	if err != nil {
		return nil, err
	}
	defer cotangent.MustFinalizeAll()
	var parts [][]float64
	for _, part := range runStep(step, p.weights[stage], state, cotangent) {
		parts = append(parts, toFloat64(part))
		part.MustFinalizeAll()
	}
	if len(parts) == 1 { // as a rule, and worth no copy
		return parts[0], nil
	}
	return slices.Concat(parts...), nil
}

// alike is how far what a stage makes of a row alone may be from what it makes of it in the batch, as a share
// of the largest value: a few hundred units of rounding. Statistics of a batch of one are another thing
// altogether.
var alike = map[dtypes.DType]float64{dtypes.Float32: 1e-4, dtypes.Float64: 1e-10}

// rowsAlone says whether a stage makes of the first row alone what it makes of it in the batch.
func (l *Linear) rowsAlone(stage int) (bool, error) {
	state := l.pass.states[stage]
	rows := state.Shape().Dimensions[0]
	if rows == 1 {
		return true, nil
	}
	first, err := shaped(rowOf(toFloat64(state), 0, rows), oneRow(state.Shape()))
	if err != nil {
		return false, err
	}
	defer first.MustFinalizeAll()
	var outs [2][]float64
	for i, of := range []*tensors.Tensor{first, state} {
		step, err := l.pass.engine.compiled(l.pass.request.Net.Stages[stage].Block, nil, forward, of.Shape())
		if err != nil {
			return false, err
		}
		out := runStep(step, l.pass.weights[stage], of)[0]
		outs[i] = toFloat64(out)
		out.MustFinalizeAll()
	}
	within := rowOf(outs[1], 0, rows)
	largest, difference := 0.0, 0.0
	for k, value := range within {
		largest = math.Max(largest, math.Abs(value))
		difference = math.Max(difference, math.Abs(value-outs[0][k]))
	}
	return difference <= alike[state.DType()]*largest, nil
}

// rowOf returns a row of values in row-major order.
func rowOf(values []float64, row, rows int) []float64 {
	size := len(values) / rows
	return values[row*size : (row+1)*size]
}

// oneRow returns the shape with a batch of one.
func oneRow(shape shapes.Shape) shapes.Shape {
	dims := slices.Clone(shape.Dimensions)
	dims[0] = 1
	return shapes.Make(shape.DType, dims...)
}

// shaped returns a tensor of that shape with the values.
func shaped(values []float64, shape shapes.Shape) (*tensors.Tensor, error) {
	if len(values) != shape.Size() {
		return nil, fmt.Errorf("a vector has %d values: give %d, of "+
			"shape %v", len(values), shape.Size(), shape.Dimensions)
	}
	return Batch(values, shape.DType, shape.Dimensions...)
}

// Batch returns values in row-major order as a tensor of these dimensions, in the given precision (float32 or
// float64).
func Batch(values []float64, dtype dtypes.DType, dims ...int) (*tensors.Tensor, error) {
	switch dtype {
	case dtypes.Float64:
		return tensors.FromFlatDataAndDimensions(values, dims...), nil
	case dtypes.Float32:
		return tensors.FromFlatDataAndDimensions(numbers.Narrow(values), dims...), nil
	}
	return nil, fmt.Errorf("inputs can't be %s: choose float32 or float64", dtype)
}
