package main

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
)

// TestJobs does two rounds of each job that has a size, on small nets, and looks that they give numbers,
// other ones in each round: a job that fails is missing in a table without an error.
func TestJobs(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for name, make := range jobs {
		// those of the paper, which pkg/paper tests
		if slices.Contains([]string{"figure2", "figure3"}, name) {
			continue
		}
		do, err := make(e, size{depth: 8, draws: 2, inputs: 4})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var sums [2]float64
		for round := range sums {
			result, err := do(t.Context(), uint64(round))
			if err != nil {
				t.Errorf("round %d of %s: %v", round, name, err)
				break
			}
			sums[round] = result.sum()
		}
		if sums[0] == sums[1] || !(math.Max(sums[0], sums[1]) < math.Inf(1)) || min(sums[0], sums[1]) == 0 {
			t.Errorf("rounds of %s give numbers of magnitude %v", name, sums)
		}
	}
}
