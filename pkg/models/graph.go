package models

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/caught"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// ModelFunction builds a model with GoMLX, as training with it would: it returns the output for x, shaped
// [inputs, ...], on variables of scope. It is a graph-building function and panics on errors, as GoMLX's do.
// It is called several times, for graphs of its own, and must build the same model each time.
type ModelFunction func(scope *model.Scope, x *Node) *Node

// FromGraph makes a net of a model function of GoMLX, on inputs of the given shape. A draw of its weights is
// what the model's own initialisers draw, each variable from a stream of random numbers of its own; they run
// on GoMLX's pure-Go backend, so that a draw is the same on all backends. Variables that the function gives a
// value to have it in every draw. [Net.Holding] puts the weights of a Store in the place of draws, such as
// those of a checkpoint.
//
// Hyperparameters are what build sets or closes over. The model runs as it does outside of training: without
// dropout, say. What has no gradient there can't be probed: GoMLX's norm.BatchNorm needs
// UseBackendInference(false). See [Watch] and [StatisticsOf] for what a model function can tell probes.
func FromGraph(name string, input []int, build ModelFunction) (*Net, error) {
	block, err := BlockFromGraph(input, build)
	if err != nil {
		return nil, fmt.Errorf("the net %q: %w", name, err)
	}
	return Compose(name, input, Stage{Block: block})
}

// BlockFromGraph makes a block of a model function of GoMLX, on states of the given shape, for [Compose]. Two
// stages with the same value of it are compiled once; their weights are drawn apart.
func BlockFromGraph(state []int, build ModelFunction) (Block, error) {
	if build == nil {
		return nil, errors.New("there is no model function: give one, func(scope *model.Scope, x " +
			"*graph.Node) *graph.Node")
	}
	m := &graphModel{state: slices.Clone(state), build: build}
	first, err := m.sketch()
	if err != nil {
		return nil, err
	}
	m.declare(first)
	m.sketches.Put(first)
	return graphBlock{model: m}, nil
}

// graphBlock is a model function as a block.
type graphBlock struct {
	model      *graphModel
	statistics norms.Statistics
}

// graphModel is what there is once of a model function.
type graphModel struct {
	state  []int
	build  ModelFunction
	params []Param
	// by path, the values of variables that are no weights, being integers
	tables   map[string]*tensors.Tensor
	sketches sync.Pool // of *sketch
}

// Params declares the variables that are of floating point, by their paths in the model's scope.
func (b graphBlock) Params() []Param { return b.model.params }

// WithStatistics implements [Statistical].
func (b graphBlock) WithStatistics(s norms.Statistics) Block {
	b.statistics = s
	return b
}

// modelScope is the scope in which model functions are called. A graph knows variables by their paths, and
// training may have variables of its own in the same graph.
const modelScope = "/~model"

// What a model function can ask its scope for.
const (
	statisticsKey = "batch_statistics"
	watchedKey    = "watched_rectifiers"
)

// StatisticsOf returns whether gradients are to go through batch statistics, for a model function that
// normalises with package norms:
//
//	a = norms.Batch.Apply(a, models.StatisticsOf(scope).Hold())
func StatisticsOf(scope *model.Scope) norms.Statistics {
	return model.GetParamOr(scope, statisticsKey, norms.Frozen)
}

// Watch lets probes see a rectifier of a model function, as they see those of blocks. Call it in the order
// from input to output. Outside of a probe it does nothing.
func Watch(scope *model.Scope, rectifier Rectifier) {
	if watched, found := scope.GetParam(watchedKey); found {
		all := watched.(*[]Rectifier)
		*all = append(*all, rectifier)
	}
}

// Build builds the model on the weights.
func (b graphBlock) Build(weights []*Node, in *Node) Signals {
	store := model.NewStore()
	for k, param := range b.model.params {
		path := model.JoinPath(modelScope, param.Name)
		store.VariableWithShape(path, shapes.Make(weights[k].DType(), param.Dims...), Zeros)
		stand(in.Graph(), path, weights[k])
	}
	store.WithVariableAsConst(true)
	for path, value := range b.model.tables {
		store.VariableWithValue(path, value).NodeValue(in.Graph())
	}
	store.WithVariableAsConst(false)
	variables := store.NumVariables()
	signals := b.model.call(store, b.statistics, in)
	if store.NumVariables() != variables {
		panic(errors.New("the model function makes other variables than when it was first called: let it " +
			"build the same model for all sizes of a batch"))
	}
	return signals
}

// call calls the model function on the variables of the store.
func (m *graphModel) call(store *model.Store, statistics norms.Statistics, in *Node) (signals Signals) {
	scope := store.Scope(modelScope)
	if statistics != "" {
		scope.SetParam(statisticsKey, statistics)
	}
	scope.SetParam(watchedKey, &signals.Rectifiers)
	signals.Out = m.build(scope, in)
	return signals
}

