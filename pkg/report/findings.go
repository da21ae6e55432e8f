package report

import (
	_ "embed"
	"regexp"
	"strings"
)

// findingsText says what came out, as a numbered list of Markdown in which a comment at the end of each item
// names the figures that show it. The README and the page of results have it from here.
//
//go:embed findings.md
var findingsText string

// finding is a sentence or two about what came out, with the sections that show it. Text follows on Head,
// with the space between them where there is one.
type finding struct {
	Head, Text string
	Sections   []*section
}

var (
	findingItem  = regexp.MustCompile(`(?ms)^\d+\. \*\*(.+?)\*\*(\s*)(.+?)<!-- (.+?) -->$`)
	figuresNamed = regexp.MustCompile(`\n +<!-- .+? -->`)
)

// newFindings returns the findings that the sections show, each with those of its sections that there are.
func newFindings(sections []*section) []finding {
	var findings []finding
	for _, item := range findingItem.FindAllStringSubmatch(findingsText, -1) {
		f := finding{Head: words(item[1]), Text: item[2] + words(item[3])}
		for _, name := range strings.Fields(item[4]) {
			for _, s := range sections {
				if s.Figure.Figure == name {
					f.Sections = append(f.Sections, s)
				}
			}
		}
		if len(f.Sections) > 0 {
			findings = append(findings, f)
		}
	}
	return findings
}

// words returns a text whose lines are joined.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }
