package engine_test

import (
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// tanh is smooth, as finite differences want it.
var tanh = &activations.Activation{Name: "tanh", Apply: Tanh}

// accumulate is a step of a recurrent net, h' = h + tanh(h W), over inputs of 3 numbers.
type accumulate struct{}

func (accumulate) Params() []models.Param {
	return []models.Param{{Name: "w", Dims: []int{3, 3}, Init: initializers.LeCun}}
}

func (accumulate) Build(weights []*Node, h *Node) models.Signals {
	return models.Signals{Out: Add(h, Tanh(MatMul(h, weights[0])))}
}

// attending is a block of a transformer by GoMLX, in front of a read-out of all its numbers.
func attending(scope *model.Scope, x *Node) *Node {
	h := norm.LayerNorm(scope.In("norm_1"), x, -1).Done()
	x = Add(x, attention.SelfAttention(scope.In("attention"), h, 2, 4).Done())
	h = norm.LayerNorm(scope.In("norm_2"), x, -1).Done()
	h = layers.Dense(scope.In("up"), h, true, 16)
	models.Watch(scope, models.Rectifier{Preactivation: h, Argument: h})
	return Add(x, layers.Dense(scope.In("down"), activation.Gelu(h), true, x.Shape().Dim(-1)))
}

// ownNets returns nets of your own of every kind that can be made.
func ownNets(t *testing.T) []*models.Net {
	t.Helper()
	smooth := models.Rectify{Features: 5, Norm: norms.Batch, Statistics: norms.Coupled, Activation: tanh}
	images := models.Rectify{Features: 4, Norm: norms.Batch, Statistics: norms.Coupled, Activation: tanh}
	convolution := func(stride, out int) models.ConvolutionLayer {
		return models.ConvolutionLayer{Rectify: images,
			Convolution: models.Convolution{In: 4, Out: out, Stride: stride}}
	}
	layer := models.Layer{Rectify: smooth, Gain: 1}
	stage := func(name string,
		block models.Block) models.Stage {
		return models.Stage{Name: name, Block: block}
	}
	transformer, err := models.BlockFromGraph([]int{3, 8}, attending)
	if err != nil {
		t.Fatal(err)
	}
	var nets []*models.Net
	add := func(net *models.Net, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, net)
	}
	add(models.Compose("skips over two", []int{1},
		stage("stem", models.Stem{Rectify: models.Rectify{Features: 5, Activation: tanh}}),
		stage("first", models.Linear{In: 5, Out: 5}), stage("skip_1", models.Skip(0.9, 0.5, layer, layer)),
		stage("skip_2", models.Skip(0.9, 0.5, layer, layer)),
		stage("readout", models.RectifiedReadout{Rectify: smooth})))
	add(models.Compose("shared", []int{3}, stage("step_1", accumulate{}),
		models.Stage{Name: "step_2", Block: accumulate{}, Weights: "step_1"},
		models.Stage{Name: "step_3", Block: accumulate{}, Weights: "step_2"},
		stage("readout", models.Linear{In: 3, Out: 2})))
	add(models.Compose("convolutional", []int{6, 5, 2},
		stage("image", models.Convolution{In: 2, Out: 4, Stride: 1}),
		stage("branch", models.ResidualBranch{First: convolution(2, 8), Second: models.ConvolutionLayer{
			Rectify:     models.Rectify{Features: 8, Activation: tanh},
			Convolution: models.Convolution{In: 8, Out: 8, Stride: 1},
		}, Layers: 2, Shortcut: models.ConvolutionalShortcut{Kind: models.OptionA, In: 4, Out: 8, Stride: 2},
			Carry: 1, Gain: 0.5}),
		stage("readout", models.ConvolutionalReadout{Rectify: models.Rectify{Features: 8}, Height: 3,
			Width: 3, Outputs: 3, Flatten: true})))
	add(models.Compose("transformer", []int{3, 2},
		stage("embed", models.Linear{In: 2, Out: 8, Init: initializers.LeCun}),
		stage("block_1", transformer), stage("block_2", transformer)))
	tokens := models.Normalize{Norm: norms.Batch, Statistics: norms.Coupled}
	perceptron := func(features int) []models.Block {
		return []models.Block{models.Linear{In: features, Out: 5}, models.Rectified{Rectify: smooth},
			models.Linear{In: 5, Out: features}}
	}
	add(models.Compose("of tokens", []int{1},
		stage("input", models.Embedding{Tokens: 3, Features: 6}),
		stage("attention", models.Skip(1, 0.5, tokens, models.Attention{Features: 6, Heads: 2})),
		stage("mixing", models.Skip(1, 0.5, tokens, models.Transposed(perceptron(3)...))),
		stage("perceptron", models.Concat(perceptron(6)...)),
		stage("readout", models.Chain(models.MeanOfTokens{}, models.Scale{Init: initializers.One},
			models.Linear{In: 12, Out: 2}))))
	add(models.FromGraph("one graph", []int{3, 8}, attending))
	return nets
}