// stand lets a node stand for the value of the variable at a path in the graph. GoMLX gives a graph a
// parameter for each variable that it uses, unless it has a value there already. Nothing but the value counts
// of the variable that puts it there.
func stand(g *Graph, path string, value *Node) {
	store := model.NewStore().WithVariableAsConst(true)
	placeholder := store.VariableWithValue(path, float32(0))
	placeholder.NodeValue(g)
	store.WithVariableAsConst(false)
	placeholder.SetNodeValue(value)
}

// sketch is a Store in which a model function has made its variables, for drawing their values. It is used by
// one goroutine at a time.
type sketch struct {
	store *model.Store
	given map[string]bool // the paths of variables that the function gave a value to
}

// sketch calls the model function on a Store of its own and draws all variables once, to see that it can be
// done.
func (m *graphModel) sketch() (*sketch, error) {
	s := &sketch{store: model.NewStore(), given: make(map[string]bool)}
	var err error
	panicked := caught.Panic(func() {
		g := NewGraph(gobackend.GetBackend(), "model")
		defer g.Finalize()
		x := Parameter(g, "x", shapes.Make(dtypes.Float32, append([]int{measuredBatch}, m.state...)...))
		if m.call(s.store, "", x).Out == nil {
			err = errors.New("the model function returns nil: return the output")
		}
	})
	if panicked != nil {
		return nil, fmt.Errorf("the model function can't be built on states of shape %v: %w",
			m.state, panicked)
	}
	if err != nil {
		return nil, err
	}
	for v := range s.store.IterVariables() {
		if v.Name() == model.RNGStateVariableName {
			return nil, errors.New("the model function draws random numbers while it runs, and has no one " +
				"output to take the gradient of: leave that out")
		}
		if !strings.HasPrefix(v.Path(), modelScope+"/") {
			return nil, fmt.Errorf("the model function makes the variable %s outside of its scope: let it "+
				"use the scope that it is called with", v.Path())
		}
		if dtype := v.DType(); dtype.IsFloat() && dtype != dtypes.Float32 {
			return nil, fmt.Errorf("the model function makes the variable %s of type %s: let it use that "+
				"of x", v.Name(), dtype)
		}
		s.given[v.Path()] = v.HasValue()
	}
	return s, s.draw(0)
}

// draw draws all variables that have no value from the seed.
func (s *sketch) draw(seed uint64) (err error) {
	panicked := caught.Panic(func() {
		if err = s.store.SetRNGStateFromSeed(int64(seed)); err == nil {
			err = s.store.InitializeVariables(gobackend.GetBackend(), nil)
		}
	})
	if panicked != nil {
		err = panicked
	}
	if err != nil {
		return fmt.Errorf("the model's initialisers fail: %w", err)
	}
	return nil
}

// declare declares the variables of a sketch.
func (m *graphModel) declare(s *sketch) {
	m.tables = make(map[string]*tensors.Tensor)
	for v := range s.store.IterVariables() {
		if v.Name() == model.RNGStateVariableName {
			continue
		}
		path := v.Path()
		if !v.DType().IsFloat() {
			m.tables[path] = v.MustValue()
			continue
		}
		param := Param{Name: strings.TrimPrefix(path, modelScope+"/"), Dims: v.Shape().Dimensions}
		if s.given[path] {
			param.Init = given(v.MustValue())
		} else {
			fill := func(rng *random.Generator, _ []int,
				values []float32) {
				m.fill(path, rng.Uint64(), values)
			}
			param.Init = &initializers.Initializer{Name: "the model's", Fill: fill}
		}
		m.params = append(m.params, param)
	}
}

// given returns the initialiser of a variable that has a value.
func given(value *tensors.Tensor) *initializers.Initializer {
	flat := tensors.MustCopyFlatData[float32](value)
	fill := func(_ *random.Generator, _ []int, values []float32) { copy(values, flat) }
	return &initializers.Initializer{Name: "given", Fill: fill}
}

// fill draws the values of the variable at a path by its own initialiser. It panics on errors, of which there
// are none: what can go wrong did so when the model was made.
func (m *graphModel) fill(path string, seed uint64, values []float32) {
	s, _ := m.sketches.Get().(*sketch)
	if s == nil {
		var err error
		if s, err = m.sketch(); err != nil {
			panic(err)
		}
	}
	defer m.sketches.Put(s)
	variable := s.store.GetVariable(path)
	err := variable.Reset()
	if err == nil {
		err = s.draw(seed)
	}
	if err != nil {
		panic(err)
	}
	copy(values, tensors.MustCopyFlatData[float32](variable.MustValue()))
}
