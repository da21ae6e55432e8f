package models_test

import (
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestSequences: blocks are alike, and have their rectifiers and matrices whatever the width and activation.
func TestSequences(t *testing.T) {
	for _, test := range []struct {
		net        string
		rectifiers []int // units of those of a block of width 10
		variables  int   // of a block
	}{
		{"transformer-pre", []int{8 * 40}, 6}, {"transformer-post", []int{8 * 40}, 6},
		{"mixer", []int{10 * 32, 8 * 40}, 4},
	} {
		for _, activation := range []*activations.Activation{activations.ReLU, activations.CReLU} {
			net, err := models.New(models.Config{Net: test.net, Depth: 3, Width: 10, Norm: norms.Layer,
				Activation: activation})
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Repeat(test.rectifiers, 3)
			if got, err := net.Rectifiers(); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %s: rectifiers of %v units, want %v; %v", test.net, activation, got, want, err)
			}
			for _, stage := range net.Stages[1:4] {
				if n := len(stage.Block.Params()); n != test.variables || stage.Block != net.Stages[1].Block {
					t.Errorf("%s: %s has %d variables, want %d, and the block of the others", test.net,
						stage.Name, n, test.variables)
				}
			}
		}
	}
}

// TestHeads: a transformer has the most heads, up to four, that divide its width.
func TestHeads(t *testing.T) {
	for width, want := range map[int]int{64: 4, 200: 4, 10: 2, 9: 3, 7: 1, 1: 1} {
		net, err := models.New(models.Config{Net: "transformer-post", Depth: 1, Width: width})
		if err != nil {
			t.Fatal(err)
		}
		attention := models.Skip(1, 1, models.Attention{Features: width, Heads: want})
		units := 4 * width
		perceptron := models.Skip(1, 1, models.Linear{In: width, Out: units, Init: initializers.LeCun},
			models.Rectified{Rectify: models.Rectify{Features: units, Norm: norms.None,
				Statistics: norms.Frozen, Activation: activations.ReLU}},
			models.Linear{In: units, Out: width, Init: initializers.He})
		if block := models.Chain(attention, perceptron); net.Stages[1].Block != block {
			t.Errorf("width %d: the block is %+v, want %+v", width, net.Stages[1].Block, block)
		}
	}
}
