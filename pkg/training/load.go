package training

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
)

// CollectedPoints is the number of points that a learning curve keeps in a collected file.
const CollectedPoints = 60

// LoadResults reads the results of the finished runs in each of the paths, a results folder or a file that [Collect] wrote; one that does
// not exist has none. Results are ordered by family, depth and seed; of a run that is found twice the first is taken.
func LoadResults(paths ...string) ([]Result, error) {
	var all []Result
	known := make(map[string]bool)
	for _, path := range paths {
		found, err := loadFrom(path)
		if err != nil {
			return nil, err
		}
		for _, result := range found {
			if !known[result.ID] {
				all = append(all, result)
			}
			known[result.ID] = true
		}
	}
	slices.SortFunc(all, func(a, b Result) int {
		x, y := a.Config, b.Config
		return cmp.Or(cmp.Compare(x.Family, y.Family), cmp.Compare(x.Depth, y.Depth), cmp.Compare(x.Seed, y.Seed), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
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
	for _, entry := range entries {
		result, err := finished(filepath.Join(folder, RunsFolder, entry.Name()), "")
		if err != nil {
			return nil, err
		}
		if result != nil {
			all = append(all, *result)
		}
	}
	return all, nil
}

// loadFile reads a collected file.
func loadFile(path string) ([]Result, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("results of training can't be read: %w", err)
	}
	defer file.Close()
	all, err := ReadResults(file)
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, err)
	}
	return all, nil
}

// ReadResults reads what [Collect] wrote, in the order in which it stands there.
func ReadResults(r io.Reader) ([]Result, error) {
	var all []Result
	lines := json.NewDecoder(r)
	for {
		var result Result
		err := lines.Decode(&result)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("run %d is not a result (%w): collect the runs again", len(all)+1, err)
		}
		all = append(all, result)
	}
}

// Collect writes results into one file, as JSON, one a line, with learning curves of at most CollectedPoints points. [LoadResults] reads it.
func Collect(path string, all []Result) error {
	err := atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, result := range all {
			if err := encoder.Encode(result.thinned(CollectedPoints)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the runs can't be collected into %s: %w", path, err)
	}
	return nil
}
