package checkpoint_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/progress"
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
			t.Errorf("scope %s, key %s: %v after %d calls (kept %t, %v), want %v after %d", test.scope,
				test.key, part, calls, kept, err, value, test.calls)
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
	if _, _, err := checkpoint.Part(checkpoint.With(t.Context(), other), "x",
		count(&calls, value)); err != nil {
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
	if _, _, err := checkpoint.Part(ctx, "x", func() (int, error) { return 0, wrong }); !errors.Is(err,
		wrong) {
		t.Errorf("a failing computation gives %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("a failing computation left %v, %v", left, err)
	}
	if _, _, err := checkpoint.Part(ctx, "x",
		func() (float64, error) { return math.NaN(), nil }); err == nil ||
		!strings.Contains(err.Error(), "JSON") {
		t.Errorf("a part that JSON can't hold gives %v", err)
	}
	if _, _, err := checkpoint.Part(ctx, "y", func() ([]int, error) { return []int{1, 2}, nil }); err != nil {
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
	for _, damaged := range []string{"", "null", "{}", "[7,", "[1,2]",
		strings.Replace(string(whole), "[1,2]", "[1,3]", 1), string(whole[:len(whole)-3])} {
		if err := os.WriteFile(files[0], []byte(damaged), 0o644); err != nil {
			t.Fatal(err)
		}
		var told notes
		part, kept, err := checkpoint.Part(progress.With(ctx, &told), "y",
			func() ([]int, error) { return []int{1, 2}, nil })
		if err != nil || kept || fmt.Sprint(part) != "[1 2]" {
			t.Errorf("the file %q gives %v, kept %t, %v", damaged, part, kept, err)
		}
		if len(told) != 1 || !strings.Contains(told[0], files[0]+" of the results is damaged") {
			t.Errorf("with the file %q told was %q", damaged, told)
		}
		if again, err := os.ReadFile(files[0]); err != nil || string(again) != string(whole) {
			t.Errorf("the file %q is now %s, %v", damaged, again, err)
		}
	}
	below := checkpoint.With(t.Context(), checkpoint.NewStore(filepath.Join(files[0], "below-a-file"), "a"))
	if _, _, err := checkpoint.Part(below, "z", func() (int, error) { return 1, nil }); err == nil ||
		!strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a folder below a file gives %v", err)
	}
}

// notes remembers what it is told. It implements progress.Reporter and Noter.
type notes []string

func (*notes) Update(string, int, int) {}

func (n *notes) Note(sentence string) { *n = append(*n, sentence) }

// TestUnreadableParts checks that a part which is there but can't be read is not computed again, and not
// touched.
func TestUnreadableParts(t *testing.T) {
	folder := t.TempDir()
	ctx := checkpoint.With(t.Context(), checkpoint.NewStore(folder, "a"))
	compute := func() (int, error) { return 1, nil }
	if _, _, err := checkpoint.Part(ctx, "x", compute); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	path := filepath.Join(folder, files[0].Name())
	// a loop: the name is there, and opening it fails
	if err := errors.Join(os.Remove(path), os.Symlink(path, path)); err != nil {
		t.Fatal(err)
	}
	never := func() (int, error) { t.Error("it was computed"); return 1, nil }
	if _, _, err := checkpoint.Part(ctx, "x", never); err == nil ||
		!strings.Contains(err.Error(), "it is left as it is") {
		t.Errorf("a part that can't be read gives %v", err)
	}
	if target, err := os.Readlink(path); err != nil || target != path {
		t.Errorf("the part is now %s, %v", target, err)
	}
}

// TestCollect collects the parts of older code, but not those that are in use, nor what is no part.
func TestCollect(t *testing.T) {
	parent := t.TempDir()
	code := func(c string) string { return strings.Repeat(c, 64) }
	one := func() (int, error) { return 1, nil }
	part := func(name string) *checkpoint.Store {
		t.Helper()
		store := checkpoint.NewStore(filepath.Join(parent, name), "backend")
		if _, _, err := checkpoint.Part(checkpoint.With(t.Context(), store), "x", one); err != nil {
			t.Fatal(err)
		}
		return store
	}
	for _, name := range []string{"notes.json", code("d") + ".json"} {
		if err := os.WriteFile(filepath.Join(parent, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	living := part(code("a"))
	part("mine")
	// The store of a process that has ended: its lock is gone.
	if err := os.CopyFS(filepath.Join(parent, code("b")),
		os.DirFS(filepath.Join(parent, code("a")))); err != nil {
		t.Fatal(err)
	}
	part(code("c"))
	checkpoint.Collect(parent, code("c"))
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if want := []string{code("a"), code("c"), "mine", "notes.json"}; !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
	if _, kept, err := checkpoint.Part(checkpoint.With(t.Context(), living), "x", one); err != nil || !kept {
		t.Errorf("the part of a living process: kept %t, %v", kept, err)
	}
	if err := living.Clear(); err != nil { // its folder goes, and is made and held again
		t.Fatal(err)
	}
	part(code("a"))
	if _, _, err := checkpoint.Part(checkpoint.With(t.Context(), living), "y", one); err != nil {
		t.Fatal(err)
	}
	checkpoint.Collect(parent, code("c"))
	if _, err := os.Stat(filepath.Join(parent, code("a"))); err != nil {
		t.Error(err)
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
