package models

import (
	"fmt"
	"slices"

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

// Rectifier is what can be seen of a rectifier.
type Rectifier struct {
	// Preactivation is what comes in before normalisation, and Argument what the nonlinearity itself sees: a unit is active where its
	// Argument is > 0. Both have shape [inputs, ..., features].
	Preactivation, Argument *Node
}

// Signals are the nodes a block makes of its input.
type Signals struct {
	// Out is the state handed to the next stage.
	Out *Node

	// Rectifiers are those of the block, from input to output: none, one or several.
	Rectifiers []Rectifier
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

	// Input is the shape of one input: [1] for dense nets, [height, width, channels] for convolutional ones.
	Input []int
}

// New returns the net that the Config describes, or an error that says what is wrong with it.
func New(config Config) (*Net, error) {
	architecture, err := Architectures.Get(config.Net)
	if err != nil {
		return nil, err
	}
	if config, err = config.withDefaults(architecture); err != nil {
		return nil, err
	}
	if config, err = architecture.Check(config); err != nil {
		return nil, err
	}
	return &Net{Config: config, Stages: architecture.Stages(config), Input: architecture.Input(config)}, nil
}

// TakesNumbers returns an error unless an input of the net is a single number, as the points of a grid are.
func (n *Net) TakesNumbers() error {
	if !slices.Equal(n.Input, []int{1}) {
		return fmt.Errorf("a %s net takes images, not the points of a grid: choose a dense net, such as feedforward or residual", n.Config.Net)
	}
	return nil
}

// Build builds the whole net into the graph of x, shaped [inputs, Input...], on the variables of scope, one sub-scope a stage,
// and returns the output: of shape [inputs] for dense nets, [inputs, outputs] for convolutional ones. Variables that do not exist yet are created without values: see
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
