package experiments

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// home is the project's folder.
var home = filepath.Join("..", "..", "..")

// TestListIsThatOfTheNotebooks: each notebook says in its metadata which experiments it runs, and
// scripts/reproduce goes by that. All together are the list, in its order.
func TestListIsThatOfTheNotebooks(t *testing.T) {
	notebooks, err := filepath.Glob(filepath.Join(home, "notebooks", "*.ipynb"))
	if err != nil || len(notebooks) == 0 {
		t.Fatalf("there are no notebooks, %v", err)
	}
	var names []string
	for _, path := range notebooks {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var notebook struct {
			Metadata struct{ Shattered struct{ Figures []string } }
		}
		if err := json.Unmarshal(content, &notebook); err != nil {
			t.Fatal(err)
		}
		for _, name := range notebook.Metadata.Shattered.Figures {
			if e, err := Get(name); err != nil || e.Notebook+".ipynb" != filepath.Base(path) {
				t.Errorf("%s is said to be in the notebook %q and is in %s, %v", name, e.Notebook,
					filepath.Base(path), err)
			}
			names = append(names, name)
		}
	}
	if !slices.Equal(names, Names()) {
		t.Errorf("the notebooks run %v,\nand the list has %v", names, Names())
	}
}

// TestListIsWhole: every experiment says what it shows and costs, and what is kept of it is there.
func TestListIsWhole(t *testing.T) {
	for _, e := range All {
		if e.Title == "" || e.Shows == "" || e.Cost == "" || e.Run == nil || strings.HasSuffix(e.Shows, ".") {
			t.Errorf("%s: %+v", e.Name, e)
		}
		if e.Kept != "" {
			if _, err := os.Stat(filepath.Join(home, filepath.FromSlash(e.Kept))); err != nil {
				t.Errorf("%s: %v", e.Name, err)
			}
		}
	}
	if _, err := Get("figure-0"); err == nil ||
		!strings.Contains(err.Error(), "choose one of figure-1, figure-2") {
		t.Errorf("an unknown experiment: %v", err)
	}
}

// TestPicturesAreDrawn: some code of the project draws each picture by its name, or by that of its experiment
// and what stands behind it.
func TestPicturesAreDrawn(t *testing.T) {
	var code strings.Builder
	err := filepath.WalkDir(filepath.Join(home, "pkg"),
		func(path string, entry fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") ||
				filepath.Base(path) == "experiments.go" {
				return err
			}
			content, err := os.ReadFile(path)
			code.Write(content)
			return err
		})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range All {
		for _, name := range e.Figures {
			behind, _ := strings.CutPrefix(name, e.Name)
			if !strings.Contains(code.String(), `"`+name+`"`) &&
				(behind == "" || !strings.Contains(code.String(), `"`+behind+`"`)) {
				t.Errorf("nothing draws %s of %s", name, e.Name)
			}
		}
	}
}

// TestRunsAreOfTheirNames runs what takes no time.
func TestRunsAreOfTheirNames(t *testing.T) {
	for _, name := range []string{"figure-6", "figure-6-ten-epochs", "lasting-structure", "figure-1"} {
		e, err := Get(name)
		if err != nil {
			t.Fatal(err)
		}
		result, err := e.Run(t.Context(), engine.New(testbackend.Open(t)), results.Quick)
		if err != nil {
			t.Fatal(err)
		}
		if figure, err := result.Results(); err != nil || figure.Figure != name || figure.Title != e.Title {
			t.Errorf("%s gives %v, %v", name, figure, err)
		}
	}
}
