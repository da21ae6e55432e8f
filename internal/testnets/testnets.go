// Package testnets makes small nets for tests, with weights of the test's own.
package testnets

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// Dense is the block x -> x W, or tanh(x W), from [inputs, In] to [inputs, Out].
type Dense struct {
	In, Out int
	Tanh    bool
}

// Params declares W.
func (d Dense) Params() []models.Param {
	return []models.Param{{Name: "weights", Dims: []int{d.In, d.Out}, Init: initializers.LeCun}}
}

// Build builds the block.
func (d Dense) Build(weights []*Node, x *Node) models.Signals {
	out := MatMul(x, weights[0])
	if d.Tanh {
		out = Tanh(out)
	}
	return models.Signals{Out: out}
}

// HalfSquare is the block x -> |x|^2 / 2, from [inputs, ...] to [inputs]: its gradient is x.
type HalfSquare struct{}

// Params declares nothing.
func (HalfSquare) Params() []models.Param { return nil }

// Build builds the block.
func (HalfSquare) Build(_ []*Node, x *Node) models.Signals {
	flat := Reshape(x, x.Shape().Dimensions[0], -1)
	return models.Signals{Out: MulScalar(ReduceSum(Mul(flat, flat), -1), 0.5)}
}

// Net returns a net of the blocks, in stages a, b, ..., on inputs of that shape.
func Net(tb testing.TB, name string, input []int, blocks ...models.Block) *models.Net {
	tb.Helper()
	var stages []models.Stage
	for i, block := range blocks {
		stages = append(stages, models.Stage{Name: string(rune('a' + i)), Block: block})
	}
	net, err := models.Compose(name, input, stages...)
	if err != nil {
		tb.Fatal(err)
	}
	return net
}

// Fixed are weights of the test's own: for each stage the values of each variable, in row-major order.
type Fixed struct {
	Net    *models.Net
	Values [][][]float64
}

// Stage implements models.Weights.
func (f Fixed) Stage(_ compute.Backend, i int, dtype dtypes.DType) ([]*tensors.Tensor, error) {
	var weights []*tensors.Tensor
	for p, param := range f.Net.Stages[i].Block.Params() {
		values := f.Values[i][p]
		if dtype == dtypes.Float64 {
			own := append([]float64(nil), values...)
			weights = append(weights, tensors.FromFlatDataAndDimensions(own, param.Dims...))
			continue
		}
		narrow := make([]float32, len(values))
		for k, value := range values {
			narrow[k] = float32(value)
		}
		weights = append(weights, tensors.FromFlatDataAndDimensions(narrow, param.Dims...))
	}
	return weights, nil
}

// Weights returns f for a probe: the weights of every draw.
func (f Fixed) Weights(uint64) (models.Weights, error) { return f, nil }
