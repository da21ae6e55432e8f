package training

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Runner trains nets, one at a time.
type Runner struct {
	// Backend is what nets run on.
	Backend compute.Backend

	// Data are the images.
	Data Data

	// Folder is the results folder, where each run has its folder in RunsFolder. Without one nothing is kept:
	// a run can't be resumed, and is done again when it is asked for again.
	Folder string

	// KeepWeights keeps the weights of runs that are finished in their folders, for [Trained]: three times
	// the size of the net's, with the optimizer's.
	KeepWeights bool

	// Observe, if there is one, is told of every new point of a learning curve, such as to draw it.
	Observe func(Config, Point)

	// Attach, if there is one, is given every run's loop before it begins, for GoMLX's own tools. A hook must
	// not change the training.
	Attach func(*train.Loop)

	// Provenance is what the results say of this process, but for seed and times; without one it is made of
	// the backend.
	Provenance results.Provenance

	noLocks sync.Once // says that the folder has none
}

// grace is how long Run waits for the step that is being done when its context ends, and for the checkpoint.
// The stop button of a notebook leaves a cell five seconds. A step takes up to three on two cores; only
// compiling, before the first one, may take longer. Tests shorten it.
var grace = 3500 * time.Millisecond

// Run trains the net that the config describes, and returns what is left of it.
//
// With a Folder a run that is finished is not done again; one that was interrupted continues from its last
// checkpoint, and comes to the same weights, bit for bit, as one that was not, on the same backend and
// machine. The error wraps ErrBusy when another process works on it. A checkpoint that is damaged is told to
// the context's progress.Noter and kept under another name; one that can't be read ends the run before
// anything is changed.
//
// When the context ends, the run stops at the next step, writes a checkpoint and returns an error that wraps
// the context's. Where that would take longer than three and a half seconds it returns without, and its last
// checkpoint is what remains. The backend is then still at work, and must be left alone until the process
// ends.
//
// A run whose loss or weights become NaN or infinite is not an error: its result says that it diverged.
func (r *Runner) Run(ctx context.Context, config Config) (*Result, error) {
	config, net, id, err := config.resolve(r.Data)
	if err != nil {
		return nil, err
	}
	plan := &plan{config: config, net: net, id: id}
	if r.Folder == "" {
		return r.supervise(ctx, plan, nil)
	}
	if !net.Config.Registered() {
		return nil, fmt.Errorf("the family %s has a normalisation, activation or initialiser of its own, "+
			"which may change and keep its name: train it without a folder, or register it under a new name",
			config.Family)
	}
	if result, err := plan.finished(r.Folder); result != nil || err != nil {
		if err == nil {
			plan.tidy(r.Folder)
		}
		return result, err
	}
	folder, err := r.lockRun(ctx, config.name(id))
	if err != nil {
		return nil, err
	}
	defer folder.unlock()
	// by another process, before the lock was taken
	if result, err := plan.finished(r.Folder); result != nil || err != nil {
		return result, err
	}
	return r.supervise(ctx, plan, folder)
}

// plan is a run to be done.
type plan struct {
	config Config
	net    *models.Net
	id     string
}

// finished returns the result of the run, nil when it has none yet.
func (p *plan) finished(results string) (*Result, error) {
	return finished(filepath.Join(results, RunsFolder, p.config.name(p.id)), p.id)
}

// tidy removes the checkpoints of a run that has its result, which a process that was killed after writing
// it has left. In a folder that can't be written they stay.
func (p *plan) tidy(results string) {
	folder := filepath.Join(results, RunsFolder, p.config.name(p.id))
	if numbers, err := checkpoints(folder); err == nil {
		_ = removeCheckpoints(folder, numbers)
	}
}

// supervise does the run, and returns soon after the context has ended, whatever the run is doing.
func (r *Runner) supervise(ctx context.Context, plan *plan, folder *runFolder) (*Result, error) {
	if err := stopped(ctx, plan.config); err != nil {
		return nil, err
	}
	s, err := newSession(ctx, r, plan, folder)
	if err != nil {
		return nil, err
	}
	type outcome struct {
		result *Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		defer s.free()
		result, err := s.run()
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.result, o.err
	case <-time.After(grace):
		s.abandon()
		return nil, stopped(ctx, plan.config)
	}
}

// stopped returns the error of a run whose context has ended; nil while it has not.
func stopped(ctx context.Context, config Config) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("the training of %s was stopped: %w", config, ctx.Err())
}

// Stopped says whether the error is that of a run whose context has ended.
func Stopped(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
