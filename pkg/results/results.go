// Package results defines what a reproduced figure leaves on disk: one JSON file a figure, with its config, its provenance,
// its claims and its numbers. The README's table, the page of all results and readers in other languages start from
// these files; docs/results.md describes them and docs/results.schema.json checks them.
package results

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
	"strings"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/pkg/claims"
)

// Figure is the content of results/<figure>.json.
type Figure struct {
	// Figure is the name, such as "figure-2": also the name of the files.
	Figure string `json:"figure"`

	// Title says in a line what the figure shows.
	Title string `json:"title"`

	// Config is everything that determines the numbers.
	Config any `json:"config"`

	// Provenance says where the numbers come from.
	Provenance Provenance `json:"provenance"`

	// Claims are the paper's statements about the figure and whether they hold here.
	Claims []claims.Claim `json:"claims"`

	// Series are the figure's curves.
	Series any `json:"series"`

	// Tests are further measurements behind the claims, where there are any.
	Tests any `json:"tests,omitempty"`

	// Table shows some of the numbers for reading, where a figure does not.
	Table *Table `json:"table,omitempty"`

	// Arrays are what the figure draws beyond its series, such as matrices. They are in its npz file only.
	Arrays []Array `json:"-"`
}

// Save writes the figure to folder/<figure>.json, and its numbers to .csv and .npz beside it, making the folder when it is missing.
// Each file is complete or not there: it is written under another name and renamed.
func (f *Figure) Save(folder string) error {
	for _, claim := range f.Claims {
		if err := claim.Check(); err != nil {
			return err
		}
	}
	content, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return fmt.Errorf("the results of %s can't be written as JSON: %w", f.Figure, err)
	}
	if err := WriteFile(folder, f.Figure+".json", append(content, '\n')); err != nil {
		return err
	}
	return f.SaveData(folder)
}

// SaveData writes the figure's numbers to folder/<figure>.csv and .npz. A figure that was loaded has no Arrays any more.
func (f *Figure) SaveData(folder string) error {
	values, err := f.CSV()
	if err != nil {
		return err
	}
	arrays, err := f.NPZ()
	if err != nil {
		return err
	}
	if err := WriteFile(folder, f.Figure+".csv", values); err != nil {
		return err
	}
	return WriteFile(folder, f.Figure+".npz", arrays)
}

// SaveMissingData writes folder/<figure>.csv and .npz unless both are there: those that were saved with the figure may hold Arrays.
func (f *Figure) SaveMissingData(folder string) error {
	for _, extension := range []string{".csv", ".npz"} {
		if _, err := os.Stat(filepath.Join(folder, f.Figure+extension)); errors.Is(err, fs.ErrNotExist) {
			return f.SaveData(folder)
		}
	}
	return nil
}

// WriteFile writes a file into the results folder, making the folder when it is missing. The file is complete or not there.
func WriteFile(folder, name string, content []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("can't write %s into the results folder %s: %w; choose a folder you can write to (SHATTERED_RESULTS)", name, folder, cause(err))
		}
	}()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(folder, name), func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// cause strips the operation and path from a file error, which the sentence around it names already.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// Load reads folder/<figure>.json. The figure's config, series and tests are json.RawMessage, as they stand in the file.
func Load(folder, figure string) (*Figure, error) {
	path := filepath.Join(folder, figure+".json")
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("there are no results of %s in %s (%w): run the cell that makes the figure first", figure, folder, cause(err))
	}
	var config, series, tests json.RawMessage
	f := Figure{Config: &config, Series: &series, Tests: &tests}
	if err := json.Unmarshal(content, &f); err != nil {
		return nil, fmt.Errorf("%s is not a results file (%w): run the cell that makes the figure again", path, err)
	}
	f.Config, f.Series, f.Tests = present(config), present(series), present(tests)
	return &f, nil
}

// present returns what was read of a field, or nil where there was nothing.
func present(field json.RawMessage) any {
	if len(field) == 0 {
		return nil
	}
	return field
}

// LoadAll reads every figure in the folder: those of the paper in the order of their names, then the others.
func LoadAll(folder string) ([]*Figure, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	var figures []*Figure
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		if name == ClaimsName {
			continue
		}
		figure, err := Load(folder, name)
		if err != nil {
			return nil, err
		}
		if figure.Figure == name { // other JSON files may lie there
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
	return figures, nil
}

// ClaimsName names the file, less its .json, that collects the claims of all figures.
const ClaimsName = "claims"

// SaveClaims writes folder/claims.json: the claims of all the figures in one list.
func SaveClaims(folder string, figures []*Figure) error {
	all := []claims.Claim{}
	for _, figure := range figures {
		all = append(all, figure.Claims...)
	}
	content, err := json.MarshalIndent(struct {
		Claims []claims.Claim `json:"claims"`
	}{all}, "", " ")
	if err != nil {
		return err
	}
	return WriteFile(folder, ClaimsName+".json", append(content, '\n'))
}
