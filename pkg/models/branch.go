package models

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// Branch describes the branches of a dense residual net, "residual" or "post-residual". The zero value stands
// for the paper's: one layer each, weighed by Beta, with the weights of the net's initialiser.
type Branch struct {
	// Layers is the number of layers that a skip spans, each a rectifier and a matrix; 0 means 1. Where the
	// net's layers are no multiple of it, the last branch has what is left over.
	Layers int `json:"layers,omitempty"`

	// Learnt makes the weight of each branch a number of its own that training moves, from Beta on, which
	// then may be 0, and is unless it is given: SkipInit (De and Smith, 2020) and ReZero (Bachlechner et al.,
	// 2021).
	//
	// Starting from 0 the net is its skips alone, f = w^T W_0 rho(x v - b), whatever its depth, and this is
	// what a probe of the gradient shows: that of a net of one rectified layer. The gradients of the matrices
	// in the branches are 0 there, and those of the branches' weights are not.
	Learnt bool `json:"learnt,omitempty"`

	// Fixup draws the weights as Zhang et al. (2019) have it for nets without normalisation: the last matrix
	// of a branch is 0, and those before it are He's times branches^(-1 / (2 Layers - 2)): see
	// initializers.Fixup. Layers must be 2 or more. Of what the authors add for training there is the learnt
	// scale of a branch, by Learnt with a Beta of 1; there are no learnt shifts, and the read-out is not 0,
	// which would leave no gradient.
	//
	// It starts out as its skips alone, as a net with Learnt branches does.
	Fixup bool `json:"fixup,omitempty"`
}

// String says in words what of the branches is not the paper's.
func (b Branch) String() string { return strings.Join(b.also(), ", ") }

// layers returns the number of layers that a skip spans.
func (b Branch) layers() int { return max(b.Layers, 1) }

// also is String in parts.
func (b Branch) also() []string {
	var all []string
	if b.layers() > 1 {
		all = append(all, fmt.Sprintf("skips over %d layers", b.Layers))
	}
	if b.Learnt {
		all = append(all, "learnt β")
	}
	if b.Fixup {
		all = append(all, "Fixup weights")
	}
	return all
}

// withBranch fills in and checks what a dense residual net has on its skips and branches.
func (c Config) withBranch() (Config, error) {
	switch b := c.Branch; {
	case b.Layers < 0:
		return c, fmt.Errorf("layers of branch is %d: give the number of layers that a skip spans, at least "+
			"1, or 0 for 1", b.Layers)
	case b.Fixup && b.Layers < 2:
		return c, errors.New("a net with fixup has branches of one layer, which all would be 0: give 2 " +
			"layers of branch or more")
	case b.Fixup && c.Initializer != initializers.He:
		return c, fmt.Errorf("a net with fixup has the initialiser %s: leave it out, for that of fixup is a "+
			"multiple of he", c.Initializer)
	case b.Layers == 1: // one net has one config
		c.Branch.Layers = 0
	}
	return c.withRescaling()
}

// withoutBranch checks that a net has the branches that zero values stand for, or none.
func (c Config) withoutBranch() error {
	if c.Branch != (Branch{}) {
		return fmt.Errorf("a %s net has no choice of branches (got %s): leave branch out, or choose the net "+
			"\"residual\"", c.Net, c.Branch)
	}
	return nil
}

// branchStages returns the stages of that many repeated layers, one or several of them under a skip. block
// makes that of a skip, from the initialisers of its branch's matrices.
func (c Config) branchStages(layers int, block func([]*initializers.Initializer) Block) []Stage {
	var stages []Stage
	size := min(c.Branch.layers(), max(layers, 1)) // a skip spans no more than there is
	branches := (layers + size - 1) / size
	for first := 1; first <= layers; first += size {
		last := min(first+size-1, layers)
		stages = append(stages, Stage{Name: layerNames(first, last),
			Block: block(c.branchWeights(branches, last-first+1))})
	}
	return stages
}

// learntWeight returns the block of a branch's learnt weight, where it has one.
func (c Config) learntWeight() []Block {
	if !c.Branch.Learnt {
		return nil
	}
	return []Block{Scale{Init: initializers.Scaled(initializers.One, c.Beta)}}
}

// fixedGain returns what weighs a residual branch besides what is learnt.
func (c Config) fixedGain() float64 {
	if c.Branch.Learnt {
		return c.Alpha
	}
	return c.Alpha * c.Beta
}

// layerNames names the stage of layers first to last.
func layerNames(first, last int) string {
	if first == last {
		return fmt.Sprintf("layer_%d", first)
	}
	return fmt.Sprintf("layer_%d_%d", first, last)
}

// branchWeights returns the initialisers of the matrices of a branch of so many layers, one of so many
// branches.
func (c Config) branchWeights(branches, layers int) []*initializers.Initializer {
	all := slices.Repeat([]*initializers.Initializer{c.behind(c.Initializer)}, layers)
	if !c.Branch.Fixup {
		return all
	}
	for l := range layers - 1 {
		scaled, err := initializers.Fixup(branches, layers)
		if err != nil { // of which there is none for two layers or more
			panic(err)
		}
		all[l] = c.behind(scaled)
	}
	all[layers-1] = initializers.Zero
	return all
}
