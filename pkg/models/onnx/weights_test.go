package onnx_test

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models/onnx"
)

// TestWeights compares the laws of the weights with those that are asked for.
func TestWeights(t *testing.T) {
	file := load(t, "resnet", onnx.Config{})
	theirs := file.Draw(0, 0).Values(0)
	for weights, law := range map[onnx.Weights]func(dims []int, s float64) float64{
		onnx.AsTheyAre: nil,
		onnx.He: func(dims []int, _ float64) float64 {
			if len(dims) == 1 {
				return 0
			}
			fanIn := 1
			for _, dim := range dims[1:] { // kernels and PyTorch's matrices have outputs in front
				fanIn *= dim
			}
			return math.Sqrt(2 / float64(fanIn))
		},
		onnx.Normal: func(_ []int, s float64) float64 { return s },
	} {
		net := load(t, "resnet", onnx.Config{Weights: weights})
		drawn := 0
		for p, param := range net.Stages[0].Block.Params() {
			var all []float64
			for draw := range uint64(50) {
				for _, x := range net.Draw(1, draw).Values(0)[p] {
					all = append(all, float64(x))
				}
			}
			if same := slices.Equal(net.Draw(1, 0).Values(0)[p], theirs[p]); same || law == nil {
				if !same {
					t.Errorf("%s: %s is not as in the file", weights, param.Name)
				}
				continue
			}
			drawn++
			want := law(param.Dims, deviation(numbers.Widen(theirs[p])))
			// 50 draws of n numbers: the deviation errs by 1/sqrt(100 n), 3 % for the ten numbers of the
			// bias. Five times that.
			if got := rootMeanSquare(all); math.Abs(got-want) > 5*want/math.Sqrt(2*float64(len(all)))+1e-12 {
				t.Errorf("%s: the deviation of %s is %g, want %g", weights, param.Name, got, want)
			}
		}
		// Two convolutions a block, the first with a bias from the norm that the exporter folded into it, the
		// stem and its bias, the shortcut, and the read-out with its bias. All else belongs to norms.
		if want := map[bool]int{true: 0, false: 11}[law == nil]; drawn != want {
			t.Errorf("%s: %d variables are drawn, want %d", weights, drawn, want)
		}
	}
	transformer := load(t, "transformer", onnx.Config{Weights: onnx.He})
	for p, param := range transformer.Stages[0].Block.Params() {
		if slices.Equal(param.Dims, []int{8, 32}) { // as it is multiplied by; fan-in 8
			// 256 numbers: 4 %
			got := rootMeanSquare(numbers.Widen(transformer.Draw(1, 0).Values(0)[p]))
			if math.Abs(got/0.5-1) > 0.2 {
				t.Errorf("the deviation of %s is %g, want 0.5", param.Name, got)
			}
		}
	}
}

func rootMeanSquare(values []float64) float64 {
	sum := 0.0
	for _, x := range values {
		sum += x * x
	}
	return math.Sqrt(sum / float64(len(values)))
}

func deviation(values []float64) float64 {
	mean := 0.0
	for _, x := range values {
		mean += x / float64(len(values))
	}
	return math.Sqrt(math.Pow(rootMeanSquare(values), 2) - mean*mean)
}
