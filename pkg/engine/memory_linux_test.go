package engine_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/memorytest"
	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestMemoryIsBounded holds the memory of runs to the formula in the package's documentation, for growing
// depth, inputs and number of runs: a run more costs nothing. It allows a quarter beyond what the formula
// leaves for what is lost between the blocks of several draws, and 32 MiB for what does not grow, such as a
// gradient on its way back and Go's garbage. That all of the formula is there as well shows that the measure
// measures.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	const width, fixed, lost = 200, 32 << 20, 2.25
	if !memorytest.Alone(t) {
		return
	}
	e := engine.New(testbackend.XLA(t))
	defer e.Close()
	run := func(depth, m, runs int) {
		net, err := models.New(models.Config{Net: "feedforward", Depth: depth, Norm: norms.Center})
		if err != nil {
			t.Fatal(err)
		}
		_, column := inputs(t, m, dtypes.Float32)
		err = e.ForEach(t.Context(), runs, func(e *engine.Engine, draw int) error {
			_, err := e.Run(t.Context(),
				engine.Request{Net: net, Weights: net.Draw(1, uint64(draw)), Inputs: column, Gradient: true})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []int{512, 1024} {
		run(2, m, 2*processors.Count()) // compiles
	}
	before := memorytest.Resident(t)
	for _, test := range []struct{ depth, inputs, runs int }{{50, 512, 8}, {50, 1024, 8}, {150, 1024, 8},
		{150, 1024, 16}} {
		numbers := (test.depth+1)*test.inputs*width + test.depth*width*width
		formula := float64(4 * min(test.runs, processors.Count()) * numbers)
		got := memorytest.Peak(t, func() { run(test.depth, test.inputs, test.runs) }) - before
		t.Logf("%d runs of %d layers on %d inputs: %.0f MiB, the formula says %.0f", test.runs, test.depth,
			test.inputs, got/(1<<20), formula/(1<<20))
		if got < 0.9*formula || got > lost*formula+fixed {
			t.Errorf("want between 0.9 times the formula, and %.2f times and %d MiB", lost, fixed>>20)
		}
	}
}
