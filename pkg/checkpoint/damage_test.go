package checkpoint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// TestPartsDamagedEverywhere damages a part at every field: each damage is seen and said, and the part is
// computed again.
func TestPartsDamagedEverywhere(t *testing.T) {
	folder := t.TempDir()
	ctx := checkpoint.With(t.Context(), checkpoint.NewStore(folder, "a"))
	compute := func() (map[string][]float64, error) {
		return map[string][]float64{"lags": {1, 2.5}, "fit": {}}, nil
	}
	if _, _, err := checkpoint.Part(ctx, "x", compute); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for how := range faulttest.Damage(t, files[0], whole) {
		var told notes
		part, kept, err := checkpoint.Part(progress.With(ctx, &told), "x", compute)
		if err != nil || kept || len(told) != 1 || len(part["lags"]) != 2 {
			t.Errorf("%s the part is %v, kept %t, told %q, %v", how, part, kept, told, err)
		}
	}
}
