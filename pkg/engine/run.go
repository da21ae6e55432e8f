package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/caught"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// Request says what to compute of a net on a batch of inputs.
type Request struct {
	Net     *models.Net
	Weights models.Weights

	// Inputs is the batch, [inputs, Net.Input...], float32 or float64; the net runs in its precision.
	Inputs *tensors.Tensor

	// Output asks for the net's output.
	Output bool

	// Gradient asks for the gradient of the sum of the outputs with respect to the inputs.
	Gradient bool

	// Tap, when not nil, is observed at every rectifier.
	Tap *Tap
}

// Trace is what a Request asked for, converted to float64. What was not asked for is nil.
type Trace struct {
	// Output is the net's output, [inputs, Net.Output...], in row-major order.
	Output []float64

	// Gradient has the inputs' shape, in row-major order.
	Gradient []float64

	// Taps holds what the Tap saw, one flat row-major slice a rectifier, from input to output.
	Taps [][]float64
}

// pass is the state of one run through a net.
type pass struct {
	engine  *Engine
	request Request
	states  []*tensors.Tensor // what came into each stage; the first belongs to the caller
	weights [][]*tensors.Tensor
	trace   Trace
	ahead   sync.WaitGroup // what is compiled before it is needed

	// seen, where there is one, is shown what comes out of each stage, and then the gradients of what comes
	// in.
	seen func(dir direction, stage int, values []float64)
}

// Run computes what the request asks for. It stops between stages when the context ends.
func (e *Engine) Run(ctx context.Context, request Request) (*Trace, error) {
	return e.run(ctx, request, nil)
}

