package answer

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/plots"
)

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// view is what the page shows.
type view struct {
	Name, Sentence, Alt string
	Picture             template.URL
	Facts, Origin       []fact
	Files               []file
}

// fact is a line of a table: what, and what of it.
type fact struct{ Name, Value string }

// file is what can be downloaded from the page.
type file struct {
	Name, Size string
	Link       template.URL
}

// page returns the page, which holds picture and numbers, read from the folder where they were just written.
func (a *Answer) page(folder string, picture *plots.Figure, png []byte) ([]byte, error) {
	v := view{
		Name: a.Model.Name, Sentence: a.Sentence() + ".", Alt: picture.Alt(), Picture: data("image/png", png),
		Facts: a.facts(), Origin: a.origin(),
	}
	types := map[string]string{".json": "application/json", ".csv": "text/csv",
		".npz": "application/octet-stream"}
	for _, extension := range []string{".json", ".csv", ".npz"} {
		name := a.FileName() + extension
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, fmt.Errorf("can't put %s into the page: %w", name, err)
		}
		v.Files = append(v.Files, file{name, size(len(content)), data(types[extension], content)})
	}
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, v); err != nil {
		return nil, fmt.Errorf("can't fill in the page of %s: %w", a.Model.Name, err)
	}
	return page.Bytes(), nil
}

// data returns content as an address.
func data(kind string, content []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(content))
}

// size writes a number of bytes.
func size(bytes int) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KB", max(1, bytes>>10))
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// facts are the numbers of the answer, for reading.
func (a *Answer) facts() []fact {
	c, m := a.result.Config, a.Measured
	facts := []fact{{"Correlation length", lengthWords(m)}}
	if r := a.Reference; r != nil {
		facts = append(facts, fact{"That of " + r.Net + " on " + r.Model.Inputs, lengthWords(r.Measured)})
	}
	if m.Series != nil {
		facts = append(facts, fact{"Brownness of the derivatives along a path (white noise 0, brown " +
			"noise 1)", interval(m.Series.Brownness.String())})
	} else {
		facts = append(facts, fact{"Brownness of the derivatives along a path", "none: " + m.NoSeries})
	}
	return append(facts,
		fact{"Gradients of", scalarWords(c.Scalar)},
		fact{"Inputs", fmt.Sprintf("%d pairs of %d inputs of shape %v, "+
			"from %s", len(c.Pairs), a.Model.Given, a.Model.Input, a.Model.Inputs)},
		fact{"Paths", fmt.Sprintf("a %s with %d points for each pair", c.Kind, c.Points)},
		fact{"Weights", fmt.Sprintf("%s; draws: %d", a.Model.Weights, c.Draws)},
	)
}

// lengthWords writes a correlation length with its interval.
func lengthWords(m Measured) string {
	l := m.Length
	switch {
	case !l.Reached:
		return fmt.Sprintf("at least 1: the correlation is still %.2f at the greatest "+
			"distance", m.Correlation[len(m.Correlation)-1])
	case !l.Resolved:
		return fmt.Sprintf("less than %.2g, the distance of neighbouring points; give more points to "+
			"see more", l.Step)
	}
	return interval(l.Length.String())
}

// interval says of an estimate's text what stands in brackets.
func interval(text string) string {
	if strings.Contains(text, "[") {
		return text + ", the 95 % interval"
	}
	return text
}

// origin is where the numbers come from.
func (a *Answer) origin() []fact {
	p := a.Provenance
	facts := []fact{
		{"Model", a.Model.Source}, {"SHA-256 of the model", a.Model.Sum}, {"Seed", fmt.Sprint(p.Seed)},
		{"Backend", p.Backend}, {"Plugin", p.Plugin}, {"Platform", p.Platform}, {"Go", p.Go},
		{"Commit", p.Commit},
		{"Started", p.Started.Format("2006-01-02 15:04:05 MST")},
		{"Seconds", fmt.Sprintf("%.1f", p.WallSeconds)},
	}
	if r := a.Reference; r != nil {
		text, err := json.Marshal(r.Provenance)
		if err == nil {
			facts = append(facts, fact{"The net compared with", string(text)})
		}
	}
	return facts
}
