package alignment_test

import (
	"fmt"
	"testing"

	"github.com/shattered-gradients/shattered/internal/memorytest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/alignment"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
)

// TestMemoryIsBounded holds the memory of runs to the formula in the package's documentation, in a net whose
// stages have so many weights that all else is small: more stages, draws and minibatches cost nothing. It
// allows what pkg/probes/path does for Go's garbage.
func TestMemoryIsBounded(t *testing.T) {
	if !memorytest.Alone(t) {
		return
	}
	const examples, width = 24, 400
	e := engine.New(testbackend.XLA(t))
	defer e.Close()
	layer := testnets.Dense{In: width, Out: width, Tanh: true}
	inputs := make([]float64, examples*width)
	for i := range inputs {
		inputs[i] = float64(i%7) - 3
	}
	net := testnets.Net(t, "wide", []int{width}, layer, layer, layer, layer)
	run := func(draws int) {
		_, err := alignment.Run(t.Context(), e, alignment.Config{
			Subject:     subject.Subject{Net: net, Draws: draws},
			Minibatches: []alignment.Minibatch{{Inputs: inputs}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	run(2) // compiles
	for _, draws := range []int{2, 6} {
		memorytest.Bounded(t, fmt.Sprintf("%d draws", draws), func() float64 {
			run(draws)
			return float64(subject.AtOnce(draws) * 8 *
				(examples*width*width + examples*width + 2*examples*examples))
		})
	}
}
