// Package engine runs nets on a GoMLX backend for the probes: forward, and backward to the gradient of the
// output with respect to the input.
//
// It runs a net stage by stage. Each distinct block is compiled once, as a forward step and, at the same
// time, as a step of the reverse pass, and then serves all stages, draws, depths and nets that share it, so
// that a deeper uniform net costs no more to compile. Draws run concurrently, one a processor, each on
// weights of its own.
//
// A draw in flight keeps the states of all its stages and its weights for the reverse pass: for dense nets
// (L+1) M N + L N^2 numbers, for depth L, M inputs and width N. As many draws are in flight as there are
// processors, and the C library may lose up to as much again between the blocks of several, in the heaps that
// our programs have, and twice as much where the state of a layer takes megabytes, as with thousands of
// inputs. What remains of a draw are its results: further draws cost nothing else.
package engine

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/caught"
	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// Engine compiles and runs the steps of nets on one backend. It is safe for concurrent use.
type Engine struct {
	backend compute.Backend

	mu     sync.Mutex
	steps  map[stepKey]step
	single *Engine // for runs that share the processors, or nil until there are such
	whole  *Engine // the engine whose single this one is, or nil
}

// New returns an engine on the backend.
func New(on compute.Backend) *Engine {
	return &Engine{backend: on, steps: make(map[stepKey]step)}
}

// Backend returns the backend the engine runs on.
func (e *Engine) Backend() compute.Backend { return e.backend }

// Close frees the compiled steps. The engine compiles anew when it is used again.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.steps {
		if g, err := s(); err == nil {
			g.Finalize()
		}
	}
	clear(e.steps)
	if e.single != nil {
		e.single.Close()
	}
}

// Tap looks into a net while it runs: a graph function of what can be seen of each rectifier. It is used by
// pointer: runs with the same *Tap share their compiled steps.
type Tap struct {
	// Graph builds what to observe. It is a graph-building function and panics on errors, as GoMLX's do.
	Graph func(models.Rectifier) *graph.Node
}

// Preactivations observes the arguments of the rectifiers before normalisation, [inputs, ..., features].
var Preactivations = &Tap{Graph: func(r models.Rectifier) *graph.Node { return r.Preactivation }}

// direction tells the steps of a block apart.
type direction int

const (
	forward direction = iota
	reverse
	toWeights // the reverse step that ends at the block's weights
)

// stepKey identifies a compiled step.
type stepKey struct {
	block     models.Block
	tap       *Tap
	direction direction
	shape     string // of the state that comes in
}

// step returns a compiled step. The first call compiles it. Other calls for the same step wait for that;
// calls for other steps don't.
type step func() (*graph.Graph, error)

// step returns the step of a block for states of the given shape, and whether somebody has asked for it
// before.
func (e *Engine) step(block models.Block, tap *Tap, dir direction,
	state shapes.Shape) (s step, found bool, err error) {
	if !reflect.ValueOf(block).Comparable() {
		return nil, false, fmt.Errorf("block %T can't be compared: make it a struct of numbers, strings "+
			"and pointers", block)
	}
	key := stepKey{block, tap, dir, state.String()}
	e.mu.Lock()
	defer e.mu.Unlock()
	if s, found = e.steps[key]; !found {
		s = sync.OnceValues(func() (g *graph.Graph, err error) {
			err = caught.Panic(func() { g = e.compile(block, tap, dir, state) })
			return g, err
		})
		e.steps[key] = s
	}
	return s, found, nil
}

// compiled returns the compiled step of a block for states of the given shape.
func (e *Engine) compiled(block models.Block, tap *Tap, dir direction,
	state shapes.Shape) (*graph.Graph, error) {
	s, _, err := e.step(block, tap, dir, state)
	if err != nil {
		return nil, err
	}
	return s()
}

