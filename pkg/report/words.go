package report

import (
	"encoding/xml"
	"path/filepath"
	"strings"
)

// Words says what the picture shows, as title and description of its SVG do; nothing where they don't.
func (p picture) Words() string {
	for _, f := range p.Files {
		if filepath.Ext(f.Name) != ".svg" {
			continue
		}
		var root struct {
			Title string `xml:"title"`
			Desc  string `xml:"desc"`
		}
		if err := xml.Unmarshal(f.content, &root); err == nil {
			return strings.TrimSpace(root.Title + " " + root.Desc)
		}
	}
	return ""
}
