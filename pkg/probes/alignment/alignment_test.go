package alignment_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/alignment"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/random"
)

func run(t *testing.T, config alignment.Config) *alignment.Result {
	t.Helper()
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	result, err := alignment.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// check compares an Agreement's values with mean cosine, least cosine, confusion and rank, up to the rounding
// of sums of a few products in float64.
func check(t *testing.T, what string, got alignment.Agreement, want []float64) {
	t.Helper()
	for i, value := range []float64{got.MeanCosine.Value, got.LeastCosine.Value, got.Confusion.Value,
		got.Rank.Value} {
		if math.Abs(value-want[i]) > 1e-12*math.Max(1, want[i]) {
			t.Errorf("%s: %s is %.15g, want %.15g", what,
				[]string{"mean cosine", "least cosine", "confusion", "rank"}[i], value, want[i])
		}
	}
}

// TestAgreementIsPyTorchs compares with the per-example gradients of PyTorch's losses.
func TestAgreementIsPyTorchs(t *testing.T) {
	torch := testnets.TorchNet(t)
	result := run(t, alignment.Config{
		Subject:     subject.Subject{Net: torch.Net, Weights: torch.Fixed.Weights, DType: dtypes.Float64},
		Scalar:      subject.Loss,
		Minibatches: []alignment.Minibatch{{Inputs: torch.Inputs, Labels: torch.Labels}},
	})
	check(t, "weights", result.Weights, torch.Agreement["weights"])
	check(t, "inputs", result.Inputs, torch.Agreement["inputs"])
	if result.Examples != len(torch.Labels) || result.Weights.Rank.Low != nil {
		t.Errorf("%d examples, rank %v: one minibatch and one draw have no "+
			"interval", result.Examples, result.Weights.Rank)
	}
}

// TestLinearNetHasItsClosedForm: f = w . x has the gradient x with respect to w, and w with respect to x,
// which all examples share.
func TestLinearNetHasItsClosedForm(t *testing.T) {
	net := testnets.Net(t, "linear", []int{2}, testnets.Dense{In: 2, Out: 1})
	root := math.Sqrt(0.5)
	result := run(t, alignment.Config{
		Subject: subject.Subject{Net: net, Draws: 3, DType: dtypes.Float64},
		// Directions of 0, 90 and 135 degrees, of lengths 1, 2 and sqrt(2).
		Minibatches: []alignment.Minibatch{{Inputs: []float64{1, 0, 0, 2, -1, 1}}},
	})
	// The Gram matrix of [1 0; 0 2; -1 1] has the eigenvalues of its transpose's [2 -1; -1 5]: (7 + sqrt(13))
	// / 2 is the larger, of a trace of 7.
	check(t, "weights", result.Weights,
		[]float64{(0 - root + root) / 3, -root, 1, 7 / ((7 + math.Sqrt(13)) / 2)})
	w := 0.0 // mean over the draws of -|w|^2 is below 0: no confusion
	check(t, "inputs", result.Inputs, []float64{1, 1, w, 1})
}

// TestSharedWeights takes f = sum of x W W, both factors being one matrix: its gradient is the sum of those
// with respect to either, x^T (W 1)^T + (x W)^T 1^T.
func TestSharedWeights(t *testing.T) {
	net, err := models.Compose("shared", []int{2},
		models.Stage{Name: "a", Block: testnets.Dense{In: 2, Out: 2}},
		models.Stage{Name: "b", Block: testnets.Dense{In: 2, Out: 2}, Weights: "a"})
	if err != nil {
		t.Fatal(err)
	}
	w := []float64{1, -2, 3, 0.5}
	x := []float64{1, 0, -1, 2}
	fixed := testnets.Fixed{Net: net, Values: [][][]float64{{w}, nil}}
	result := run(t, alignment.Config{Subject: subject.Subject{Net: net, Weights: fixed.Weights,
		DType: dtypes.Float64}, Minibatches: []alignment.Minibatch{{Inputs: x}}})
	var gradients [2][4]float64
	for i := range gradients {
		a, b := x[2*i], x[2*i+1]
		for row, from := range []float64{a, b} {
			through := []float64{a*w[0] + b*w[2], a*w[1] + b*w[3]}[row]
			for column := range 2 {
				gradients[i][2*row+column] = from*(w[2*column]+w[2*column+1]) + through
			}
		}
	}
	var products [3]float64
	for k := range 4 {
		products[0] += gradients[0][k] * gradients[1][k]
		products[1] += gradients[0][k] * gradients[0][k]
		products[2] += gradients[1][k] * gradients[1][k]
	}
	if want := products[0] /
		math.Sqrt(products[1]*products[2]); math.Abs(result.Weights.MeanCosine.Value-want) > 1e-12 {
		t.Errorf("cosine %g, want %g", result.Weights.MeanCosine.Value, want)
	}
}

// TestNormalisedNet takes the gradients of a net with batch normalisation, whose statistics are those of the
// whole minibatch: the gradient of an example with respect to the read-out's weights is what the read-out
// sees, and those with respect to the inputs are what the engine's own gradient is.
func TestNormalisedNet(t *testing.T) {
	const examples = 6
	net, err := models.New(models.Config{Net: "conv-feedforward", Depth: 3, Norm: norms.Batch, Width: 2,
		Images: models.Images{Height: 4, Width: 4, Resolutions: 2, Outputs: 3}})
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(5)
	inputs := make([]float64, examples*48)
	for i := range inputs {
		inputs[i] = rng.NormFloat64()
	}
	config := alignment.Config{Subject: subject.Subject{Net: net, Draws: 4, DType: dtypes.Float64},
		Minibatches: []alignment.Minibatch{{Inputs: inputs}}}
	result := run(t, config)
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	batch, err := engine.Batch(inputs, dtypes.Float64, examples, 4, 4, 3)
	if err != nil {
		t.Fatal(err)
	}
	least := 0.0
	for draw := range uint64(4) {
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: net.Draw(0, draw), Inputs: batch, Gradient: true})
		if err != nil {
			t.Fatal(err)
		}
		of := 1.0
		for i := range examples {
			for j := range i {
				var products [3]float64
				for k := range 48 {
					a, b := trace.Gradient[i*48+k], trace.Gradient[j*48+k]
					products[0] += a * b
					products[1] += a * a
					products[2] += b * b
				}
				of = min(of, products[0]/math.Sqrt(products[1]*products[2]))
			}
		}
		least += of / 4
	}
	if math.Abs(result.Inputs.LeastCosine.Value-least) > 1e-12 {
		t.Errorf("least cosine %g, want %g", result.Inputs.LeastCosine.Value, least)
	}
	if result.Inputs.LeastCosine.Low == nil || result.Weights.MeanCosine.Low == nil {
		t.Error("four draws give no interval")
	}
}

