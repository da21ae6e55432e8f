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

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/filelock"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/internal/strictjson"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// RunsFolder is the folder of the runs in a results folder. Each run has a folder of its own there,
// <family>-<depth>-<seed>-<hash>, with
//
//	log.jsonl      the points of the learning curve so far, one a line
//	checkpoint-N   what the run continues from; removed at its end, unless it was damaged: then it is
//	               kept as damaged-checkpoint-N
//	weights        the checkpoint of its end, where the Runner keeps weights
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
	lock *filelock.Lock // nil on a file system without locks
	log  *os.File       // nil until logging begins
}

// lockRun makes and locks the folder of a run. The lock goes when the process ends, however it ends. On a
// file system without locks it says so, and continues: two processes that do the same run there come to the
// same result.
func (r *Runner) lockRun(ctx context.Context, name string) (*runFolder, error) {
	f := &runFolder{path: filepath.Join(r.Folder, RunsFolder, name)}
	if err := os.MkdirAll(f.path, 0o777); err != nil {
		return nil, fmt.Errorf("the folder of a run can't be made: %w; choose a results folder you can "+
			"write to", err)
	}
	var err error
	f.lock, err = await(filepath.Join(f.path, lockFile), lockFor)
	switch {
	case errors.Is(err, filelock.ErrUnsupported):
		r.noLocks.Do(func() {
			progress.Note(ctx, fmt.Sprintf("%v: processes that train side by side into %s do the same "+
				"runs, so start only one", err, r.Folder))
		})
	case err != nil:
		return nil, fmt.Errorf("the folder of a run can't be locked: %w; choose a results folder you can "+
			"write to", err)
	case f.lock == nil:
		return nil, fmt.Errorf("the run %s can't begin: %w", name, ErrBusy)
	}
	return f, nil
}

// await locks a file, which it makes, and tries for that long. The lock is nil when another process holds it
// all the time.
func await(path string, limit time.Duration) (*filelock.Lock, error) {
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		lock, err := filelock.TryMake(path)
		if err != nil || lock.Of(path) {
			return lock, err
		}
		lock.Unlock() // of a file that has been removed
		if time.Since(began) > limit {
			return nil, nil
		}
	}
}

// unlock gives the folder back.
func (f *runFolder) unlock() {
	if f.log != nil {
		_ = f.log.Close() // every line is in the checkpoint or the result as well
	}
	f.lock.Unlock()
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
	f.log, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
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
	numbers, err := checkpoints(f.path)
	if err != nil {
		return err
	}
	return removeCheckpoints(f.path, numbers)
}

// finished returns the result of the run in a folder, nil when it has none yet. Without an id it is that of
// any run.
func finished(path, id string) (*Result, error) {
	path = filepath.Join(path, resultFile)
	text, err := regular.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the result of a run can't be read: %w; make it readable, or choose a "+
			"results folder you can read", err)
	}
	result, err := parseResult(text)
	if err != nil {
		return nil, fmt.Errorf("%s is not the result of a run, or of another version (%w): remove it, and "+
			"the run will be done again", path, err)
	}
	if folder := filepath.Base(filepath.Dir(path)); id != "" && result.ID != id ||
		result.Config.name(result.ID) != folder {
		return nil, fmt.Errorf("%s is the result of another run, of %s: move it elsewhere", path,
			result.Config)
	}
	return result, nil
}

// parseResult reads a result from JSON.
func parseResult(text []byte) (*Result, error) {
	result := new(Result)
	if err := strictjson.Decode(text, result); err != nil {
		return nil, err
	}
	return result, result.check()
}

// isLocked says whether a process is working on a run. On a file system without locks that can't be told.
func isLocked(results, name string) (bool, error) {
	// shared: two that look don't see each other
	lock, err := filelock.TryShared(filepath.Join(results, RunsFolder, name, lockFile))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, filelock.ErrUnsupported) {
		return false, nil
	}
	lock.Unlock()
	return lock == nil && err == nil, err
}
