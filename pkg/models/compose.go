package models

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Compose makes a net of your own of stages, from inputs of the given shape. The blocks are those of this
// package, such as [Stem], [Linear], [Layer] and [LinearReadout], [Chain] and [Skip] over several of them,
// model functions of GoMLX ([BlockFromGraph]), or types of your own that implement [Block]. The name must
// not be that of an architecture.
//
// The net's Config stands for it wherever a probe wants a config: gradients.Config{Net: net.Config, Draws:
// 20}. Statistics is the one field of it that can be changed. It holds for all blocks that are [Statistical];
// while it is empty, each has its own.
//
// The stages are built once, on GoMLX's pure-Go backend, to see that they fit together. An error says which
// of them doesn't.
func Compose(name string, input []int, stages ...Stage) (*Net, error) {
	n := &Net{
		Config: Config{Net: name, Norm: ownNorm, Activation: ownActivation, Initializer: ownInitializer},
		Stages: slices.Clone(stages), Input: slices.Clone(input),
	}
	if err := n.checkNames(); err != nil {
		return nil, err
	}
	for i, stage := range n.Stages {
		if err := n.checkStage(i); err != nil {
			return nil, fmt.Errorf("%v: %v: %w", n, stage, err)
		}
	}
	if err := n.measure(); err != nil {
		return nil, err
	}
	return n.asOwn(), nil
}

// What the config of a net of your own says of what its blocks decide. Results call all of it "own".
const ownName = "own"

var (
	ownNorm        = &norms.Norm{Name: ownName, Apply: norms.None.Apply}
	ownActivation  = &activations.Activation{Name: ownName, Apply: activations.Linear.Apply}
	ownInitializer = &initializers.Initializer{Name: ownName,
		Fill: func(*random.Generator, []int, []float32) {}}
)

// IsOwn says whether the config is that of a net of your own, which [Compose], [FromGraph] or [Net.Holding]
// made: no field but Statistics can be changed.
func (c Config) IsOwn() bool { return c.own != nil }

// isComposed says whether nothing but the net's blocks says what it is.
func (n *Net) isComposed() bool { return n.Config.Norm == ownNorm }

// asOwn makes the net's config stand for it.
func (n *Net) asOwn() *Net {
	n.Config.own = n
	return n
}

// as returns the net with the config, which may differ from its own in the statistics alone.
func (n *Net) as(c Config) (*Net, error) {
	statistics := c.Statistics
	if err := statistics.Check(); err != nil {
		return nil, err
	}
	c.Statistics = n.Config.Statistics
	if c != n.Config {
		return nil, fmt.Errorf("the config of %v was changed, which is a net as it is: change nothing but "+
			"its statistics", n)
	}
	switched := *n
	switched.Stages = slices.Clone(n.Stages)
	if statistics != "" {
		switched.Config.Statistics = statistics
		for i := range switched.Stages {
			switched.Stages[i].Block = withStatistics(switched.Stages[i].Block, statistics)
		}
	}
	return switched.asOwn(), nil
}

// withStatistics returns the block with the statistics, where it has any.
func withStatistics(block Block, s norms.Statistics) Block {
	if b, is := block.(Statistical); is {
		return b.WithStatistics(s)
	}
	return block
}

// checkNames returns an error when the net or its input can't be what it is called.
func (n *Net) checkNames() error {
	name := n.Config.Net
	if name == "" {
		return errors.New("the net has no name: give one, by which results call it")
	}
	if _, err := Architectures.Get(name); err == nil {
		return fmt.Errorf("%v is called like an architecture: give another name, by which results call it", n)
	}
	for _, dim := range n.Input {
		if dim < 1 {
			return fmt.Errorf("%v takes inputs of shape %v: give sizes of at least 1", n, n.Input)
		}
	}
	if len(n.Stages) == 0 {
		return fmt.Errorf("%v has no stages: give at least one", n)
	}
	return nil
}

// checkStage returns an error when stage i can't be a stage after those before it, and finds the owner of
// its variables.
func (n *Net) checkStage(i int) error {
	stage, before := n.Stages[i], n.Stages[:i]
	named := func(name string) int {
		return slices.IndexFunc(before,
			func(s Stage) bool { return s.Name == name })
	}
	switch {
	case stage.Block == nil:
		return errors.New("it has no block: set one, such as models.Linear")
	case strings.Contains(stage.Name, model.ScopeSeparator):
		return fmt.Errorf("its name has a %q, which separates scopes: leave it out", model.ScopeSeparator)
	case named(stage.Name) >= 0:
		return errors.New("another stage has this name already: give each its own")
	case !reflect.ValueOf(stage.Block).Comparable():
		return fmt.Errorf("its block %T can't be compared: make it a struct of numbers, strings and "+
			"pointers", stage.Block)
	}
	if err := checkBlock(stage.Block); err != nil {
		return err
	}
	if err := checkParams(stage.Block.Params()); err != nil {
		return err
	}
	owner := i
	if stage.Weights != "" {
		earlier := named(stage.Weights)
		if earlier < 0 {
			return fmt.Errorf("it shares the weights of %q, and no stage before it has that name",
				stage.Weights)
		}
		owner = n.owners[earlier]
		if !sameParams(stage.Block.Params(), n.Stages[owner].Block.Params()) {
			return fmt.Errorf("it shares the weights of %q, whose variables have other names or shapes",
				stage.Weights)
		}
	}
	n.owners = append(n.owners, owner)
	return nil
}

// checkParams returns an error when there can be no such variables.
func checkParams(params []Param) error {
	names := make(map[string]bool)
	for _, param := range params {
		switch {
		case param.Name == "" || names[param.Name]:
			return fmt.Errorf("the name %q of a variable is empty or given twice: give each its own",
				param.Name)
		case param.Init == nil || param.Init.Fill == nil:
			return fmt.Errorf("its variable %s has no initialiser: set Init, such as initializers.He",
				param.Name)
		case slices.ContainsFunc(param.Dims, func(dim int) bool { return dim < 1 }):
			return fmt.Errorf("its variable %s has shape %v: give sizes of at least 1",
				param.Name, param.Dims)
		}
		names[param.Name] = true
	}
	return nil
}

// sameParams says whether two lists of variables have the same names and shapes.
func sameParams(a, b []Param) bool {
	return slices.EqualFunc(a, b,
		func(x, y Param) bool { return x.Name == y.Name && slices.Equal(x.Dims, y.Dims) })
}
