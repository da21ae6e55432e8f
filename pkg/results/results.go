// Package results defines what a reproduced figure leaves on disk: one JSON file a figure, with its config,
// its provenance, its claims and its numbers. The README's table, the page of all results and readers in
// other languages start from these files; docs/results.md describes them and docs/results.schema.json checks
// them.
package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/claims"
)

// Figure is the content of results/<figure>.json.
type Figure struct {
	// Figure is the name, such as "figure-2": also the name of the files.
	Figure string `json:"figure" jsonschema:"pattern=^[a-z0-9-]+$"`

	// Title says in a line what the figure shows.
	Title string `json:"title" jsonschema:"minLength=1"`

	// Config is everything that determines the numbers: nets, depths, inputs, draws, seed.
	Config any `json:"config" jsonschema:"type=object"`

	// Provenance says where the numbers come from.
	Provenance Provenance `json:"provenance"`

	// Parts says where the figure's parts come from, where it is made of parts that may be kept with the
	// code.
	Parts *Parts `json:"parts,omitempty"`

	// Claims are the paper's statements about the figure and the verdicts on them here. Those of figures at
	// quick size only test the machinery: see [Figure.Decided].
	Claims []claims.Claim `json:"claims"`

	// Series are the figure's curves. What their entries hold depends on the experiment.
	Series any `json:"series" jsonschema:"type=array,minItems=1"`

	// Tests are further measurements that claims rest on, where there are any.
	Tests any `json:"tests,omitempty"`

	// Table shows some of the numbers for reading, where a figure does not.
	Table *Table `json:"table,omitempty"`

	// Arrays are what the figure draws beyond its series, such as matrices. They are in its npz file only.
	Arrays []Array `json:"-"`
}

// Save writes the figure to folder/<figure>.json, and its numbers to .csv and .npz beside it, making the
// folder when it is missing. Each file is complete or not there: it is written under another name and
// renamed. The JSON file is the last: a process that is killed before leaves the results that were there.
func (f *Figure) Save(folder string) error {
	if err := f.check(); err != nil {
		return err
	}
	content, err := json.MarshalIndent(f, "", " ")
	if unsupported := new(json.UnsupportedValueError); errors.As(err, &unsupported) {
		return fmt.Errorf("%s has a number that could not be measured (%s): measure it with more draws, or "+
			"leave it out", f.Figure, unsupported.Str)
	}
	if err != nil {
		return fmt.Errorf("the results of %s can't be written as JSON: %w", f.Figure, err)
	}
	if err := f.SaveData(folder); err != nil {
		return err
	}
	return WriteFile(folder, f.Figure+".json", append(content, '\n'))
}

// check returns an error when the figure can't be reported.
func (f *Figure) check() error {
	if !figureName.MatchString(f.Figure) || f.Figure == ClaimsName {
		return fmt.Errorf("%q is no name for a figure: take letters, digits, hyphens, underscores and "+
			"dots, beginning with a letter or digit, other than %q",
			f.Figure, ClaimsName)
	}
	if f.Title == "" {
		return fmt.Errorf("%s has no title: say in a line what it shows", f.Figure)
	}
	if f.Series == nil {
		return fmt.Errorf("%s has no series: give its numbers", f.Figure)
	}
	if err := claims.CheckAll(f.Claims); err != nil {
		return fmt.Errorf("%s: %w", f.Figure, err)
	}
	return nil
}

// figureName matches the names of figures: they are names of files, addresses in pages and parts of
// identifiers.
var figureName = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]*$`)

// WriteFile writes a file into the results folder, making the folder when it is missing. The file is complete
// or not there.
func WriteFile(folder, name string, content []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("can't write %s into the results folder %s: %w; choose a folder you can write "+
				"to (SHATTERED_RESULTS)", name, folder, regular.Cause(err))
		}
	}()
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(folder, name), func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// ClaimsName names the file, less its .json, that collects the claims of all figures.
const ClaimsName = "claims"

// Quick is the size at which everything runs and nothing is decided: nets are too small and draws too few.
const Quick = "quick"

// Decided returns the claims whose verdicts may be told: all of them, or none of a figure that was made at
// quick size.
func (f *Figure) Decided() []claims.Claim {
	if f.Provenance.Size == Quick {
		return nil
	}
	return f.Claims
}

// SaveClaims writes folder/claims.json and claims.csv: the claims of all the figures in one list, less those
// of figures at quick size.
func SaveClaims(folder string, figures []*Figure) error {
	all := []claims.Claim{}
	for _, figure := range figures {
		all = append(all, figure.Decided()...)
	}
	var s sheet
	if err := s.add("claims", all); err != nil {
		return err
	}
	rows, err := s.write()
	if err != nil {
		return err
	}
	if err := WriteFile(folder, ClaimsName+".csv", rows); err != nil {
		return err
	}
	content, err := json.MarshalIndent(struct {
		Claims []claims.Claim `json:"claims"`
	}{all}, "", " ")
	if err != nil {
		return err
	}
	return WriteFile(folder, ClaimsName+".json", append(content, '\n'))
}
