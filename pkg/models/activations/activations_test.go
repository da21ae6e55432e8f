package activations_test

import (
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
)

// apply applies an activation, with 1/2 for what it learns.
func apply(activation *activations.Activation, x *Node) *Node {
	if activation.Learnt != nil {
		return activation.Learnt(x, MulScalar(OnesLike(x), 0.5))
	}
	return activation.Apply(x)
}

// TestValuesAndSlopes checks every activation, at 0 too: a rectifier is off there.
func TestValuesAndSlopes(t *testing.T) {
	x := []float64{-2, -0.5, 0, 0.5, 2}
	for name, want := range map[string][2][]float64{
		"relu":   {{0, 0, 0, 0.5, 2}, {0, 0, 0, 1, 1}},
		"linear": {x, {1, 1, 1, 1, 1}},
		"prelu":  {{-1, -0.25, 0, 0.5, 2}, {0.5, 0.5, 0.5, 1, 1}}, // of slope 1/2
		"crelu":  {{0, 0, 0, 0.5, 2, 2, 0.5, 0, 0, 0}, {-1, -1, 0, 1, 1}},
	} {
		activation, err := activations.Registry.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		values, slopes, err := MustNewExec(testbackend.Open(t), func(x *Node) (*Node, *Node) {
			y := apply(activation, x)
			return y, Gradient(ReduceAllSum(y), x)[0]
		}).Call2(x)
		if err != nil {
			t.Fatal(err)
		}
		if got := tensors.MustCopyFlatData[float64](values); !slices.Equal(got, want[0]) {
			t.Errorf("%s of %v is %v, want %v", name, x, got, want[0])
		}
		if got := tensors.MustCopyFlatData[float64](slopes); !slices.Equal(got, want[1]) {
			t.Errorf("slopes of %s at %v are %v, want %v", name, x, got, want[1])
		}
		if got := activation.Outputs(len(x)); got != len(want[0]) {
			t.Errorf("%s makes %d outputs of %d features", name, got, len(x))
		}
	}
}
