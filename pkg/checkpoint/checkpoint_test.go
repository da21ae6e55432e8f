package checkpoint_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/checkpoint"
)

func ExamplePart() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	ctx := checkpoint.With(context.Background(), checkpoint.NewStore(folder, "this code"))
	for range 2 {
		part, kept, err := checkpoint.Part(ctx, "depth 50", func() (float64, error) { return 1.5, nil })
		fmt.Println(part, kept, err)
	}
	// Output:
	// 1.5 false <nil>
	// 1.5 true <nil>
}

// count returns a function that computes value and counts its calls.
func count(calls *int, value []float64) func() ([]float64, error) {
	return func() ([]float64, error) { *calls++; return value, nil }
}

func TestPartsAreComputedOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "parts")
	value := []float64{math.Pi, 5e-324, math.MaxFloat64, -0.1}
	calls := 0
	for _, test := range []struct {
		scope, key string
		calls      int
	}{{"a", "x", 1}, {"a", "x", 1}, {"b", "x", 2}, {"a", "y", 3}, {"b", "x", 3}} {
		ctx := checkpoint.With(t.Context(), checkpoint.NewStore(folder, test.scope))
		part, kept, err := checkpoint.Part(ctx, test.key, count(&calls, value))
		if err != nil || fmt.Sprint(part) != fmt.Sprint(value) || calls != test.calls {
			t.Errorf("scope %s, key %s: %v after %d calls (kept %t, %v), want %v after %d", test.scope, test.key, part, calls, kept, err, value, test.calls)
		}
	}
	store := checkpoint.NewStore(folder, "a")
	ctx := checkpoint.With(t.Context(), store)
	for _, key := range []string{"x", "y"} {
		if _, kept, err := checkpoint.Part(ctx, key, count(&calls, value)); err != nil || !kept {
			t.Errorf("key %s: kept %t, %v", key, kept, err)
		}
	}
	if err := store.Clear(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 { // that of scope b
		t.Errorf("after Clear the folder holds %v, %v", left, err)
	}
	other := checkpoint.NewStore(folder, "b")
	if _, _, err := checkpoint.Part(checkpoint.With(t.Context(), other), "x", count(&calls, value)); err != nil {
		t.Fatal(err)
	}
	if err := other.Clear(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the empty folder is left: %v", err)
	}
}

func TestErrorsAndTornFiles(t *testing.T) {
	folder := t.TempDir()
	ctx := checkpoint.With(t.Context(), checkpoint.NewStore(folder, "a"))
	wrong := errors.New("wrong")
	if _, _, err := checkpoint.Part(ctx, "x", func() (int, error) { return 0, wrong }); !errors.Is(err, wrong) {
		t.Errorf("a failing computation gives %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("a failing computation left %v, %v", left, err)
	}
	if _, _, err := checkpoint.Part(ctx, "x", func() (float64, error) { return math.NaN(), nil }); err == nil || !strings.Contains(err.Error(), "JSON") {
		t.Errorf("a part that JSON can't hold gives %v", err)
	}
	if _, _, err := checkpoint.Part(ctx, "y", func() ([]int, error) { return []int{1, 2}, nil }); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte("[7,"), 0o644); err != nil {
		t.Fatal(err)
	}
	part, kept, err := checkpoint.Part(ctx, "y", func() ([]int, error) { return []int{1, 2}, nil })
	if err != nil || kept || fmt.Sprint(part) != "[1 2]" {
		t.Errorf("a torn file gives %v, kept %t, %v", part, kept, err)
	}
	unwritable := checkpoint.With(t.Context(), checkpoint.NewStore(filepath.Join(files[0], "below-a-file"), "a"))
	if _, _, err := checkpoint.Part(unwritable, "z", func() (int, error) { return 1, nil }); err == nil || !strings.Contains(err.Error(), "results folder") {
		t.Errorf("an unwritable folder gives %v", err)
	}
}

func TestWithoutAStore(t *testing.T) {
	calls := 0
	for range 2 {
		if _, kept, err := checkpoint.Part(t.Context(), "x", count(&calls, nil)); err != nil || kept {
			t.Errorf("kept %t, %v", kept, err)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}