func TestBadConfigsAreSentences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	good := alignment.Config{
		Subject:     subject.Subject{Net: testnets.Net(t, "linear", []int{2}, testnets.Dense{In: 2, Out: 2})},
		Minibatches: []alignment.Minibatch{{Inputs: []float64{1, 2, 3, 4}}},
	}
	for want, change := range map[string]func(*alignment.Config){
		"there is no net":          func(c *alignment.Config) { c.Net = nil },
		"there are no minibatches": func(c *alignment.Config) { c.Minibatches = nil },
		"minibatch 0 has 3 " +
			"values": func(c *alignment.Config) {
			c.Minibatches = []alignment.Minibatch{{Inputs: []float64{1,
				2, 3}}}
		},
		"minibatch 0 has 2 " +
			"values": func(c *alignment.Config) {
			c.Minibatches = []alignment.Minibatch{{Inputs: []float64{1,
				2}}}
		},
		"minibatch 0 has 1 labels": func(c *alignment.Config) { c.Minibatches[0].Labels = []int{1} },
		"a label is 2": func(c *alignment.Config) {
			c.Scalar,
				c.Minibatches[0].Labels = subject.Loss, []int{1, 2}
		},
		"example 0": func(c *alignment.Config) {
			c.Minibatches = []alignment.Minibatch{{Inputs: []float64{0, 0, 1, 1}}}
		},
		"hold the batch statistics": func(c *alignment.Config) { c.Net.Config.Statistics = norms.Coupled },
		"would need": func(c *alignment.Config) {
			c.Net = testnets.Net(t, "wide", []int{2}, testnets.Dense{In: 2, Out: 1 << 38})
		},
		"output is 7, and the net": func(c *alignment.Config) { c.Scalar = subject.Output(7) },
	} {
		config := good
		net := *good.Net
		config.Net, config.Minibatches = &net, []alignment.Minibatch{good.Minibatches[0]}
		change(&config)
		_, err := alignment.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
		if errors.Is(err, alignment.ErrNoCosine) != (want == "example 0") {
			t.Errorf("it can't be told from the error %v whether gradients have cosines", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := alignment.Run(ctx, e, good); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}
