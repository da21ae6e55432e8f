package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Param declares one variable of a block.
type Param struct {
	Name string
	Dims []int
	Init *initializers.Initializer
}

// Rectifier is what can be seen of a rectifier.
type Rectifier struct {
	// Preactivation is what comes in before normalisation, and Argument what the nonlinearity itself sees: a
	// unit is active where its Argument is > 0. Both have shape [inputs, ..., features].
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
// Blocks are compared: two equal blocks build the same graph over other weights, so their compiled form can
// be shared. A Block's dynamic type must therefore be comparable (a struct of numbers and pointers).
type Block interface {
	// Params declares the variables.
	Params() []Param

	// Build builds the graph. It is a graph-building function and panics on errors, as GoMLX's do. The
	// weights come in the order of Params and have the data type of in.
	Build(weights []*Node, in *Node) Signals
}

// Statistical is a Block of a net with batch statistics, which can say whether gradients go through them.
type Statistical interface {
	Block

	// WithStatistics returns the block, over the same variables, with gradients that go through the batch
	// statistics or hold them fixed.
	WithStatistics(norms.Statistics) Block
}

// Stage is a block at its place in a net.
type Stage struct {
	// Name is unique in the net: the scope of the stage's variables. The empty name stands for the scope of
	// the net itself.
	Name  string
	Block Block

	// Weights is the name of an earlier stage whose variables this one uses too, as the steps of a recurrent
	// net do; empty for variables of its own.
	Weights string
}

// String names the stage in messages.
func (s Stage) String() string {
	if s.Name == "" {
		return "the model"
	}
	return "stage " + s.Name
}

// Net is a net: a chain of stages. It holds no weights, unless it comes from [Net.Holding].
//
// [New] makes those that a [Config] names, and [Compose] and [FromGraph] nets of your own. Either has a
// Config, which every probe takes: that of a net of your own stands for it as it is.
type Net struct {
	Config Config
	Stages []Stage

	// Input is the shape of one input: [1] for dense nets, [height, width, channels] for convolutional ones.
	Input []int

	// Output is the shape of the output for one input: empty for a single number.
	Output []int

	// owners has the number of the stage whose variables each uses; nil where each has its own.
	owners []int

	// held has, by stage and variable, the values of every draw; nil where they are drawn. redrawn has what
	// draws a variable in place of that and of its own initialiser; nil where nothing does.
	held    [][][]float32
	redrawn [][]*initializers.Initializer

	// seen is what was measured of a net of your own; nil for others.
	seen *dimensions
}

// New returns the net that the Config describes, or an error that says what is wrong with it. For the config
// of a net of your own it is that net, with the config's statistics.
func New(config Config) (*Net, error) {
	if config.own != nil {
		return config.own.as(config)
	}
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
	return &Net{
		Config: config, Stages: architecture.Stages(config), Input: architecture.Input(config),
		Output: architecture.Output(config),
	}, nil
}

// String names the net in messages.
func (n *Net) String() string {
	if n.isComposed() {
		return fmt.Sprintf("the net %q", n.Config.Net)
	}
	return fmt.Sprintf("a %s net of depth %d", n.Config.Net, n.Config.Depth)
}

// TakesNumbers returns an error unless an input of the net is a single number, as the points of a grid are.
func (n *Net) TakesNumbers() error {
	if slices.Equal(n.Input, []int{1}) {
		return nil
	}
	if n.isComposed() {
		return fmt.Errorf("%v takes inputs of shape %v, not the points of a grid, whose shape is [1]: "+
			"choose a probe of inputs of any shape", n, n.Input)
	}
	return fmt.Errorf("a %s net takes images, not the points of a grid: choose a dense net, such as "+
		"feedforward or residual", n.Config.Net)
}

// Owner returns the number of the stage whose variables stage i uses: i, but where stages share their
// weights.
func (n *Net) Owner(i int) int {
	if n.owners == nil {
		return i
	}
	return n.owners[i]
}

// Build builds the whole net into the graph of x, shaped [inputs, Input...], on the variables of scope, one
// sub-scope a stage, and returns the output, shaped [inputs, Output...]. Variables that do not exist yet are
// created without values: see [Net.Initialize]. It is a graph-building function and panics on errors, as
// GoMLX's do.
func (n *Net) Build(scope *model.Scope, x *Node) *Node {
	signals := n.buildSignals(scope, x)
	return signals[len(signals)-1].Out
}

// buildSignals is Build returning the signals of every stage, for graphs that look inside the net.
func (n *Net) buildSignals(scope *model.Scope, x *Node) []Signals {
	signals := make([]Signals, len(n.Stages))
	state, fence := x, newFence(x)
	for i, stage := range n.Stages {
		var weights []*Node
		for _, param := range stage.Block.Params() {
			shape := shapes.Make(x.DType(), param.Dims...)
			path := n.path(scope, i, param)
			weights = append(weights,
				scope.Store().VariableWithShape(path, shape, scope.Initializer()).NodeValue(x))
		}
		signals[i] = stage.Block.Build(weights, state)
		signals[i].Out = fence.behind(signals[i].Out)
		state = signals[i].Out
	}
	return signals
}

// path returns the path of a variable of stage i, where scope is that of the net.
func (n *Net) path(scope *model.Scope, i int, param Param) string {
	return model.JoinPath(scope.Scope(), n.Stages[n.Owner(i)].Name, param.Name)
}
