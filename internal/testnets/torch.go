package testnets

import (
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
)

//go:embed testdata/torch_net.json
var torchNet []byte

// Torch is a small net with what PyTorch makes of it: see testdata/torch_net.py.
type Torch struct {
	Fixed `json:"-"`

	Sizes   []int
	Weights [][]float64

	// Inputs are eight inputs, one after the other, with their labels.
	Inputs []float64
	Labels []int

	// Correlation are the cosines of the gradients of the loss, with the label of input 0, at nine points on
	// the line from input 0 to input 1.
	Correlation [][]float64

	// Spectra are the singular values of the Jacobians there: of the whole net, and of its stages.
	Spectra [][][]float64

	// Agreement are for "weights" and "inputs" the mean cosine of the gradients of the eight losses, the
	// least, their confusion and effective rank.
	Agreement map[string][]float64
}

// TorchNet returns the net.
func TorchNet(tb testing.TB) *Torch {
	tb.Helper()
	var t Torch
	if err := json.Unmarshal(torchNet, &t); err != nil {
		tb.Fatal(err)
	}
	var blocks []models.Block
	for i, in := range t.Sizes[:len(t.Sizes)-1] {
		blocks = append(blocks, Dense{In: in, Out: t.Sizes[i+1], Tanh: i+2 < len(t.Sizes)})
	}
	t.Net = Net(tb, "torch", t.Sizes[:1], blocks...)
	for _, values := range t.Weights {
		t.Values = append(t.Values, [][]float64{values})
	}
	return &t
}
