package alignment_test

import (
	"runtime/debug"
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
	const examples, width, fixed = 24, 400, 64 << 20
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
		debug.FreeOSMemory()
		before := memorytest.Resident(t)
		got := memorytest.Peak(t, func() { run(draws) }) - before
		formula := float64(subject.AtOnce(draws) * 8 *
			(examples*width*width + examples*width + 2*examples*examples))
		t.Logf("%d draws: %.0f MiB, the formula says %.0f", draws, got/(1<<20), formula/(1<<20))
		if got < 0.6*formula || got > 4*formula+fixed {
			t.Errorf("want between 0.6 times the formula, and 4 times and %d MiB", fixed>>20)
		}
	}
}
