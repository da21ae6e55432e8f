package training

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/filelock"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// CollectedPoints is the number of points that a learning curve keeps in a collected file.
const CollectedPoints = 60

// LoadResults reads the results of the finished runs in each of the paths, a results folder or a file that
// [Collect] wrote; one that does not exist has none. Results are ordered by family, depth and seed; of a run
// that is found twice the first is taken. Where some of the files, or lines of a file, are no results of runs
// the error is a *results.Unusable that names them, and the results are the others.
func LoadResults(paths ...string) ([]Result, error) {
	var all []Result
	wrong := new(results.Unusable)
	for _, path := range paths {
		found, err := loadFrom(path)
		if !wrong.Add(err) {
			return nil, err
		}
		all = append(all, found...)
	}
	return merged(all), wrong.Err()
}

// merged sorts results and leaves the first of each run.
func merged(all []Result) []Result {
	known := make(map[string]bool)
	all = slices.DeleteFunc(all, func(r Result) bool {
		defer func() { known[r.ID] = true }()
		return known[r.ID]
	})
	slices.SortFunc(all, func(a, b Result) int {
		x, y := a.Config, b.Config
		return cmp.Or(cmp.Compare(x.Family, y.Family), cmp.Compare(x.Depth, y.Depth),
			cmp.Compare(x.Seed, y.Seed), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func loadFrom(path string) ([]Result, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("results of training can't be read: %w", err)
	case info.IsDir():
		return loadFolder(path)
	}
	return loadFile(path)
}

// loadFolder reads the results of the finished runs in a results folder.
func loadFolder(folder string) ([]Result, error) {
	entries, err := os.ReadDir(filepath.Join(folder, RunsFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("results of training can't be read: %w", err)
	}
	var all []Result
	var wrong results.Unusable
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			continue // not a run's
		}
		result, err := finished(filepath.Join(folder, RunsFolder, entry.Name()), "")
		if err != nil {
			wrong.Files = append(wrong.Files, err)
		} else if result != nil {
			all = append(all, *result)
		}
	}
	return all, wrong.Err()
}

// loadFile reads a collected file.
func loadFile(path string) ([]Result, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("results of training can't be read: %w", err)
	}
	defer file.Close()
	return ReadResults(path, file)
}

// ReadResults reads what [Collect] wrote, in the order in which it stands there. Where lines are no results
// of runs the error is a *results.Unusable that names them, by the name of what is read, and the results are
// those of the others.
func ReadResults(name string, r io.Reader) ([]Result, error) {
	var all []Result
	var wrong results.Unusable
	lines := bufio.NewReader(r)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s can't be read: %w", name, err)
		}
		if len(line) == 0 {
			return all, wrong.Err()
		}
		if result, err := parseResult(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			wrong.Files = append(wrong.Files,
				fmt.Errorf("line %d of %s is not the result of a run, or of another version (%w): remove "+
					"the line, and collect the run again", number, name, err))
		} else {
			all = append(all, *result)
		}
	}
}

// collectFor is how long Collect waits for another process that collects into the same file.
const collectFor = time.Minute

// Collect adds results to a file, which it makes when it is missing, and returns how many the file has then:
// as JSON, one a line, with learning curves of at most CollectedPoints points, in the order of [LoadResults],
// which reads it. Processes that do so at once wait for each other. A file with a line that is not a result
// is left as it is.
func Collect(path string, all []Result) (count int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("the runs can't be collected into %s: %w", path, err)
		}
	}()
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
	lock, err := await(beside, collectFor)
	switch {
	case errors.Is(err, filelock.ErrUnsupported):
		progress.Note(context.Background(), fmt.Sprintf("%v: don't collect into %s twice at once", err, path))
	case err != nil:
		return 0, err
	case lock == nil:
		return 0, fmt.Errorf("another process has been collecting into it for more than %s", collectFor)
	}
	defer lock.Unlock()
	// while it is locked: a process that waits for it finds it gone, and makes another
	defer os.Remove(beside)
	before, err := loadFrom(path)
	if err != nil {
		return 0, err
	}
	all = merged(slices.Concat(all, before))
	return len(all), atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, result := range all {
			if err := encoder.Encode(result.thinned(CollectedPoints)); err != nil {
				return err
			}
		}
		return nil
	})
}