// compile builds and compiles a step. The graph's parameters are the block's weights, the state and, for a
// reverse step, the gradient of the output with respect to the block's result. It panics on errors.
func (e *Engine) compile(block models.Block, tap *Tap, dir direction, state shapes.Shape) *graph.Graph {
	g := graph.NewGraph(e.backend, fmt.Sprintf("%T", block))
	var weights []*graph.Node
	for k, param := range block.Params() {
		weights = append(weights,
			graph.Parameter(g, fmt.Sprintf("weights_%d/%s", k, param.Name),
				shapes.Make(state.DType, param.Dims...)))
	}
	in := graph.Parameter(g, "state", state)
	signals := block.Build(weights, in)
	outputs := []*graph.Node{signals.Out}
	switch {
	case dir != forward:
		// The vector-Jacobian product is the gradient of the result's inner product with a constant vector.
		gradient := graph.Parameter(g, "gradient", signals.Out.Shape())
		product := graph.ReduceAllSum(graph.Mul(signals.Out, graph.StopGradient(gradient)))
		if dir == reverse {
			outputs = graph.Gradient(product, in)
		} else {
			outputs = graph.Gradient(product, weights...)
		}
	case tap != nil:
		for _, rectifier := range signals.Rectifiers {
			outputs = append(outputs, tap.Graph(rectifier))
		}
	}
	if err := g.Compile(outputs...); err != nil {
		panic(err)
	}
	return g
}

// sharing is the key of how many computations share the processors.
type sharing struct{}

// Sharing returns a context for each of n computations that run at once: [ForEach] leaves each its share of
// the processors, one at least. Otherwise computations that call ForEach within a ForEach run as many at once
// as the square of the number of processors, and need memory for all of them.
func Sharing(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, sharing{}, max(1, min(n, processors.Count())))
}

// workers returns how many of n runs a context's computation has at a time.
func workers(ctx context.Context, n int) int {
	share := processors.Count()
	if others, ok := ctx.Value(sharing{}).(int); ok {
		share /= others
	}
	return min(n, max(share, 1))
}

// ForEach calls run for the indices 0..n-1, as many at a time as there are processors, or as are the
// context's share of them (see [Sharing]). After the first error, or when the context ends, it starts no more
// and returns that error.
func ForEach(ctx context.Context, n int, run func(i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	indices := make(chan int)
	var running sync.WaitGroup
	for range workers(ctx, n) {
		running.Go(func() {
			for i := range indices {
				if ctx.Err() != nil {
					continue // handed out while another run failed
				}
				if err := run(i); err != nil {
					cancel(err)
				}
			}
		})
	}
feed:
	for i := range n {
		select {
		case indices <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(indices)
	running.Wait()
	if cause := context.Cause(ctx); cause != nil {
		if errors.Is(cause, context.Canceled) {
			return fmt.Errorf("interrupted: %w", cause)
		}
		return cause
	}
	return nil
}

// ForEach is the function ForEach for runs on the engine. Run is handed the engine to use: where all
// processors have a run of their own, one on which each run takes a single thread (see [backend.OneThread]),
// unless it is of a net of images (see [Engine.For]).
func (e *Engine) ForEach(ctx context.Context, n int, run func(e *Engine, i int) error) error {
	if n >= processors.Count() {
		single, err := e.oneThread()
		if err != nil {
			return err
		}
		e = single
	}
	return ForEach(ctx, n, func(i int) error { return run(e, i) })
}

// oneThread returns the engine on the backend of one thread.
func (e *Engine) oneThread() (*Engine, error) {
	single, err := backend.OneThread(e.backend)
	if err != nil || single == e.backend {
		return e, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.single == nil {
		e.single = New(single)
		e.single.whole = e
	}
	return e.single, nil
}

// For returns the engine to run a net on. It is e, but for a net of images the one that [Engine.ForEach] took
// e from, on the threads of all processors. What XLA convolves it hands to its own threads: where there is
// one of these, runs at once wait for each other.
func (e *Engine) For(net *models.Net) *Engine {
	if e.whole != nil && len(net.Input) > 2 {
		return e.whole
	}
	return e
}

// DType is the precision in which probes run unless they ask for another.
const DType = dtypes.Float32
