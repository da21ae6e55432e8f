package models

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/caught"
	"github.com/shattered-gradients/shattered/internal/cost"
)

// dimensions are what is only known of a net of your own once it is built.
type dimensions struct {
	states     cost.Bytes // the numbers, for one input, that come into the stages behind the first
	rectifiers []int      // the units of each rectifier
}

// Rectifiers returns the number of units of each rectifier that a tap sees, from input to output.
func (n *Net) Rectifiers() ([]int, error) {
	if n.seen != nil {
		return n.seen.rectifiers, nil
	}
	measured := *n
	if err := measured.measure(); err != nil {
		return nil, err
	}
	return measured.seen.rectifiers, nil
}

// measuredBatch is the number of inputs that a net is measured with: one that seldom is a size of something
// else.
const measuredBatch = 3

// built is what is seen of a block.
type built struct {
	out        []int
	rectifiers []int
}

// measure builds the stages one after the other, each distinct one once, and notes their dimensions and the
// net's output.
func (n *Net) measure() error {
	type key struct {
		block Block
		state string
	}
	known, seen := make(map[key]built), &dimensions{}
	state := append([]int{measuredBatch}, n.Input...)
	for i, stage := range n.Stages {
		k := key{stage.Block, fmt.Sprint(state)}
		b, found := known[k]
		if !found {
			var err error
			if b, err = build(stage.Block, state); err != nil {
				return fmt.Errorf("%v: %v can't be built on states of shape %v: %w", n, stage, state[1:], err)
			}
			known[k] = b
		}
		if i > 0 {
			seen.states += cost.Of(1, state...) / measuredBatch
		}
		seen.rectifiers = append(seen.rectifiers, b.rectifiers...)
		state = b.out
	}
	n.seen, n.Output = seen, state[1:]
	return nil
}

// build builds a block on states of a shape.
func build(block Block, state []int) (b built, err error) {
	panicked := caught.Panic(func() {
		g := graph.NewGraph(gobackend.GetBackend(), fmt.Sprintf("%T", block))
		defer g.Finalize()
		var weights []*graph.Node
		for k, param := range block.Params() {
			weights = append(weights, graph.Parameter(g, fmt.Sprintf("weights_%d/%s",
				k, param.Name), shapes.Make(dtypes.Float32, param.Dims...)))
		}
		signals := block.Build(weights, graph.Parameter(g, "state", shapes.Make(dtypes.Float32, state...)))
		if signals.Out == nil {
			err = fmt.Errorf("its block %T builds nothing: return a node as Out", block)
			return
		}
		shape := signals.Out.Shape()
		if shape.DType != dtypes.Float32 || shape.Rank() == 0 || shape.Dimensions[0] != state[0] {
			err = fmt.Errorf("what comes out has shape %v for a batch of %d: it must be of the states' "+
				"type, and its first axis that of the batch", shape, state[0])
			return
		}
		b.out = slices.Clone(shape.Dimensions)
		for _, rectifier := range signals.Rectifiers {
			b.rectifiers = append(b.rectifiers, rectifier.Argument.Shape().Size()/state[0])
		}
	})
	return b, cmp.Or(panicked, err)
}
