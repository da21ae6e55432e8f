package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Weights supplies the values of a net's variables, stage by stage, so that a deep net's need not be in
// memory at once.
type Weights interface {
	// Stage returns the values of the variables of stage i, in the order of its block's Params, for use on
	// the backend; nil stands for use in Go. The tensors belong to the caller.
	Stage(backend compute.Backend, i int, dtype dtypes.DType) ([]*tensors.Tensor, error)
}

// Draw is one draw of a net's weights: draw number Index under a seed.
type Draw struct {
	net         *Net
	Seed, Index uint64
}

// Draw returns draw number index of the net's weights under the seed. Every variable has a random stream of
// its own: the values depend on seed, index, stage and variable alone, not on what else has been drawn. Every
// draw of a net that holds weights (see [Net.Holding]) has these.
func (n *Net) Draw(seed, index uint64) *Draw { return &Draw{net: n, Seed: seed, Index: index} }

// Values returns the values of the variables of stage i, each in row-major order.
func (d *Draw) Values(i int) [][]float32 {
	params := d.net.Stages[i].Block.Params()
	values := make([][]float32, len(params))
	for p, param := range params {
		values[p] = make([]float32, shapes.Make(dtypes.Float32, param.Dims...).Size())
		d.fill(i, p, param, values[p])
	}
	return values
}

// Stage implements [Weights] for float32 and float64; in float64 the values are the same numbers. Where the
// backend shares its memory with Go, the values are drawn there.
func (d *Draw) Stage(backend compute.Backend, i int, dtype dtypes.DType) ([]*tensors.Tensor, error) {
	if dtype != dtypes.Float32 && dtype != dtypes.Float64 {
		return nil, fmt.Errorf("weights can't be drawn as %s: choose float32 or float64", dtype)
	}
	params := d.net.Stages[i].Block.Params()
	weights := make([]*tensors.Tensor, len(params))
	for p, param := range params {
		weight, err := tensors.FromShapeForBackend(backend, 0, shapes.Make(dtype, param.Dims...))
		if err != nil {
			return nil, err
		}
		weights[p] = weight
		err = weight.MutableFlatData(func(flat any) {
			switch values := flat.(type) {
			case []float32:
				d.fill(i, p, param, values)
			case []float64:
				narrow := make([]float32, len(values))
				d.fill(i, p, param, narrow)
				for k, value := range narrow {
					values[k] = float64(value)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return weights, nil
}

// fill draws the values of variable p of stage i.
func (d *Draw) fill(i, p int, param Param, values []float32) {
	i = d.net.Owner(i)
	init := param.Init
	switch n := d.net; {
	case n.redrawn != nil && n.redrawn[i][p] != nil:
		init = n.redrawn[i][p]
	case n.held != nil:
		copy(values, n.held[i][p])
		return
	}
	init.Fill(random.NewGenerator(d.Seed, d.Index, uint64(i), uint64(p)), param.Dims, values)
}

// Initialize sets the net's variables under scope to the values of a draw, creating them where they do not
// exist, so that [Net.Build] on the same scope trains from there.
func (n *Net) Initialize(scope *model.Scope, draw *Draw, dtype dtypes.DType) error {
	for i, stage := range n.Stages {
		if n.Owner(i) != i {
			continue
		}
		weights, err := draw.Stage(nil, i, dtype)
		if err != nil {
			return err
		}
		for p, param := range stage.Block.Params() {
			path := n.path(scope, i, param)
			if variable := scope.Store().GetVariable(path); variable != nil {
				err = variable.SetValue(weights[p])
			} else {
				_, err = scope.Store().CreateVariable(path, weights[p])
			}
			if err != nil {
				return fmt.Errorf("can't initialise %s of %v: %w", param.Name, stage, err)
			}
		}
	}
	return nil
}

// StoredWeights are the values of a net's variables in a GoMLX Store: those of a net in training, say.
type StoredWeights struct {
	net   *Net
	scope *model.Scope
}

// Stored returns the weights that the net has in the Store under scope, as Initialize or training left them
// there.
func (n *Net) Stored(scope *model.Scope) *StoredWeights { return &StoredWeights{net: n, scope: scope} }

// Stage implements [Weights] with copies of the stored values, which training may keep changing.
func (s *StoredWeights) Stage(_ compute.Backend, i int, dtype dtypes.DType) ([]*tensors.Tensor, error) {
	stage := s.net.Stages[i]
	var weights []*tensors.Tensor
	for _, param := range stage.Block.Params() {
		variable := s.scope.Store().GetVariable(s.net.path(s.scope, i, param))
		if variable == nil || !variable.HasValue() {
			return nil, fmt.Errorf("the store has no value for %s of %v: initialise the net first",
				param.Name, stage)
		}
		if variable.DType() != dtype {
			return nil, fmt.Errorf("%s of %v is stored as %s: probe it in that data type, not %s",
				param.Name, stage, variable.DType(), dtype)
		}
		if !slices.Equal(variable.Shape().Dimensions, param.Dims) {
			return nil, fmt.Errorf("%s of %v is stored with shape %v, and the net has %v there: load what "+
				"belongs to this net",
				param.Name, stage, variable.Shape().Dimensions, param.Dims)
		}
		value, err := variable.Value()
		if err == nil {
			value, err = value.LocalClone()
		}
		if err != nil {
			return nil, fmt.Errorf("can't read %s of %v: %w", param.Name, stage, err)
		}
		weights = append(weights, value)
	}
	return weights, nil
}

// Holding returns the net with the weights that it has in a GoMLX Store under scope, in place of draws: every
// draw of it has these values. They are copied, so that the Store may be used for something else. A GoMLX
// checkpoint is first loaded into the Store, by checkpoint.Load(store).Dir(folder).Done(); package training
// has its own.
func (n *Net) Holding(scope *model.Scope) (*Net, error) {
	stored, held := n.Stored(scope), make([][][]float32, len(n.Stages))
	for i := range n.Stages {
		if n.Owner(i) != i {
			continue
		}
		weights, err := stored.Stage(nil, i, dtypes.Float32)
		if err != nil {
			return nil, err
		}
		for _, weight := range weights {
			held[i] = append(held[i], tensors.MustCopyFlatData[float32](weight))
			weight.MustFinalizeAll()
		}
	}
	holding := *n
	holding.held, holding.redrawn = held, nil
	return holding.asOwn(), nil
}

// Redrawn returns the net with variables that are drawn otherwise: by what choose returns for the variable of
// a stage, or as before where that is nil.
func (n *Net) Redrawn(choose func(stage Stage, param Param) *initializers.Initializer) (*Net, error) {
	redrawn := *n
	redrawn.redrawn = make([][]*initializers.Initializer, len(n.Stages))
	for i, stage := range n.Stages {
		for p, param := range stage.Block.Params() {
			init := choose(stage, param)
			if err := checkInit(init); err != nil {
				return nil, err
			}
			if init == nil && n.redrawn != nil {
				init = n.redrawn[i][p]
			}
			redrawn.redrawn[i] = append(redrawn.redrawn[i], init)
		}
	}
	return redrawn.asOwn(), nil
}
