package report

import (
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

// Markers between which a table of claims stands.
const (
	tableBegin = "<!-- claims: written by `shattered report -readme` -->\n"
	tableEnd   = "<!-- end of claims -->"
)

// Markers between which the README has the findings.
const (
	findingsBegin = "<!-- findings: written by `shattered report -readme` from pkg/report/findings.md -->\n"
	findingsEnd   = "<!-- end of findings -->"
)

// readmePicture matches the pictures that a README shows from its docs folder.
var readmePicture = regexp.MustCompile(`\(docs/([a-z0-9-]+\.png)\)`)

// UpdateReadme writes what the README shows of the results folder: between the README's markers, the
// findings, and how many claims of each figure have which verdict; between those of docs/claims.md beside it,
// a table of the paper's statements; and in docs, the pictures that the README shows. Figures stand in the
// order of their names that is given, and others after them.
//
// Each file is replaced as a whole or left as it was, and none is touched unless all can be made: results of
// quick size, results that can't be used, a picture that is not among them and a file without markers are
// errors.
func UpdateReadme(folder, readme string, order ...string) error {
	figures, err := results.LoadAll(folder)
	if err != nil {
		return err
	}
	inOrder(figures, order)
	for _, figure := range figures {
		if figure.Provenance.Size == results.Quick {
			return fmt.Errorf("%s was made at quick size: run scripts/reproduce without --quick before its "+
				"claims go into the README", figure.Figure)
		}
	}
	docs := filepath.Join(filepath.Dir(readme), "docs")
	short, err := readMarkdown(readme)
	if err == nil {
		short, err = short.with(tableBegin, countTable(figures), tableEnd)
	}
	if err == nil {
		short, err = short.with(findingsBegin, figuresNamed.ReplaceAllString(findingsText, ""), findingsEnd)
	}
	if err != nil {
		return err
	}
	long, err := readMarkdown(filepath.Join(docs, "claims.md"))
	if err == nil {
		long, err = long.with(tableBegin, statementTable(figures), tableEnd)
	}
	if err != nil {
		return err
	}
	pictures := make(map[string][]byte)
	for _, match := range readmePicture.FindAllStringSubmatch(short.content, -1) {
		picture, err := regular.ReadFile(filepath.Join(folder, match[1]))
		if err != nil {
			return fmt.Errorf("the README shows %s, which is not in the results: run its notebook first",
				match[1])
		}
		pictures[match[1]] = picture
	}
	for name, picture := range pictures {
		if err := results.WriteFile(docs, name, picture); err != nil {
			return err
		}
	}
	if err := long.write(); err != nil {
		return err
	}
	return short.write()
}

// markdownPage is a Markdown file that holds what is written from results.
type markdownPage struct{ path, content string }

// readMarkdown reads a Markdown file.
func readMarkdown(path string) (markdownPage, error) {
	content, err := regular.ReadFile(path)
	if err != nil {
		return markdownPage{}, fmt.Errorf("there is no page for the table of claims: %w", err)
	}
	return markdownPage{path, string(content)}, nil
}

// with returns the page with the text between the markers.
func (p markdownPage) with(begin, text, end string) (markdownPage, error) {
	before, rest, found := strings.Cut(p.content, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return markdownPage{},
			fmt.Errorf("%s has no place for what is written into it: put these two lines into it: %s and %s",
				p.path, strings.TrimSpace(begin), end)
	}
	return markdownPage{p.path, before + begin + text + end + after}, nil
}

// write replaces the file.
func (p markdownPage) write() error {
	if err := atomicfile.Write(p.path, func(w io.Writer) error {
		_, err := io.WriteString(w, p.content)
		return err
	}); err != nil {
		return fmt.Errorf("%s is left as it was: %w", p.path, err)
	}
	return nil
}

// countTable has one row for each figure that has claims: how many of them have which verdict.
func countTable(figures []*results.Figure) string {
	var table strings.Builder
	table.WriteString("| Figure, theorem | " + claims.CountHeader + " |\n|---|---|---|---|---|\n")
	for _, figure := range figures {
		if len(figure.Claims) > 0 {
			fmt.Fprintf(&table, "| %s | %s |\n", figure.Title, claims.CountVerdicts(figure.Claims).Cells())
		}
	}
	return table.String()
}

// statementTable has one row for each statement of the paper.
func statementTable(figures []*results.Figure) string {
	var all []claims.Claim
	for _, figure := range figures {
		all = append(all, figure.Claims...)
	}
	return claims.Summary(all)
}
