package training

import (
	"context"
	"errors"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Progress says what has become of a run.
type Progress string

// What becomes of a run.
const (
	Done    Progress = "done"    // it has its result: now, or from before
	Failed  Progress = "failed"  // it ended with an error, which is not its result
	Running Progress = "running" // another process works on it
	// it has no result, and nobody works on it: it has not begun, or was interrupted
	Missing Progress = "missing"
)

// RunAll does the runs that are neither finished nor being done by another process, one after the other, and
// tells what becomes of each. Any number of processes can do it side by side on one folder: each takes the
// next run that is free. A run whose process has died is free again, and continues from its checkpoint.
// RunAll returns when no run is left to take; runs that other processes are working on may then not be
// finished yet.
//
// A run that fails does not keep the others from being done; RunAll then returns an error that wraps the
// first one's. When the context ends RunAll returns the error of the run that it stopped.
func (r *Runner) RunAll(ctx context.Context, configs []Config,
	told func(Config, Progress, *Result, error)) error {
	left := configs
	var failures []error
	// until a round over those that were taken by others takes none
	for took := true; took && len(left) > 0; {
		took = false
		var busy []Config
		for _, config := range left {
			result, err := r.Run(ctx, config)
			switch {
			case err == nil:
				told(config, Done, result, nil)
				took = true
			case errors.Is(err, ErrBusy):
				busy = append(busy, config)
			case Stopped(err):
				return err
			default:
				told(config, Failed, nil, err)
				failures = append(failures, err)
			}
		}
		left = busy
	}
	for _, config := range left {
		told(config, Running, nil, nil)
	}
	if len(failures) > 1 {
		return fmt.Errorf("%d of %d runs failed, first: %w", len(failures), len(configs), failures[0])
	}
	return errors.Join(failures...)
}

// Look says what has become of a run in a results folder, without doing anything. The error of a file that is
// not the run's result is a
// *results.Unusable.
func Look(folder string, config Config, data Data) (Progress, *Result, error) {
	config, net, id, err := config.resolve(data)
	if err != nil {
		return "", nil, err
	}
	result, err := (&plan{config, net, id}).finished(folder)
	if err != nil {
		return "", nil, &results.Unusable{Files: []error{err}}
	}
	if result != nil {
		return Done, result, nil
	}
	held, err := isLocked(folder, config.name(id))
	if err != nil {
		return "", nil, fmt.Errorf("the folder of %s can't be looked at: %w", config, err)
	}
	if held {
		return Running, nil, nil
	}
	return Missing, nil, nil
}
