// Package resumetest checks that an experiment which is interrupted continues where it was.
package resumetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// stopHalfway ends a context after half of the steps. It implements progress.Reporter.
type stopHalfway struct{ stop context.CancelFunc }

func (s stopHalfway) Update(_ string, done, total int) {
	if 2*done >= total {
		s.stop()
	}
}

// count remembers how far a task came. It implements progress.Reporter.
type count struct {
	sync.Mutex
	done, total int
}

func (c *count) Update(_ string, done, total int) {
	c.Lock()
	defer c.Unlock()
	c.done, c.total = max(c.done, done), total
}

// Check interrupts an experiment halfway, runs it again, and compares with a run that was never interrupted.
// It returns the result of that, and a context in which all parts are kept.
func Check[R any](t *testing.T, run func(ctx context.Context) (R, error)) (want R, kept context.Context) {
	t.Helper()
	want, err := run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "parts")
	kept = checkpoint.With(t.Context(), checkpoint.NewStore(folder, "test"))
	ctx, stop := context.WithCancel(kept)
	if _, err := run(progress.With(ctx, stopHalfway{stop})); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run gives %v", err)
	}
	parts, err := os.ReadDir(folder)
	if err != nil || len(parts) == 0 {
		t.Fatalf("the interrupted run kept %d parts, %v", len(parts), err)
	}
	var counted count
	got, err := run(progress.With(kept, &counted))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the resumed run differs from one that was not interrupted")
	}
	if counted.done != counted.total {
		t.Errorf("the resumed run counted %d of %d steps", counted.done, counted.total)
	}
	if all, err := os.ReadDir(folder); err != nil || len(all) <= len(parts) {
		t.Errorf("the interrupted run kept all of its %d parts, %v", len(all), err)
	}
	return want, kept
}
