// Package report collects the results of all figures: into claims.json, into index.html, one page that shows them all and needs no
// network, and into the README's table.
package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
)

//go:embed index.html.tmpl
var page string

var pageTemplate = template.Must(template.New("index").Parse(page))

// section is a figure as the page shows it.
type section struct {
	*results.Figure

	// Pictures are the figure's PNGs: its own and those whose names continue its name after a hyphen.
	Pictures []picture

	// Details is the config and the provenance as JSON, for the curious.
	Details string

	// Held counts the claims that hold.
	Held int
}

// picture is a PNG, embedded in the page, with what can be downloaded beside it.
type picture struct {
	Name string
	Data template.URL
}

// Write writes claims.json and index.html into the results folder, from the figures saved there.
func Write(folder string) error {
	figures, err := results.LoadAll(folder)
	if err != nil {
		return err
	}
	if len(figures) == 0 {
		return fmt.Errorf("there are no results in %s: run scripts/reproduce, or a notebook, first", folder)
	}
	if err := results.SaveClaims(folder, figures); err != nil {
		return err
	}
	view := struct {
		Sections    []section
		Held, Total int
		Notebooks   []string
	}{}
	for _, figure := range figures {
		s, err := newSection(folder, figure)
		if err != nil {
			return err
		}
		view.Sections = append(view.Sections, s)
		view.Held += s.Held
		view.Total += len(figure.Claims)
	}
	if view.Notebooks, err = names(folder, "[0-9]*.html"); err != nil {
		return err
	}
	var index bytes.Buffer
	if err := pageTemplate.Execute(&index, view); err != nil {
		return fmt.Errorf("can't fill in the page of results: %w", err)
	}
	return results.WriteFile(folder, "index.html", index.Bytes())
}

// newSection gathers what the page shows of a figure.
func newSection(folder string, figure *results.Figure) (section, error) {
	s := section{Figure: figure, Held: claims.Held(figure.Claims)}
	details, err := json.MarshalIndent(struct {
		Config     any                `json:"config"`
		Provenance results.Provenance `json:"provenance"`
	}{figure.Config, figure.Provenance}, "", "  ")
	if err != nil {
		return s, err
	}
	s.Details = string(details)
	own, err := names(folder, figure.Figure+".png")
	if err != nil {
		return s, err
	}
	further, err := names(folder, figure.Figure+"-*.png")
	if err != nil {
		return s, err
	}
	for _, file := range append(own, further...) {
		content, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return s, err
		}
		s.Pictures = append(s.Pictures, picture{
			Name: strings.TrimSuffix(file, ".png"),
			Data: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(content)),
		})
	}
	return s, nil
}

// names returns the names of the files in the folder that match the pattern, sorted.
func names(folder, pattern string) ([]string, error) {
	return fs.Glob(os.DirFS(folder), pattern)
}

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
	content, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(content), tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	if !found || !closed {
		return errors.New("the README has no place for the table: put the two marker lines of the claims into it")
	}
	var table strings.Builder
	table.WriteString(before + tableBegin + "| Figure, theorem | Claims that hold here |\n|---|---|\n")
	var all []claims.Claim
	for _, figure := range figures {
		if figure.Provenance.Size == "quick" {
			return fmt.Errorf("%s was made at quick size: run scripts/reproduce without --quick before its claims go into the README", figure.Figure)
		}
		if len(figure.Claims) > 0 {
			fmt.Fprintf(&table, "| %s | %d of %d |\n", figure.Title, claims.Held(figure.Claims), len(figure.Claims))
		}
		all = append(all, figure.Claims...)
	}
	fmt.Fprintf(&table, "\n<details><summary>What the paper says, statement by statement, and what was measured</summary>\n\n%s\n</details>\n%s%s",
		claims.Summary(all), tableEnd, after)
	for _, match := range readmePicture.FindAllStringSubmatch(string(content), -1) {
		picture, err := os.ReadFile(filepath.Join(folder, match[1]))
		if err != nil {
			return fmt.Errorf("the README shows %s, which is not in the results: run its notebook first", match[1])
		}
		if err := results.WriteFile(filepath.Join(filepath.Dir(readme), "docs"), match[1], picture); err != nil {
			return err
		}
	}
	return os.WriteFile(readme, []byte(table.String()), 0o644)
}
