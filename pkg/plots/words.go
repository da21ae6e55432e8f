package plots

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// Alt says in words what the figure shows, for whoever does not see it: what is drawn against what, the
// panels' titles and what stands in the legend. What came out of it is for the claims and the numbers to say.
func (f *Figure) Alt() string { return strings.TrimSpace(f.about + " " + f.layout.words()) }

// words lists what is written around the panels.
func (l *layout) words() string {
	var keys, scale []string
	for _, line := range l.legend {
		for _, key := range line {
			keys = append(keys, key.label)
		}
	}
	if l.scale != nil {
		scale = []string{l.scale.Label}
	}
	var sentences []string
	for _, part := range []struct {
		name  string
		words []string
	}{{"Panels", slices.Concat(l.titles...)}, {"Rows", l.rowTitles}, {"Legend", keys}, {"Colours", scale}} {
		list := slices.DeleteFunc(slices.Clone(part.words), func(words string) bool { return words == "" })
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
	if err := xml.EscapeText(&words, []byte(f.layout.words())); err != nil {
		return "", err
	}
	before, root, _ := strings.Cut(svg, "<svg ")
	attributes, content, _ := strings.Cut(root, ">")
	return fmt.Sprintf("%s<svg role=\"img\" %s>\n<title>%s</title>\n<desc>%s</desc>%s", before, attributes,
		&title, &words, content), nil
}
