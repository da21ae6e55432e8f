package training

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/shattered-gradients/shattered/internal/atomicfile"
)

// RunsFolder is the folder of the runs in a results folder. Each run has a folder of its own there, <family>-<depth>-<seed>-<hash>, with
//
//	log.jsonl      the points of the learning curve so far, one a line
//	checkpoint-N   what the run goes on from; removed at its end
//	result.json    the Result, at its end
//	lock           held by the process that works on the run
const RunsFolder = "training"

const (
	logFile    = "log.jsonl"
	resultFile = "result.json"
	lockFile   = "lock"
)

// lockFor is how long a locked run is tried: [Look] locks it for a moment too.
const lockFor = 200 * time.Millisecond

// ErrBusy is wrapped by the error of a run that another process is working on.
var ErrBusy = errors.New("another process is working on it")

// runFolder is the folder of a run, locked.
type runFolder struct {
	path string
	lock *flock.Flock
	log  *os.File // nil until logging begins
}

// lockRun makes and locks the folder of a run. The lock goes when the process ends, however it ends.
func lockRun(results, name string) (*runFolder, error) {
	f := &runFolder{path: filepath.Join(results, RunsFolder, name)}
	if err := os.MkdirAll(f.path, 0o755); err != nil {
		return nil, fmt.Errorf("the folder of a run can't be made: %w; choose a results folder you can write to", err)
	}
	f.lock = flock.New(filepath.Join(f.path, lockFile), flock.SetPermissions(0o644))
	ctx, cancel := context.WithTimeout(context.Background(), lockFor)
	defer cancel()
	locked, err := f.lock.TryLockContext(ctx, lockFor/10)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("the folder of a run can't be locked: %w; choose a results folder on a file system with locks", err)
	}
	if !locked {
		return nil, fmt.Errorf("the run %s can't begin: %w", name, ErrBusy)
	}
	return f, nil
}

// unlock gives the folder back.
func (f *runFolder) unlock() {
	if f.log != nil {
		_ = f.log.Close() // every line is in the checkpoint or the result as well
	}
	_ = f.lock.Unlock() // closing the file can't leave the lock held
}

// begin writes the log anew with the points of a checkpoint: those that came after it will come again.
func (f *runFolder) begin(curve []Point) (err error) {
	path := filepath.Join(f.path, logFile)
	if err := atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, point := range curve {
			if err := encoder.Encode(point); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return fmt.Errorf("the log of a run can't be written: %w", err)
	}
	f.log, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o644)
	return err
}

// append adds a point to the log.
func (f *runFolder) append(point Point) error {
	line, err := json.Marshal(point)
	if err == nil {
		_, err = f.log.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("the log of a run can't be written: %w", err)
	}
	return nil
}

// finish writes the result, and then removes the checkpoints.
func (f *runFolder) finish(result *Result) error {
	text, err := json.MarshalIndent(result, "", " ")
	if err != nil {
		return fmt.Errorf("the result of a run can't be written as JSON: %w", err)
	}
	path := filepath.Join(f.path, resultFile)
	if err := atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	}); err != nil {
		return fmt.Errorf("the result of a run can't be written: %w", err)
	}
	if err := errors.Join(flushFile(path), flushFile(f.path)); err != nil {
		return err
	}
	numbers, err := checkpoints(f.path)
	if err != nil {
		return err
	}
	return removeCheckpoints(f.path, numbers)
}

// finished returns the result of the run in a folder, nil when it has none yet.
func finished(path, id string) (*Result, error) {
	text, err := os.ReadFile(filepath.Join(path, resultFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the result of a run can't be read: %w; choose a results folder you can read", err)
	}
	result := new(Result)
	if err := json.Unmarshal(text, result); err != nil {
		return nil, fmt.Errorf("%s is not a result (%w): remove it, and the run will be done again", filepath.Join(path, resultFile), err)
	}
	if id != "" && result.ID != id {
		return nil, fmt.Errorf("%s is of another run: move it elsewhere", filepath.Join(path, resultFile))
	}
	return result, nil
}

// isLocked says whether a process is working on a run.
func isLocked(results, name string) (bool, error) {
	path := filepath.Join(results, RunsFolder, name, lockFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	lock := flock.New(path)
	free, err := lock.TryRLock() // shared: two that look don't see each other
	if err != nil {
		return false, err
	}
	return !free, lock.Unlock()
}
