package models

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Chain returns one block of several, each of which sees what the one before it makes. A stage of it is
// compiled as a whole. Chains of equal blocks are equal. The variables of block number k, from 1 on, have _k
// behind their names.
func Chain(blocks ...Block) Block {
	if len(blocks) == 0 {
		return chain{}
	}
	chained := chain{Last: blocks[0]}
	for _, block := range blocks[1:] {
		chained = chain{Rest: chained, Last: block}
	}
	return chained
}

// chain is what comes before the last block of a chain, and the last block. It is no slice, so that it can be
// compared.
type chain struct{ Rest, Last Block }

// blocks returns the blocks in their order.
func (c chain) blocks() []Block {
	if c.Rest == nil {
		return []Block{c.Last}
	}
	return append(c.Rest.(chain).blocks(), c.Last)
}

// Params declares the variables of all blocks.
func (c chain) Params() []Param {
	var params []Param
	for k, block := range c.blocks() {
		for _, param := range block.Params() {
			param.Name = fmt.Sprintf("%s_%d", param.Name, k+1)
			params = append(params, param)
		}
	}
	return params
}

// Build builds one block after the other.
func (c chain) Build(weights []*Node, in *Node) Signals {
	signals := Signals{Out: in}
	for _, block := range c.blocks() {
		n := len(block.Params())
		next := block.Build(weights[:n], signals.Out)
		weights = weights[n:]
		signals = Signals{Out: next.Out, Rectifiers: append(signals.Rectifiers, next.Rectifiers...)}
	}
	return signals
}

// WithStatistics implements [Statistical].
func (c chain) WithStatistics(s norms.Statistics) Block {
	blocks := c.blocks()
	for i, block := range blocks {
		blocks[i] = withStatistics(block, s)
	}
	return Chain(blocks...)
}

func (c chain) check() error {
	for k, block := range c.blocks() {
		if block == nil {
			return fmt.Errorf("block %d of its chain is nil: give at least one block, and none that is nil",
				k+1)
		}
		if err := checkBlock(block); err != nil {
			return fmt.Errorf("block %d of its chain: %w", k+1, err)
		}
	}
	return nil
}

// Skip returns one block of several with a skip over all of them: Carry a + Gain blocks(a). What the blocks
// make of a must have its shape. Carry 0 leaves the skip out.
func Skip(carry, gain float64, blocks ...Block) Block {
	return skip{Branch: Chain(blocks...), Carry: carry, Gain: gain}
}

type skip struct {
	Branch      Block
	Carry, Gain float64
}

// Params declares the variables of the branch.
func (s skip) Params() []Param { return s.Branch.Params() }

// Build builds the branch and the skip.
func (s skip) Build(weights []*Node, in *Node) Signals {
	signals := s.Branch.Build(weights, in)
	if !signals.Out.Shape().Equal(in.Shape()) {
		panic(fmt.Errorf("its branch makes shape %v of %v, and a skip adds the two: let the last block of "+
			"the branch give the shape that comes in",
			signals.Out.Shape(), in.Shape()))
	}
	signals.Out = carryAndGain(in, signals.Out, s.Carry, s.Gain)
	return signals
}

// WithStatistics implements [Statistical].
func (s skip) WithStatistics(statistics norms.Statistics) Block {
	s.Branch = withStatistics(s.Branch, statistics)
	return s
}

func (s skip) check() error { return checks(checkBlock(s.Branch), checkGain(s.Carry, s.Gain)) }

// Concat returns one block of several whose output stands, on the last axis, behind what came in: (a,
// blocks(a)), as dense connections have it. What the blocks make must have the other axes of a.
func Concat(blocks ...Block) Block { return concat{Branch: Chain(blocks...)} }

type concat struct{ Branch Block }

// Params declares the variables of the branch.
func (c concat) Params() []Param { return c.Branch.Params() }

// Build builds the branch and puts it behind what came in.
func (c concat) Build(weights []*Node, in *Node) Signals {
	signals := c.Branch.Build(weights, in)
	signals.Out = Concatenate([]*Node{in, signals.Out}, -1)
	return signals
}

// WithStatistics implements [Statistical].
func (c concat) WithStatistics(statistics norms.Statistics) Block {
	c.Branch = withStatistics(c.Branch, statistics)
	return c
}

func (c concat) check() error { return checkBlock(c.Branch) }
