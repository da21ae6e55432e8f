package realnets

import (
	"context"
	"reflect"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
)

// TestAllPartsAreKept: what is kept with the code are the experiment's parts, and all of them.
func TestAllPartsAreKept(t *testing.T) {
	resumetest.CheckWhole(t, Paper().plan().Plan, keptParts, Name)
}

// TestKeptPartsMakeTheResult keeps the parts of a small experiment and makes it of them: all numbers are the
// same, and the sample that is computed anew agrees.
func TestKeptPartsMakeTheResult(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := Quick()
	config.Decays, config.Rescaled, config.Widths = nil, nil, []int{8}
	whole, again := resumetest.Kept(t, &kept, tolerance, func(ctx context.Context) (*Result, error) {
		return Run(ctx, e, config)
	})
	if !reflect.DeepEqual(again.Series, whole.Series) {
		t.Error("the result of kept parts differs from the one that was computed")
	}
	// The same processor and backend: the same bits, or nearly.
	if p := again.Parts; p.Kept != p.Total || p.Total < 3 || len(p.Recomputed) < 3 || p.Largest > 1e-3 {
		t.Errorf("the parts: %+v", p)
	}
}
