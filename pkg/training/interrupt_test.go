package training_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// TestBusyRuns runs a run while it is being done, as another process would.
func TestBusyRuns(t *testing.T) {
	folder := t.TempDir()
	c := config("relu", 3, 6, 1)
	second := runner(t, folder)
	r := runner(t, folder)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r.Observe = func(of training.Config, p training.Point) {
		if p.Step > 3 {
			return
		}
		if _, err := second.Run(ctx, c); !errors.Is(err, training.ErrBusy) {
			t.Errorf("a run that is being done gives %v", err)
		}
		if progress, _, err := training.Look(folder, c, small); err != nil || progress != training.Running {
			t.Errorf("a run that is being done is %q (%v)", progress, err)
		}
		stop()
	}
	if _, err := r.Run(ctx, c); !training.Stopped(err) {
		t.Fatalf("a run whose context ended gives %v", err)
	}
	if progress, _, err := training.Look(folder, c, small); err != nil || progress != training.Missing {
		t.Errorf("a run that was stopped is %q (%v)", progress, err)
	}
}

// TestLongEvaluationsStop ends the context of a run while it goes through the test images: at most one batch
// more is computed.
func TestLongEvaluationsStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var last atomic.Int64
	r := runner(t, t.TempDir())
	r.Data = stripes{size: small.size, train: small.train, test: 20_000, tested: func(t int) {
		last.Store(int64(t))
		if t == 1 {
			stop()
		}
	}}
	if _, err := r.Run(ctx, config("relu", 3, 3, 1)); !training.Stopped(err) {
		t.Fatalf("a run whose context ended gives %v", err)
	}
	if last := last.Load(); last < 1 || last > 2 {
		t.Errorf("test images are gone through to batch %d, and the run was stopped at batch 1", last)
	}
}

// TestAbandonedRuns ends the context of a run in the middle of a step that goes on and on, as compiling does.
// The run returns, another does it to its end, and then the step ends too: nothing may come of it.
func TestAbandonedRuns(t *testing.T) {
	defer training.SetGrace(time.Millisecond)()
	folder := t.TempDir()
	c := config("relu", 3, 6, 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	released, ended := make(chan struct{}), make(chan struct{})
	slow := runner(t, folder)
	slow.Data = stripes{size: small.size, train: small.train, test: small.test, wait: func(t int) {
		if t == 4 {
			stop()
			<-released
		}
	}}
	slow.Observe = func(of training.Config, p training.Point) {
		if p.Step > 3 {
			t.Errorf("an abandoned run tells of %+v", p)
		}
	}
	slow.Attach = func(loop *train.Loop) {
		loop.OnStep("late", -1, func(loop *train.Loop, _ []*tensors.Tensor) error {
			if loop.LoopStep == 4 {
				close(ended)
			}
			return nil
		})
	}
	if _, err := slow.Run(ctx, c); !training.Stopped(err) {
		t.Fatalf("a run whose context ended gives %v", err)
	}
	result, err := runner(t, folder).Run(t.Context(), c)
	if err != nil || result.Steps != 6 {
		t.Fatalf("the run gives %+v, %v", result, err)
	}
	close(released)
	<-ended
	time.Sleep(50 * time.Millisecond) // for what must not happen
	if left, _ := filepath.Glob(filepath.Join(only(t, folder), "*")); len(left) != 3 {
		t.Errorf("an abandoned run leaves %v, want log, result and lock", left)
	}
}
