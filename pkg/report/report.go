// Package report collects the results of all figures: into claims.json, into index.html, one page that shows
// them all and needs no network and no other file, and into the tables of the README and docs/claims.md.
package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
)

//go:embed index.html.tmpl
var page string

var pageTemplate = template.Must(template.New("index").Parse(page))

// view is what the page shows.
type view struct {
	Sections []*section

	// Findings say what came out.
	Findings []finding

	// Count is of the verdicts of all figures, less those made at quick size.
	Count claims.Count

	// Files are those that hold all claims.
	Files []*file

	// Quick tells that a figure was made at quick size.
	Quick bool

	// Pages are those that lie beside this one: of notebooks, and of the documentation.
	Pages []*file

	// Wrong says which files are left out because they can't be used, and why.
	Wrong []string

	files *files
}

// section is a figure as the page shows it.
type section struct {
	*results.Figure

	// Name and About are the two parts of the title: "Figure 2", ", autocorrelation of gradients against
	// depth".
	Name, About string

	// Thumbnail is the first picture, small.
	Thumbnail template.URL

	// Pictures are the figure's own and those whose names continue its name after a hyphen.
	Pictures []picture

	// Sheet is the figure's table; nil where it has none.
	Sheet *sheet

	// Numbers are the files that hold the figure's numbers.
	Numbers []*file

	// Setting is the config as JSON, Origin the provenance, for the curious.
	Setting string
	Origin  []fact

	// Count is of the verdicts. A figure made at quick size has none, and its claims are shown without.
	Count claims.Count
}

// Quick tells that the figure was made at quick size.
func (s *section) Quick() bool { return s.Provenance.Size == results.Quick }

// fact is a line of the provenance.
type fact struct{ Name, Value string }

// Write writes index.html and claims.json into the results folder, from the figures saved there, and the CSV
// and npz files of figures that lack them, or whose numbers are others.
//
// The page begins with what came out, shows every figure with its claims, and holds what can be downloaded of
// it: it can be mailed as it is. Pictures are always in it. Files to download are, the smallest first, as
// long as the page stays below PageLimit; the others are links to the files beside it.
//
// Figures stand in the order of their names that is given, and others after them. Files that can't be used
// are left out: the page names them, and so does the error, a *results.Unusable, once the page is written.
func Write(folder string, order ...string) error {
	figures, err := results.LoadAll(folder)
	wrong := new(results.Unusable)
	if !wrong.Add(err) {
		return err
	}
	if len(figures) == 0 && wrong.Err() != nil {
		return fmt.Errorf("there are no results in %s that can be used: %w", folder, wrong)
	}
	if len(figures) == 0 {
		return fmt.Errorf("there are no results in %s: run scripts/reproduce, or a notebook, first", folder)
	}
	inOrder(figures, order)
	if err := results.SaveClaims(folder, figures); err != nil {
		return err
	}
	for _, figure := range figures {
		if err := figure.UpdateData(folder); err != nil {
			return err
		}
	}
	v, err := newView(folder, figures, wrong)
	if err != nil {
		return err
	}
	index, err := v.page()
	if err != nil {
		return err
	}
	v.files.embed(PageLimit - len(index))
	if index, err = v.page(); err != nil {
		return err
	}
	if err := results.WriteFile(folder, "index.html", index); err != nil {
		return err
	}
	return wrong.Err()
}

// page returns the page, with those files in it that are embedded by now.
func (v *view) page() ([]byte, error) {
	var index bytes.Buffer
	if err := pageTemplate.Execute(&index, v); err != nil {
		return nil, fmt.Errorf("can't fill in the page of results: %w", err)
	}
	return index.Bytes(), nil
}

// inOrder sorts figures by an order of their names. Those that are not in it stay after the others, as they
// are.
func inOrder(figures []*results.Figure, order []string) {
	place := func(f *results.Figure) int {
		if i := slices.Index(order, f.Figure); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(figures, func(a, b *results.Figure) int { return cmp.Compare(place(a), place(b)) })
}

// newView gathers what the page shows.
func newView(folder string, figures []*results.Figure, wrong *results.Unusable) (*view, error) {
	pictures, err := names(folder, "*.png")
	if err != nil {
		return nil, err
	}
	for i, name := range pictures {
		pictures[i] = strings.TrimSuffix(name, ".png")
	}
	slices.Sort(pictures)
	files := new(files)
	v := &view{files: files}
	for _, pattern := range []string{"[0-9]*.html", "notebooks/*.html", "README.html", "docs/*.html"} {
		pages, err := names(folder, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range pages {
			v.Pages = append(v.Pages, &file{Name: name, Link: beside(name)})
		}
	}
	for _, extension := range []string{".json", ".csv"} {
		f, err := files.read(folder, results.ClaimsName+extension)
		if err != nil {
			return nil, err
		}
		v.Files = append(v.Files, f)
	}
	for _, figure := range figures {
		s, err := newSection(folder, figure, files)
		if err != nil {
			return nil, err
		}
		for _, name := range pictures {
			if owner(name, figures) == figure {
				if err := s.addPicture(folder, name, files); err != nil {
					wrong.Files = append(wrong.Files, err)
				}
			}
		}
		v.Sections = append(v.Sections, s)
		v.Count = v.Count.Plus(s.Count)
		v.Quick = v.Quick || s.Quick()
	}
	for _, err := range wrong.Files {
		v.Wrong = append(v.Wrong, err.Error())
	}
	v.Findings = newFindings(v.Sections)
	return v, nil
}

// owner returns the figure that a picture belongs to: the one with the longest name that the picture has, or
// continues after a hyphen.
func owner(picture string, figures []*results.Figure) *results.Figure {
	var owner *results.Figure
	for _, figure := range figures {
		if strings.HasPrefix(picture+"-", figure.Figure+"-") &&
			(owner == nil || len(figure.Figure) > len(owner.Figure)) {
			owner = figure
		}
	}
	return owner
}

// newSection gathers what the page shows of a figure, less its pictures.
func newSection(folder string, figure *results.Figure, files *files) (*section, error) {
	s := &section{Figure: figure, Count: claims.CountVerdicts(figure.Decided()),
		Origin: origin(figure.Provenance), Sheet: newSheet(figure.Table)}
	comma := strings.IndexByte(figure.Title+",", ',')
	s.Name, s.About = figure.Title[:comma], figure.Title[comma:]
	setting, err := json.MarshalIndent(figure.Config, "", "  ")
	if err != nil {
		return nil, err
	}
	s.Setting = string(setting)
	for _, extension := range []string{".json", ".csv", ".npz"} {
		f, err := files.read(folder, figure.Figure+extension)
		if err != nil {
			return nil, err
		}
		s.Numbers = append(s.Numbers, f)
	}
	return s, nil
}

// origin returns the provenance line by line.
func origin(p results.Provenance) []fact {
	facts := []fact{
		{"Size", p.Size}, {"Seed", fmt.Sprint(p.Seed)}, {"Backend", p.Backend + " (" + p.Plugin + ")"},
		{"Platform", p.Platform},
		{"Started", p.Started.Format("2006-01-02 15:04:05 MST")},
		{"Wall time", fmt.Sprintf("%.3g s", p.WallSeconds)},
		{"Commit", p.Commit}, {"Go", p.Go},
	}
	for _, module := range slices.Sorted(maps.Keys(p.Modules)) {
		facts = append(facts, fact{module, p.Modules[module]})
	}
	return facts
}

// names returns the names of the files in the folder that match the pattern, sorted.
func names(folder, pattern string) ([]string, error) {
	return fs.Glob(os.DirFS(folder), pattern)
}
