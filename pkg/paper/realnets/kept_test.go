package realnets

import (
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestAllPartsAreKept: what is kept with the code are the experiment's parts, and all of them.
func TestAllPartsAreKept(t *testing.T) {
	resumetest.CheckKept(t, Paper().plan().Plan, keptParts, Name)
}

// TestKeptPartsMakeTheResult keeps the parts of a small experiment and makes it of them: all numbers are the
// same, and the sample that is computed anew agrees.
func TestKeptPartsMakeTheResult(t *testing.T) {
	config := Quick()
	config.Decays, config.Rescaled, config.Widths = nil, nil, []int{8}
	resumetest.Kept(t, &kept, tolerance, 1e-3, Run, config,
		func(r *Result) (any, results.Parts) { return r.Series, r.Parts })
}
