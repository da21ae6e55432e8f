package jacobian_test

import (
	"testing"

	"github.com/shattered-gradients/shattered/internal/memorytest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/jacobian"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
)

// TestMemoryIsBounded holds the memory of runs to the formula in the package's documentation, for products
// with random vectors and for Jacobians in full: more stages, draws and pairs cost nothing. It allows what
// pkg/probes/path does for Go's garbage.
func TestMemoryIsBounded(t *testing.T) {
	if !memorytest.Alone(t) {
		return
	}
	const points = 8
	e := engine.New(testbackend.XLA(t))
	defer e.Close()
	for _, test := range []struct{ inputs, outputs, vectors, products, draws, pairs int }{
		{6000, 300, 80, 80, 2, 1}, {6000, 300, 80, 80, 2, 3}, {8000, 40, 2, 40, 2, 1},
	} {
		net := testnets.Net(t, "wide", []int{test.inputs},
			testnets.Dense{In: test.inputs, Out: test.outputs, Tanh: true},
			testnets.Dense{In: test.outputs, Out: test.outputs})
		config := jacobian.Config{Subject: subject.Subject{Net: net, Draws: test.draws}, Points: points,
			Vectors: test.vectors}
		for i := range uint64(test.pairs) {
			config.Pairs = append(config.Pairs, pair(test.inputs, i))
		}
		config.Kind = path.Line
		memorytest.Bounded(t, test, func() float64 {
			if _, err := jacobian.Run(t.Context(), e, config); err != nil {
				t.Fatal(err)
			}
			return float64(subject.AtOnce(test.draws*test.pairs) * 8 * points * test.products * test.inputs)
		})
	}
}
