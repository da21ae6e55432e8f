package models_test

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// identity is a block that does nothing.
type identity struct{}

func (identity) Params() []models.Param { return nil }

func (identity) Build(_ []*Node, in *Node) models.Signals { return models.Signals{Out: in} }

// TestStagesHandOnEveryBit: what stands between the stages of a built net changes neither what they hand on
// nor gradients, to the bit.
func TestStagesHandOnEveryBit(t *testing.T) {
	net, err := models.Compose("nothing", []int{1}, models.Stage{Name: "a", Block: identity{}},
		models.Stage{Name: "b", Block: identity{}})
	if err != nil {
		t.Fatal(err)
	}
	odd := []float32{0.1, float32(math.Copysign(0, -1)), math.MaxFloat32, -1.1754944e-38, 3, 1e-30,
		float32(math.Inf(-1)), float32(math.NaN())}
	numbers := tensors.FromFlatDataAndDimensions(odd, len(odd), 1)
	defer numbers.MustFinalizeAll()
	exec, err := model.NewExec(testbackend.Open(t), newStore(t, net, net.Draw(1, 0)),
		func(scope *model.Scope, x *Node) (*Node, *Node) {
			out := net.Build(scope, x)
			weights := Reshape(Const(x.Graph(), odd[:6]), 6, 1)
			return out, Gradient(ReduceAllSum(Mul(weights, Slice(out, AxisRange(0, 6)))), x)[0]
		})
	if err != nil {
		t.Fatal(err)
	}
	got, gradient, err := exec.Call2(numbers)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range odd {
		if bits(flat(got)[i]) != bits(want) {
			t.Errorf("of %g comes %g", want, flat(got)[i])
		}
		if i < 6 && bits(flat(gradient)[i]) != bits(want) {
			t.Errorf("of the gradient %g comes %g", want, flat(gradient)[i])
		}
	}
}

func bits(x float32) uint32 { return math.Float32bits(x) }
