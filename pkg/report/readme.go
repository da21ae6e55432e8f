package report

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Markers between which the README's table stands.
const (
	tableBegin = "<!-- claims: written by `shattered report -readme` -->\n"
	tableEnd   = "<!-- end of claims -->"
)

// readmePicture matches the pictures that a README shows from its docs folder.
var readmePicture = regexp.MustCompile(`\(docs/([a-z0-9-]+\.png)\)`)

// UpdateReadme replaces what stands between the markers in the README by tables of the claims in the results folder, and the
// pictures that the README shows from the folder docs beside it by those of the results.
func UpdateReadme(folder, readme string) error {
	figures, err := results.LoadAll(folder)
	if err != nil {
		return err
	}
	content, err := regular.ReadFile(readme)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(content), tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	if !found || !closed {
		return errors.New("the README has no place for the table: put the two marker lines of the claims into it")
	}
	var table strings.Builder
	table.WriteString(before + tableBegin + "| Figure, theorem | " + claims.CountHeader + " |\n|---|---|---|---|---|\n")
	var all []claims.Claim
	for _, figure := range figures {
		if figure.Provenance.Size == results.Quick {
			return fmt.Errorf("%s was made at quick size: run scripts/reproduce without --quick before its claims go into the README", figure.Figure)
		}
		if len(figure.Claims) > 0 {
			fmt.Fprintf(&table, "| %s | %s |\n", figure.Title, claims.CountVerdicts(figure.Claims).Cells())
		}
		all = append(all, figure.Claims...)
	}
	fmt.Fprintf(&table, "\n<details><summary>What the paper says, statement by statement, and what was measured</summary>\n\n%s\n</details>\n%s%s",
		claims.Summary(all), tableEnd, after)
	for _, match := range readmePicture.FindAllStringSubmatch(string(content), -1) {
		picture, err := regular.ReadFile(filepath.Join(folder, match[1]))
		if err != nil {
			return fmt.Errorf("the README shows %s, which is not in the results: run its notebook first", match[1])
		}
		if err := results.WriteFile(filepath.Join(filepath.Dir(readme), "docs"), match[1], picture); err != nil {
			return err
		}
	}
	if err := atomicfile.Write(readme, func(w io.Writer) error {
		_, err := io.WriteString(w, table.String())
		return err
	}); err != nil {
		return fmt.Errorf("the README is left as it was: %w", err)
	}
	return nil
}
