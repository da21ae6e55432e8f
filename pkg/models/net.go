package models

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// Param declares one variable of a block.
type Param struct {
	Name string
	Dims []int
	Init *initializers.Initializer
}

// Signals are the nodes a block makes of its input.
type Signals struct {
	// Out is the state handed to the next stage.
	Out *Node

	// Preactivation is what the block's rectifier sees before normalisation, and Argument what it sees after it: a unit
	// is active where its Argument is > 0. Both have shape [inputs, ..., units] and are nil in a block without
	// rectifier.
	Preactivation, Argument *Node
}

// Block is a piece of a net: its variables and its graph.
//
// Blocks are compared: two equal blocks build the same graph over other weights, so their compiled form can be shared. A
// Block's dynamic type must therefore be comparable (a struct of numbers and pointers).
type Block interface {
	// Params declares the variables.
	Params() []Param

	// Build builds the graph. It is a graph-building function and panics on errors, as GoMLX's do. The weights come in
	// the order of Params and have the data type of in.
	Build(weights []*Node, in *Node) Signals
}

// Stage is a block at its place in a net.
type Stage struct {
	// Name is unique in the net: the scope of the stage's variables.
	Name  string
	Block Block
}

// Net is a net as defined by its Config: a chain of stages. It holds no weights.
type Net struct {
	Config Config
	Stages []Stage
}

// New returns the net that the Config describes, or an error that says what is wrong with it.
func New(config Config) (*Net, error) {
	architecture, err := Architectures.Get(config.Net)
	if err != nil {
		return nil, err
	}
	config, err = config.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Net{Config: config, Stages: architecture(config)}, nil
}

// Build builds the whole net into the graph of x, shaped [inputs, 1], on the variables of scope, one sub-scope a stage,
// and returns the output of shape [inputs]. Variables that do not exist yet are created without values: see
// [Net.Initialize]. It is a graph-building function and panics on errors, as GoMLX's do.
func (n *Net) Build(scope *model.Scope, x *Node) *Node {
	signals := n.BuildSignals(scope, x)
	return signals[len(signals)-1].Out
}

// BuildSignals is Build returning the signals of every stage, for graphs that look inside the net.
func (n *Net) BuildSignals(scope *model.Scope, x *Node) []Signals {
	signals := make([]Signals, len(n.Stages))
	state := x
	for i, stage := range n.Stages {
		stageScope := scope.In("%s", stage.Name)
		var weights []*Node
		for _, param := range stage.Block.Params() {
			shape := shapes.Make(x.DType(), param.Dims...)
			weights = append(weights, stageScope.VariableWithShape(param.Name, shape).NodeValue(x))
		}
		signals[i] = stage.Block.Build(weights, state)
		state = signals[i].Out
	}
	return signals
}

// Rectifiers returns the number of stages with a rectifier, the depth L.
func (n *Net) Rectifiers() int { return n.Config.Depth }
