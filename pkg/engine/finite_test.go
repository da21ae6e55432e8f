package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
)

// TestNotFiniteSaysWhere runs nets whose values stop being finite, for one reason each.
func TestNotFiniteSaysWhere(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	logarithm := &activations.Activation{Name: "log", Apply: graph.Log}
	// is finite, but its slope at 0 is not
	root := &activations.Activation{Name: "root", Apply: func(x *graph.Node) *graph.Node {
		return graph.Sqrt(graph.MulScalar(x, 0))
	}}
	inputs, err := engine.Column([]float64{-1, 0, 1}, engine.DType)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config models.Config
		says   []string
	}{
		"a logarithm": {models.Config{Net: "feedforward", Depth: 9, Width: 8, Activation: logarithm},
			[]string{"(NaN)", "behind stage input are the first", "from -1 to 1", "activation log",
				"their slopes"}},
		"a slope": {models.Config{Net: "residual", Depth: 3, Width: 8, Beta: 1, Activation: root},
			[]string{"gradients in front of stage layer_2 are the first", "their slopes"}},
		"an overflow": {models.Config{Net: "residual", Depth: 12, Width: 8, Alpha: 1e4, Beta: 1},
			[]string{"behind stage layer_", "left the range of float32", "smaller depth"}},
	} {
		net, err := models.New(c.config)
		if err != nil {
			t.Fatal(err)
		}
		request := engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: inputs, Gradient: true}
		if name != "a slope" {
			request.Output = true
		}
		_, err = e.RunFinite(t.Context(), request)
		if !errors.Is(err, engine.ErrNotFinite) {
			t.Fatalf("%s: %v", name, err)
		}
		for _, words := range c.says {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%s: the error %q does not say %q", name, err, words)
			}
		}
	}
}