// run is Run with what comes out of the stages shown to seen, unless that is nil.
func (e *Engine) run(ctx context.Context, request Request,
	seen func(dir direction, stage int, values []float64)) (*Trace, error) {
	p, err := e.begin(request)
	if err != nil {
		return nil, err
	}
	p.seen = seen
	defer p.free()
	defer p.ahead.Wait()
	err = p.attempt(func() error {
		err := p.forward(ctx)
		if err == nil && request.Gradient {
			err = p.reverse(ctx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &p.trace, nil
}

// begin checks the inputs of a request and returns the state of its run.
func (e *Engine) begin(request Request) (*pass, error) {
	e = e.For(request.Net)
	if shape := request.Inputs.Shape(); shape.Rank() == 0 ||
		!slices.Equal(shape.Dimensions[1:], request.Net.Input) {
		return nil, fmt.Errorf("inputs for %v have shape %v: give them as %s", request.Net, shape.Dimensions,
			batchShape(request.Net.Input))
	}
	// Runs at once may share their inputs, and GoMLX looks at a tensor without its lock while another moves
	// it to the device. Once it is there it stays as it is.
	if err := request.Inputs.MaterializeOnDevice(e.backend, true, 0); err != nil {
		return nil, fmt.Errorf("inputs for %v: %w", request.Net, err)
	}
	return &pass{engine: e, request: request}, nil
}

// attempt does a piece of the run, and returns as an error what it panics with; every error says of which
// net.
func (p *pass) attempt(do func() error) error {
	var err error
	if panicked := caught.Panic(func() { err = do() }); panicked != nil {
		err = panicked
	}
	if err != nil {
		return fmt.Errorf("running %v: %w", p.request.Net, err)
	}
	return nil
}

// stageStep returns the compiled step of a stage for the state that came into it.
func (p *pass) stageStep(dir direction, stage int) (*graph.Graph, error) {
	return p.engine.compiled(p.request.Net.Stages[stage].Block, nil, dir, p.states[stage].Shape())
}

// batchShape writes the shape of a batch of inputs.
func batchShape(input []int) string {
	return "[inputs, " + strings.Trim(strings.ReplaceAll(fmt.Sprint(input), " ", ", "), "[]") + "]"
}

// forward runs the stages in order and keeps the state that comes into each, for the reverse pass.
func (p *pass) forward(ctx context.Context) error {
	state := p.request.Inputs
	dtype := state.DType()
	stages := p.request.Net.Stages
	for i, stage := range stages {
		p.states = append(p.states, state) // for free, also where the context ends here
		if err := ctx.Err(); err != nil {
			return err
		}
		if p.request.Gradient {
			if err := p.compileAhead(stage.Block, state.Shape()); err != nil {
				return err
			}
		}
		weights, err := p.stageWeights(i, dtype)
		if err != nil {
			return err
		}
		p.weights = append(p.weights, weights)
		if i == len(stages)-1 && !p.request.Output && p.request.Tap == nil {
			return nil // the reverse pass starts from the state that comes into the read-out
		}
		step, err := p.engine.compiled(stage.Block, p.request.Tap, forward, state.Shape())
		if err != nil {
			return err
		}
		results := runStep(step, weights, state)
		state = results[0]
		if p.seen != nil {
			p.seen(forward, i, toFloat64(state))
		}
		for _, tapped := range results[1:] {
			p.trace.Taps = append(p.trace.Taps, toFloat64(tapped))
			tapped.MustFinalizeAll()
		}
	}
	if p.request.Output {
		p.trace.Output = toFloat64(state)
	}
	state.MustFinalizeAll()
	return nil
}

// stageWeights returns the weights of a stage: those that are there already where it shares another's.
func (p *pass) stageWeights(i int, dtype dtypes.DType) ([]*tensors.Tensor, error) {
	if owner := p.request.Net.Owner(i); owner != i {
		return p.weights[owner], nil
	}
	return p.request.Weights.Stage(p.engine.backend, i, dtype)
}

// compileAhead lets another processor compile a block's step of the reverse pass, unless somebody has asked
// for it before.
func (p *pass) compileAhead(block models.Block, state shapes.Shape) error {
	s, found, err := p.engine.step(block, nil, reverse, state)
	if err == nil && !found {
		p.ahead.Go(func() { s() }) // its error is returned where the step is used
	}
	return err
}

// reverse runs the steps of the reverse pass from the read-out back to the inputs.
func (p *pass) reverse(ctx context.Context) error {
	var gradient *tensors.Tensor
	defer func() {
		if gradient != nil {
			gradient.MustFinalizeAll()
		}
	}()
	for i := len(p.states) - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		state := p.states[i]
		step, err := p.stageStep(reverse, i)
		if err != nil {
			return err
		}
		if gradient == nil { // of the sum of the outputs with respect to the outputs
			gradient = ones(step.GetParameterByName("gradient").Shape())
		}
		next := runStep(step, p.weights[i], state, gradient)[0]
		gradient.MustFinalizeAll()
		gradient = next
		if p.seen != nil {
			p.seen(reverse, i, toFloat64(gradient))
		}
	}
	p.trace.Gradient = toFloat64(gradient)
	return nil
}

// free releases the device memory of the states and weights at once, which the garbage collector does not
// see.
func (p *pass) free() {
	for i := range p.states {
		if i > 0 {
			p.states[i].MustFinalizeAll()
		}
	}
	for i, weights := range p.weights {
		if p.request.Net.Owner(i) != i {
			continue
		}
		for _, weight := range weights {
			weight.MustFinalizeAll()
		}
	}
}

// runStep runs a compiled step on the weights and the further inputs. It panics on errors.
func runStep(step *graph.Graph, weights []*tensors.Tensor, inputs ...*tensors.Tensor) []*tensors.Tensor {
	arguments := make([]any, 0, len(weights)+len(inputs))
	for _, weight := range weights {
		arguments = append(arguments, weight)
	}
	for _, input := range inputs {
		arguments = append(arguments, input)
	}
	return step.Run(arguments...)
}

// ones returns a tensor of ones.
func ones(shape shapes.Shape) *tensors.Tensor {
	t := tensors.FromShape(shape)
	t.MustMutableFlatData(func(flat any) {
		switch values := flat.(type) {
		case []float32:
			for i := range values {
				values[i] = 1
			}
		case []float64:
			for i := range values {
				values[i] = 1
			}
		}
	})
	return t
}

// toFloat64 copies a tensor's values, of any number type the nets use, to float64.
func toFloat64(t *tensors.Tensor) []float64 {
	switch t.DType() {
	case dtypes.Float64:
		return tensors.MustCopyFlatData[float64](t)
	case dtypes.Float32:
		return numbers.Widen(tensors.MustCopyFlatData[float32](t))
	case dtypes.Int32:
		return numbers.Widen(tensors.MustCopyFlatData[int32](t))
	}
	panic(fmt.Errorf("can't read values of type %s", t.DType()))
}

// Column returns values as a batch of one-dimensional inputs, [len(values), 1], in the given precision
// (float32 or float64).
func Column(values []float64, dtype dtypes.DType) (*tensors.Tensor, error) {
	return Batch(values, dtype, len(values), 1)
}
