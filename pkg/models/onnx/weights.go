package onnx

import (
	"math"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/stat"
)

// redraw returns the net with its matrices, kernels and biases drawn anew.
func (f *file) redraw(net *models.Net, weights Weights) (*models.Net, error) {
	fanIns, all := f.fanIns(), net.Draw(0, 0).Values(0)
	values := make(map[string][]float32)
	for p, param := range net.Stages[0].Block.Params() {
		values[param.Name] = all[p]
	}
	return net.Redrawn(func(_ models.Stage, param models.Param) *initializers.Initializer {
		fanIn, found := fanIns[param.Name]
		switch {
		case !found:
			return nil
		case weights == Normal:
			return normal(string(Normal), deviation(values[param.Name]))
		case fanIn == 0:
			return normal(string(He), 0)
		}
		return normal(string(He), math.Sqrt(2/float64(fanIn)))
	})
}

// normal returns an initialiser that draws from Normal(0, deviation²).
func normal(name string, deviation float64) *initializers.Initializer {
	return &initializers.Initializer{Name: name,
		Fill: func(rng *random.Generator, _ []int, values []float32) {
			rng.FillNormal(values, deviation)
		}}
}

// deviation returns the root mean square of the values' differences from their mean.
func deviation(values []float32) float64 {
	return stat.PopStdDev(numbers.Widen(values), nil)
}

// fanIns returns the number of inputs that a unit sums over, by the paths of matrices and kernels, and 0 for
// biases after them.
func (f *file) fanIns() map[string]int {
	tensors, made, fanIns := make(map[string]*protos.TensorProto), make(map[string]*protos.NodeProto),
		make(map[string]int)
	for _, tensor := range f.graph.Initializer {
		tensors[tensor.Name] = tensor
	}
	for _, node := range f.graph.Node {
		for _, output := range node.Output {
			made[output] = node
		}
	}
	// matrix notes that the operand of a product is a matrix, whose axis from the end (1 or 2) is summed
	// over.
	matrix := func(operand string, axis int) {
		for node := made[operand]; node != nil; node = made[operand] {
			switch node.OpType {
			case "Transpose":
				axis = 3 - axis
			case "Identity":
			default:
				return
			}
			operand = node.Input[0]
		}
		if tensor := tensors[operand]; tensor != nil && len(tensor.Dims) >= 2 {
			fanIns[path(operand)] = int(tensor.Dims[len(tensor.Dims)-axis])
		}
	}
	bias := func(operand string) {
		if tensors[operand] != nil {
			fanIns[path(operand)] = 0
		}
	}
	for _, node := range f.graph.Node {
		switch node.OpType {
		case "MatMul":
			matrix(node.Input[0], 1)
			matrix(node.Input[1], 2)
		case "Gemm":
			axis := 2
			if integer(node, "transB") != 0 {
				axis = 1
			}
			matrix(node.Input[1], axis)
		case "Conv":
			if tensor := tensors[node.Input[1]]; tensor != nil { // [out, in of a group, height, width]
				fanIn := 1
				for _, dim := range tensor.Dims[1:] {
					fanIn *= int(dim)
				}
				fanIns[path(tensor.Name)] = fanIn
			}
		case "Add":
			for k, operand := range node.Input {
				if other := made[node.Input[1-k]]; other != nil && other.OpType == "MatMul" {
					bias(operand)
				}
			}
			continue
		default:
			continue
		}
		if len(node.Input) > 2 {
			bias(node.Input[2])
		}
	}
	return fanIns
}

// integer returns an attribute of a node, 0 where it isn't given.
func integer(node *protos.NodeProto, name string) int64 {
	for _, attribute := range node.Attribute {
		if attribute.Name == name {
			return attribute.I
		}
	}
	return 0
}
