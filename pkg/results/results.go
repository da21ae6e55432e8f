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
}

// Save writes the figure to folder/<figure>.json, making the folder when it is missing. The file is complete or not there:
// it is written under another name and renamed.
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
	return WriteFile(folder, f.Figure+".json", append(content, '\n'))
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

// Load reads folder/<figure>.json.
func Load(folder, figure string) (*Figure, error) {
	path := filepath.Join(folder, figure+".json")
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("there are no results of %s in %s (%w): run the cell that makes the figure first", figure, folder, cause(err))
	}
	var f Figure
	if err := json.Unmarshal(content, &f); err != nil {
		return nil, fmt.Errorf("%s is not a results file (%w): run the cell that makes the figure again", path, err)
	}
	return &f, nil
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
