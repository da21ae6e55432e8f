package results

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/internal/strictjson"
)

// Unusable is the error of files that could not be used, where others could: what was read of those is
// returned with it.
type Unusable struct {
	// Files has an error for each file, which names it and says what to do.
	Files []error
}

// Error implements error, in one line.
func (u *Unusable) Error() string {
	texts := make([]string, len(u.Files))
	for i, err := range u.Files {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the errors of the files.
func (u *Unusable) Unwrap() []error { return u.Files }

// Add adds the files of another error; it says whether it is an Unusable, or nil.
func (u *Unusable) Add(err error) bool {
	var other *Unusable
	if errors.As(err, &other) {
		u.Files = append(u.Files, other.Files...)
	}
	return err == nil || other != nil
}

// Err returns the error, nil when there is no such file.
func (u *Unusable) Err() error {
	if len(u.Files) == 0 {
		return nil
	}
	return u
}

// Load reads folder/<figure>.json. The figure's config, series and tests are json.RawMessage, as they stand
// in the file. A file that Save would not have written, such as one that was cut off, edited or made by
// another version, is an error.
func Load(folder, figure string) (*Figure, error) {
	path := filepath.Join(folder, figure+".json")
	content, err := regular.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there are no results of %s in %s: run the cell that makes the figure first",
			figure, folder)
	}
	if err != nil {
		return nil, fmt.Errorf("%s can't be read (%w): make it readable, or choose a results folder you "+
			"can read (SHATTERED_RESULTS)", path, regular.Cause(err))
	}
	f, err := parse(content)
	if err == nil && f.Figure != figure {
		err = fmt.Errorf("it is of the figure %q", f.Figure)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not a results file, or of another version (%w): remove it, or run "+
			"the cell that makes the figure again", path, err)
	}
	return f, nil
}

// parse reads the content of a results file.
func parse(content []byte) (*Figure, error) {
	f := new(Figure)
	file := struct {
		*Figure
		Config json.RawMessage `json:"config"` // in the place of the figure's, as the following
		Series json.RawMessage `json:"series"`
		Tests  json.RawMessage `json:"tests,omitempty"`
	}{Figure: f}
	if err := strictjson.Decode(content, &file); err != nil {
		return nil, err
	}
	f.Config, f.Series, f.Tests = present(file.Config), present(file.Series), present(file.Tests)
	return f, f.check()
}

// present returns what was read of a field, or nil where there was nothing.
func present(field json.RawMessage) any {
	if len(field) == 0 || string(field) == "null" {
		return nil
	}
	return field
}

// LoadAll reads every figure in the folder: those of the paper in the order of their names, then the others.
// Where some of the files are no results the error is an *Unusable that names them, and the figures are those
// of the others. JSON files that other programs have put there are no matter.
func LoadAll(folder string) ([]*Figure, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the results folder %s can't be read: %w; choose a folder you can read "+
			"(SHATTERED_RESULTS)", folder, regular.Cause(err))
	}
	var figures []*Figure
	var wrong Unusable
	for _, entry := range entries {
		name, isJSON := strings.CutSuffix(entry.Name(), ".json")
		if !isJSON || name == ClaimsName || strings.HasPrefix(name, ".") ||
			foreign(filepath.Join(folder, entry.Name())) {
			continue
		}
		if figure, err := Load(folder, name); err != nil {
			wrong.Files = append(wrong.Files, err)
		} else {
			figures = append(figures, figure)
		}
	}
	other := func(f *Figure) int {
		if strings.HasPrefix(f.Figure, "figure-") {
			return 0
		}
		return 1
	}
	slices.SortFunc(figures, func(a, b *Figure) int {
		return cmp.Or(cmp.Compare(other(a), other(b)), strings.Compare(a.Figure, b.Figure))
	})
	return figures, wrong.Err()
}

// foreign says whether a JSON file is not meant to hold results: it has fields, and none that results have.
func foreign(path string) bool {
	content, err := regular.ReadFile(path)
	if err != nil {
		return false
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(content, &fields) != nil || len(fields) == 0 {
		return false
	}
	for _, name := range []string{"figure", "claims", "series", "provenance"} {
		if _, found := fields[name]; found {
			return false
		}
	}
	return true
}
