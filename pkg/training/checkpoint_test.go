package training_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// notes remembers what it is told. It implements progress.Reporter and Noter.
type notes []string

func (*notes) Update(string, int, int) {}

func (n *notes) Note(sentence string) { *n = append(*n, sentence) }

// interrupted does the first three of six steps of a run and returns the path of its checkpoint.
func interrupted(t *testing.T, folder string) (checkpoint string) {
	t.Helper()
	r := runner(t, folder)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r.Observe = func(training.Config, training.Point) { stop() }
	if _, err := r.Run(ctx, config("relu", 3, 6, 1)); !training.Stopped(err) {
		t.Fatalf("a run whose context ended gives %v", err)
	}
	return filepath.Join(only(t, folder), "checkpoint-1")
}

// resumed does the run again, and returns the step that it went on with, 0 when it did none, and what it
// told.
func resumed(t *testing.T, folder string) (first int, told notes, result *training.Result, err error) {
	t.Helper()
	r := runner(t, folder)
	r.Attach = func(loop *train.Loop) {
		loop.OnStep("first", -1, func(loop *train.Loop, _ []*tensors.Tensor) error {
			if first == 0 {
				first = loop.LoopStep + 1
			}
			return nil
		})
	}
	result, err = r.Run(progress.With(t.Context(), &told), config("relu", 3, 6, 1))
	return first, told, result, err
}

// hashed puts the right hash in front of the content of a checkpoint.
func hashed(content []byte) []byte {
	sum := sha256.Sum256(content)
	return append(sum[:], content...)
}

// TestDamagedCheckpoints damages a checkpoint: in its hash, its state, its variables, its length, and so that
// its hash is right. The run says so, keeps what is damaged, and begins anew.
func TestDamagedCheckpoints(t *testing.T) {
	flip := func(at int) func([]byte) []byte {
		return func(content []byte) []byte {
			content[(at+len(content))%len(content)] ^= 1
			return content
		}
	}
	for name, damage := range map[string]func([]byte) []byte{
		"hash": flip(0), "state": flip(sha256.Size + 300), "variables": flip(-100), "end": flip(-1),
		"empty":            func([]byte) []byte { return nil },
		"cut off":          func(c []byte) []byte { return c[:len(c)/2] },
		"longer":           func(c []byte) []byte { return append(c, 0) },
		"null":             func([]byte) []byte { return []byte("null") },
		"hash of nothing":  func([]byte) []byte { return hashed(nil) },
		"hash of nonsense": func([]byte) []byte { return hashed(bytes.Repeat([]byte{0xff}, 1000)) },
		"hash of a part":   func(c []byte) []byte { return hashed(c[sha256.Size : len(c)-100]) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := interrupted(t, folder)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			damaged := damage(content)
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			first, told, result, err := resumed(t, folder)
			if err != nil || result.Steps != 6 || first != 1 {
				t.Errorf("the run goes on at step %d and gives %+v, %v", first, result, err)
			}
			if len(told) != 1 || !strings.Contains(told[0], path+" is damaged") ||
				!strings.Contains(told[0], "damaged-checkpoint-1") {
				t.Errorf("told was %q", told)
			}
			if kept, err := os.ReadFile(filepath.Join(filepath.Dir(path),
				"damaged-checkpoint-1")); err != nil || !bytes.Equal(kept, damaged) {
				t.Errorf("what is kept of it has %d bytes, %v", len(kept), err)
			}
		})
	}
}

// TestCheckpointBeforeADamagedOne continues from a whole checkpoint although a later one is damaged, and does
// not keep that in the place of one that was kept before.
func TestCheckpointBeforeADamagedOne(t *testing.T) {
	folder := t.TempDir()
	path := interrupted(t, folder)
	for _, name := range []string{"checkpoint-2", "damaged-checkpoint-2"} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// of an earlier version
	if err := os.MkdirAll(filepath.Join(filepath.Dir(path), "checkpoint-3", "state.json"),
		0o777); err != nil {
		t.Fatal(err)
	}
	first, told, _, err := resumed(t, folder)
	if err != nil || first != 4 || len(told) != 2 {
		t.Errorf("the run goes on at step %d, told %q and gives %v", first, told, err)
	}
	for name, want := range map[string]string{"damaged-checkpoint-2": "damaged-checkpoint-2",
		"damaged-checkpoint-2-1": "checkpoint-2"} {
		if kept, err := os.ReadFile(filepath.Join(filepath.Dir(path), name)); err != nil ||
			string(kept) != want {
			t.Errorf("%s has %q, %v", name, kept, err)
		}
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(path), "damaged-checkpoint-3",
		"state.json")); err != nil {
		t.Error(err)
	}
}

// TestCheckpointOfAnotherRun puts a whole checkpoint of another run into the folder of one.
func TestCheckpointOfAnotherRun(t *testing.T) {
	folder, other := t.TempDir(), t.TempDir()
	path := interrupted(t, folder)
	r := runner(t, other)
	r.Data = stripes{size: small.size, train: small.train, test: small.test - 1}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r.Observe = func(training.Config, training.Point) { stop() }
	if _, err := r.Run(ctx, config("relu", 3, 6, 1)); !training.Stopped(err) {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(only(t, other), "checkpoint-1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if first, _, _, err := resumed(t, folder); err == nil ||
		!strings.Contains(err.Error(), "another run's") || first != 0 {
		t.Errorf("the run goes on at step %d and gives %v", first, err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, content) {
		t.Errorf("the checkpoint was changed, %v", err)
	}
}

// untouched checks that a run does nothing and says why, and that its checkpoint is what it was.
func untouched(t *testing.T, folder, want string) {
	t.Helper()
	before := listing(t, only(t, folder))
	first, told, _, err := resumed(t, folder)
	if err == nil || !strings.Contains(err.Error(), want) ||
		!strings.Contains(err.Error(), "nothing was changed") || strings.Contains(err.Error(), "\n") ||
		first != 0 || len(told) > 0 {
		t.Errorf("the run goes on at step %d, told %q and gives %v; want %q", first, told, err, want)
	}
	if after := listing(t, only(t, folder)); after != before {
		t.Errorf("the run's folder was\n%s\nand is\n%s", before, after)
	}
}

// listing describes the files in a folder by their names, sizes, rights and times.
func listing(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&text, info.Name(), info.Size(), info.Mode(), info.ModTime())
	}
	return text.String()
}

// TestUnreadableCheckpoints checks that a checkpoint which is there but can't be read is not taken for one
// that is not: its name leads round in a circle.
func TestUnreadableCheckpoints(t *testing.T) {
	folder := t.TempDir()
	path := interrupted(t, folder)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, path); err != nil {
		t.Fatal(err)
	}
	untouched(t, folder, "symbolic links")
}
