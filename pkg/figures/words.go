package figures

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// Alt says in words what the figure shows, for whoever does not see it: what is drawn against what, the panels' titles and what stands in the
// legend. What came out of it is for the claims and the numbers to say.
func (f *Figure) Alt() string { return strings.TrimSpace(f.about + " " + f.grid.words()) }

// words lists what is written around the panels.
func (g *grid) words() string {
	var keys []string
	for _, line := range g.legend {
		for _, entry := range line {
			keys = append(keys, entry.label)
		}
	}
	var scale []string
	if g.bar != nil {
		scale = []string{g.bar.label}
	}
	var sentences []string
	for _, part := range []struct {
		name  string
		words []string
	}{{"Panels", append(g.columnTitles[:len(g.columnTitles):len(g.columnTitles)], g.captions...)}, {"Rows", g.rowTitles}, {"Legend", keys}, {"Colours", scale}} {
		var list []string
		for _, words := range part.words {
			if words != "" {
				list = append(list, words)
			}
		}
		if len(list) > 0 {
			sentences = append(sentences, fmt.Sprintf("%s: %s.", part.name, strings.Join(list, "; ")))
		}
	}
	return strings.Join(sentences, " ")
}

// describe puts what the figure shows into its SVG.
func (f *Figure) describe(svg string) (string, error) {
	var title, words bytes.Buffer
	if err := xml.EscapeText(&title, []byte(f.about)); err != nil {
		return "", err
	}
	if err := xml.EscapeText(&words, []byte(f.grid.words())); err != nil {
		return "", err
	}
	before, root, _ := strings.Cut(svg, "<svg ")
	attributes, content, _ := strings.Cut(root, ">")
	return fmt.Sprintf("%s<svg role=\"img\" %s>\n<title>%s</title>\n<desc>%s</desc>%s", before, attributes, &title, &words, content), nil
}
