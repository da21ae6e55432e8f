package models_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
)

// TestSizesAreChecked gives counts that would overflow or exhaust the memory of any machine.
func TestSizesAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		config models.Config
		says   string
	}{
		"deep": {models.Config{Net: "feedforward", Depth: 1e9},
			"would need 145.5 TiB of weights; give at most 100000"},
		"as deep as can be": {models.Config{Net: "residual", Beta: 1, Depth: math.MaxInt}, "EiB of weights"},
		"wide": {models.Config{Net: "feedforward", Depth: 2, Width: 1e7},
			"a layer of width 10000000 would need 363.8 TiB of weights, and this machine has"},
		"as wide as can be": {models.Config{Net: "feedforward", Depth: 2, Width: math.MaxInt,
			Activation: activations.CReLU}, "EiB of weights"},
		"one wide layer": {models.Config{Net: "feedforward", Depth: 1, Width: 1 << 60},
			"a layer of width 1152921504606846976 would need 4.0 EiB"},
		"large images": {models.Config{Net: "conv-feedforward", Depth: 3,
			Images: models.Images{Height: 1 << 40, Width: 1 << 40}},
			"an image of 1099511627776 x 1099511627776 x 3"},
		"many outputs": {models.Config{Net: "conv-feedforward", Depth: 3,
			Images: models.Images{Outputs: 1 << 60}}, "a read-out of 1152921504606846976 outputs"},
		"a deep convnet": {models.Config{Net: "conv-residual", Beta: 1, Depth: 1e9},
			"give at most 100000"},
	} {
		if _, err := models.New(c.config); err == nil || !strings.Contains(err.Error(), c.says) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error %v is not a sentence with %q", name, err, c.says)
		}
	}
	for _, c := range []models.Config{
		{Net: "feedforward", Depth: 1000, Width: 1000}, {Net: "residual", Beta: 0.1, Depth: 50, Width: 4096},
		{Net: "conv-residual", Beta: 1, Depth: 198, Width: 64},
	} {
		if _, err := models.New(c); err != nil {
			t.Errorf("%s, depth %d, width %d: %v", c.Title(), c.Depth, c.Width, err)
		}
	}
}

// TestCheckMemory counts what a net needs, and refuses what no machine has.
func TestCheckMemory(t *testing.T) {
	net, err := models.New(models.Config{Net: "feedforward", Depth: 500, Width: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if err := net.CheckMemory(4096, 4, 1, 1); err != nil &&
		!strings.Contains(err.Error(), "9.5 GiB of memory, 1.9 GiB for weights and 7.6 GiB for the states") {
		// refused on small machines alone
		t.Errorf("499 matrices of 10^6 weights, and 500 states of 4096 inputs: %v", err)
	}
	err = net.CheckMemory(1e9, 4, 1, 3)
	if err == nil || !strings.Contains(err.Error(),
		"a feedforward net of depth 500 and width 1000 on 1000000000 inputs, 3 draws at a time, would need "+
			"5.3 PiB of memory") {
		t.Errorf("10^9 inputs: %v", err)
	}
	tokens, err := models.New(models.Config{Net: "mixer", Depth: 1000, Width: 10})
	if err != nil {
		t.Fatal(err)
	}
	err = tokens.CheckMemory(1e9, 4, 1, 1) // 10^9 inputs of 8 tokens of 10 numbers of 4 bytes, 1000 times
	if err == nil || !strings.Contains(err.Error(), "291.0 TiB for the states") {
		t.Errorf("10^9 sequences: %v", err)
	}
	images, err := models.New(models.Config{Net: "conv-residual", Beta: 1, Depth: 50})
	if err != nil {
		t.Fatal(err)
	}
	if err := images.CheckMemory(256, 4, 4, 1); err != nil {
		t.Errorf("a minibatch of the paper's: %v", err)
	}
	if err := images.CheckMemory(math.MaxInt, 4, 1, 1); err == nil {
		t.Error("2^63 images fit into the memory")
	}
}
