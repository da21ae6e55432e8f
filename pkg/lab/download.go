package lab

import (
	"encoding/base64"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Download offers the numbers of figures saved earlier: as comma-separated values (see [results.Figure.CSV]),
// as NumPy arrays ([results.Figure.NPZ]) and as JSON. It writes <figure>.csv and .npz into the results folder
// where they are missing, says where the files are, and in JupyterLab shows links to click on. The links hold
// the files, so they work wherever the kernel runs, and also in the saved notebook.
func Download(figures ...string) error {
	live := os.Getenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV) != ""
	var lines, page strings.Builder
	for _, name := range figures {
		figure, err := results.Load(ResultsFolder(), name)
		if err != nil {
			return err
		}
		files, err := dataFiles(figure)
		if err != nil {
			return err
		}
		var paths, links []string
		for _, file := range files {
			paths = append(paths, file.place())
			links = append(links, file.link(live))
		}
		fmt.Fprintf(&lines, "%s: %s\n", figure.Title, strings.Join(paths, ", "))
		fmt.Fprintf(&page, "<p>%s: %s</p>\n", html.EscapeString(figure.Title), strings.Join(links, ", "))
	}
	if !gonbui.IsNotebook {
		fmt.Print(lines.String())
		return nil
	}
	gonbui.DisplayHTML(page.String())
	gonbui.Sync()
	return nil
}

// dataFile is a file that holds a figure's numbers.
type dataFile struct {
	kind, mediaType, path string
	content               []byte
}

// dataFiles reads the files that hold the figure's numbers.
func dataFiles(figure *results.Figure) ([]dataFile, error) {
	if err := figure.UpdateData(ResultsFolder()); err != nil {
		return nil, err
	}
	files := []dataFile{{kind: "CSV", mediaType: "text/csv"}, {kind: "npz", mediaType: "application/zip"},
		{kind: "JSON", mediaType: "application/json"}}
	for i := range files {
		f := &files[i]
		f.path = filepath.Join(ResultsFolder(), figure.Figure+"."+strings.ToLower(f.kind))
		var err error
		if f.content, err = regular.ReadFile(f.path); err != nil {
			return nil, fmt.Errorf("can't read the numbers of %s: %w; run the cell that makes the figure "+
				"again", figure.Figure, err)
		}
	}
	return files, nil
}

// linkLimit is how large a file may be, in bytes, to be held by a link, which is saved with the notebook.
const linkLimit = 8 << 20

// link returns the file as a link, where a page can follow it, and its place.
func (f dataFile) link(live bool) string {
	place := "<code>" + html.EscapeString(f.place()) + "</code>"
	if !live || len(f.content) > linkLimit {
		return f.kind + " " + place
	}
	return fmt.Sprintf(`<a download="%s" href="data:%s;base64,%s">%s</a> %s`, html.EscapeString(filepath.Base(f.path)),
		f.mediaType, base64.StdEncoding.EncodeToString(f.content), f.kind, place)
}

// place returns where the file is, as seen from the project's folder where it lies in it.
func (f dataFile) place() string { return place(f.path) }

// place returns where a file is, as seen from the project's folder where it lies in it.
func place(path string) string {
	if short, err := filepath.Rel(Home(), path); err == nil && filepath.IsLocal(short) {
		return short
	}
	return path
}