// normals returns a batch of inputs for a net, the same numbers in every precision.
func normals(net *models.Net, inputs int, dtype dtypes.DType) *tensors.Tensor {
	dims := append([]int{inputs}, net.Input...)
	size := 1
	for _, dim := range dims {
		size *= dim
	}
	values := make([]float32, size)
	random.NewGenerator(1, 2).FillNormal(values, 1)
	if dtype == dtypes.Float32 {
		return tensors.FromFlatDataAndDimensions(values, dims...)
	}
	return tensors.FromFlatDataAndDimensions(numbers.Widen(values), dims...)
}

// TestOwnGradientsAgainstFiniteDifferences differentiates the sum of the outputs of each kind of net.
func TestOwnGradientsAgainstFiniteDifferences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, net := range ownNets(t) {
		t.Run(net.Config.Net, func(t *testing.T) {
			batch := normals(net, 4, dtypes.Float64)
			request := engine.Request{Net: net, Weights: net.Draw(3, 1), Inputs: batch, Output: true,
				Gradient: true}
			trace, err := e.Run(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			want := make([]float64, len(trace.Gradient))
			x := tensors.MustCopyFlatData[float64](batch)
			sum := func() (sum float64) {
				request := engine.Request{Net: net, Weights: request.Weights, Output: true,
					Inputs: tensors.FromFlatDataAndDimensions(slices.Clone(x), batch.Shape().Dimensions...)}
				trace, err := e.Run(t.Context(), request)
				if err != nil {
					t.Fatal(err)
				}
				for _, y := range trace.Output {
					sum += y
				}
				return sum
			}
			const step = 1e-5
			for i, at := range x {
				x[i] = at + step
				above := sum()
				x[i] = at - step
				want[i] = (above - sum()) / (2 * step)
				x[i] = at
			}
			// Central differences err by the step squared, 1e-10, times third derivatives of some tens, and
			// by rounding, 1e-16 / 1e-5 times the size of the sum.
			if d := distance(trace.Gradient, want); d > 1e-7 {
				t.Errorf("the gradient differs from finite differences by %.1e", d)
			}
		})
	}
}

// TestOwnNetsOnBothBackends: a draw of a net of your own has the same weights, output, gradient and
// rectifiers on XLA and in pure Go.
func TestOwnNetsOnBothBackends(t *testing.T) {
	engines := []*engine.Engine{engine.New(testbackend.Go(t)), engine.New(testbackend.XLA(t))}
	for _, net := range ownNets(t) {
		var traces []*engine.Trace
		for _, e := range engines {
			trace, err := e.RunFinite(t.Context(), engine.Request{
				Net: net, Weights: net.Draw(1, 0), Inputs: normals(net, 8, dtypes.Float32), Output: true,
				Gradient: true, Tap: engine.Preactivations,
			})
			if err != nil {
				t.Fatal(err)
			}
			traces = append(traces, trace)
		}
		// Rounding, as in TestBackendsAgree.
		if d := distance(traces[1].Output, traces[0].Output); d > 2e-5 {
			t.Errorf("%v: outputs differ by %.1e", net, d)
		}
		if d := distance(traces[1].Gradient, traces[0].Gradient); d > 2e-5 {
			t.Errorf("%v: gradients differ by %.1e", net, d)
		}
		rectifiers, err := net.Rectifiers()
		if err != nil || len(traces[0].Taps) != len(rectifiers) {
			t.Errorf("%v: %d taps, and %d rectifiers, %v", net, len(traces[0].Taps), len(rectifiers), err)
		}
		for l, units := range rectifiers {
			if len(traces[0].Taps[l]) != 8*units {
				t.Errorf("%v: a tap of %d numbers, want %d", net, len(traces[0].Taps[l]), 8*units)
			}
		}
	}
}
