package models

import (
	"fmt"

	"github.com/shattered-gradients/shattered/internal/cost"
)

// MaxDepth bounds the depth of a net: each layer is a stage of its own, that has its weights drawn and its
// steps run.
const MaxDepth = 100_000

// float32Size is the number of bytes of a weight.
const float32Size = 4

// checkSize returns an error when the stages can't be made, or when the weights of one layer don't fit into
// the memory: what no use of the net can do without.
func (c Config) checkSize() error {
	switch {
	case c.Depth > MaxDepth:
		return fmt.Errorf("depth is %d: a net of that many layers of width %d would need %v of weights; "+
			"give at most %d",
			c.Depth, c.Width, cost.Of(float32Size, c.Depth, c.Width, c.Width), MaxDepth)
	case c.Depth == 1:
		return c.checkLayer(cost.Of(float32Size, c.Width))
	}
	return c.checkLayer(cost.Of(float32Size, c.Width, c.Activation.Outputs(1), c.Width))
}

// checkLayer returns an error when the weights of a layer don't fit.
func (c Config) checkLayer(weights cost.Bytes) error {
	if err := weights.Check(fmt.Sprintf("a layer of width %d", c.Width), "weights"); err != nil {
		return fmt.Errorf("%w; choose a smaller width", err)
	}
	return nil
}

// checkSize returns an error when an image, or the weights of the read-out, don't fit into the memory.
func (i Images) checkSize(filters int) error {
	if err := cost.Of(float32Size, i.Height, i.Width,
		i.Channels).Check(fmt.Sprintf("an image of %d x %d x %d", i.Height, i.Width, i.Channels),
		"numbers"); err != nil {
		return fmt.Errorf("%w; choose smaller images", err)
	}
	shrunk := 1 << (i.Resolutions - 1)
	positions := max(1, i.Height/shrunk) * max(1, i.Width/shrunk)
	if !i.Flatten {
		positions = 1
	}
	if err := cost.Of(float32Size, positions, filters,
		i.Outputs).Check(fmt.Sprintf("a read-out of %d outputs", i.Outputs), "weights"); err != nil {
		return fmt.Errorf("%w; choose fewer outputs", err)
	}
	return nil
}

// parameters returns the number of weights, which may be beyond the range of an int.
func (n *Net) parameters() float64 {
	sum := 0.0
	for i, stage := range n.Stages {
		if n.Owner(i) != i {
			continue
		}
		for _, param := range stage.Block.Params() {
			size := 1.0
			for _, dim := range param.Dims {
				size *= float64(dim)
			}
			sum += size
		}
	}
	return sum
}

// CheckMemory returns an error when copies of the weights, and the states of all layers on that many inputs,
// in numbers of so many bytes, don't fit into the memory of the machine for as many draws as there are at
// once. States are counted as low as they can be, so that what could run is never refused.
func (n *Net) CheckMemory(inputs, size, copies, draws int) error {
	c := n.Config
	weights := cost.Bytes(n.parameters()) * cost.Of(size, copies, draws)
	positions := 1
	if architecture, err := Architectures.Get(c.Net); err == nil {
		positions = max(1, architecture.Positions)
	}
	states := cost.Of(size, inputs, positions, c.Width, c.Depth, draws)
	what := fmt.Sprintf("a %s net of depth %d and width %d on %d inputs", c.Net, c.Depth, c.Width, inputs)
	choose := "choose a smaller depth or width, or fewer inputs"
	if n.isComposed() {
		states = n.seen.states * cost.Of(size, inputs, draws)
		what, choose = fmt.Sprintf("%v on %d inputs", n, inputs), "give fewer inputs"
	}
	// halving the image and doubling the filters halves the state, and a branch of two convolutions has one
	if c.Images != (Images{}) {
		shrunk := 1 << (c.Images.Resolutions - 1)
		states = cost.Of(size, inputs, c.Images.Height, c.Images.Width, c.filters(0), c.Depth, draws) /
			cost.Bytes(2*shrunk)
	}
	if draws > 1 {
		what += fmt.Sprintf(", %d draws at a time,", draws)
	}
	of := fmt.Sprintf("memory, %v for weights and %v for the states of its layers", weights, states)
	if draws > 1 {
		choose += ", or let GOMAXPROCS in the environment be less, for fewer draws at a time"
	}
	if err := (weights + states).Check(what, of); err != nil {
		return fmt.Errorf("%w; %s", err, choose)
	}
	return nil
}
