package kerneltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// labCell is a cell that opens the lab and then runs the code.
func labCell(code string) string {
	return `%noautoget
import (
	"errors"

	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/lab"
)

%%
s := must.M1(lab.Open())
defer s.Close()
` + code
}

func TestCellPrints(t *testing.T) {
	t.Parallel()
	got := run(t, runner(t, notebook(t,
		"%noautoget\nimport \"fmt\"\n\nfunc square(x int) int { return x * x }",
		"%%\nfmt.Println(\"the square is\", square(12))",
	)))
	if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, "the square is 144\n") {
		t.Errorf("a good notebook gave %+v", got)
	}
}

// The kernel's environment names the backend and where its plugin is; the cell that checks the set-up
// computes on it.
func TestCellComputesOnTheKernelsBackend(t *testing.T) {
	t.Parallel()
	command := runner(t, repository(t, "scripts", "lib", "verify.ipynb"))
	text, err := os.ReadFile(environment(t, "share", "jupyter", "kernels", "gonb", "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct{ Env map[string]string }
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	// The kernel's environment wins over the one it is started from.
	command.Env = append(os.Environ(), "GOMLX_BACKEND=nonsense", "PJRT_PLUGIN_LIBRARY_PATH=/nowhere")
	got := run(t, command)
	name, _, _ := strings.Cut(spec.Env["GOMLX_BACKEND"], ":")
	want := "1 + 1 = 2 on the backend " + name + " ("
	if got.status != 0 || !strings.Contains(got.stdout, want) {
		t.Errorf("the cell gave %+v, want it to print %q", got, want)
	}
}

func TestFailingCells(t *testing.T) {
	for name, c := range map[string]struct{ cell, sentence string }{
		"lab's error": {labCell(`must.M(errors.New("the depth is 0: choose at least 1"))`),
			"cell 1 failed: the depth is 0: choose at least 1"},
		"compile error": {"%noautoget\n%%\nfmt.Println(undeclared)",
			"cell 1 failed: undefined: undeclared (cell 1, line 3)"},
		"panic": {"%noautoget\n%%\nvar m map[string]int\nm[\"a\"] = 1",
			"cell 1 failed: panic: assignment to entry in nil map"},
		"exit": {"%noautoget\nimport \"os\"\n%%\nos.Exit(3)", "cell 1 failed: exit status 3"},
		"killed": {"%noautoget\nimport (\"os\"; \"syscall\")\n%%\n_ = syscall.Kill(os.Getpid(), " +
			"syscall.SIGKILL)", "cell 1 failed: the system ended it (signal: killed), most likely because " +
			"the memory did not suffice"},
		"unknown flag": {"%env XLA_FLAGS --xla_of_another_time=1\n" + labCell(""),
			"cell 1 failed: the environment variable XLA_FLAGS has --xla_of_another_time, which XLA's " +
				"plugin "},
		"missing plugin": {
			"%env GOMLX_BACKEND xla:cpu\n%env PJRT_PLUGIN_LIBRARY_PATH /nowhere\n" + labCell(""),
			"XLA's plugin, which is not in /nowhere",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faulttest.Inputs(t, 1)
			path := notebook(t, c.cell, "%%\nfmt.Println(\"the cell after it ran\")")
			page, executed := filepath.Join(t.TempDir(), "page.html"),
				filepath.Join(t.TempDir(), "executed.ipynb")
			got := run(t, runner(t, "--html", page, "--output", executed, path))
			wantSentence(t, got, 1, c.sentence)
			if strings.Contains(got.stdout, "the cell after it ran") {
				t.Error("the cell after the failing one ran")
			}
			if _, err := os.Stat(page); err != nil {
				t.Errorf("the page of the failing notebook is missing: %v", err)
			}
			if _, err := os.Stat(executed); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a failing notebook was written with its outputs: %v", err)
			}
		})
	}
}

// A notebook that is committed with its outputs must not differ between two runs that gave the same.
func TestExecutedNotebookIsReproducible(t *testing.T) {
	t.Parallel()
	path := notebook(t, "%noautoget\nimport \"fmt\"\n%%\nfmt.Println(\"hello\")")
	var texts [2]string
	for i := range texts {
		executed := filepath.Join(t.TempDir(), "executed.ipynb")
		if got := run(t, runner(t, "--output", executed, path)); got.status != 0 {
			t.Fatalf("the notebook gave %+v", got)
		}
		text, err := os.ReadFile(executed)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	if texts[0] != texts[1] {
		t.Errorf("two runs wrote different notebooks:\n%s\n%s", texts[0], texts[1])
	}
	if !strings.Contains(texts[0], `"hello\n"`) {
		t.Errorf("the executed notebook lacks its output:\n%s", texts[0])
	}
}

// pictureCell defines a picture.
const pictureCell = `
type toy struct{}

func (toy) Name() string         { return "toy" }
func (toy) Alt() string          { return "A toy < a \"game\"." }
func (toy) SVG() ([]byte, error) { return []byte("<svg/>"), nil }
func (toy) PNG() ([]byte, error) { return []byte("\x89PNG"), nil }
`

// A picture brings its words into the saved notebook and into pages that are made of it; its files go to a
// folder that is relative to the notebook's.
func TestPictures(t *testing.T) {
	t.Parallel()
	path := notebook(t, "%env SHATTERED_RESULTS "+
		"out\n"+strings.Replace(labCell("must.M(errors.Join(s.Show(toy{}), s.Live().Update(toy{})))"),
		"\n%%\n", pictureCell+"\n%%\n", 1))
	page, executed := filepath.Join(t.TempDir(), "page.html"), filepath.Join(t.TempDir(), "executed.ipynb")
	if got := run(t, runner(t, "--html", page, "--output", executed, path)); got.status != 0 ||
		strings.Contains(got.stderr, "lternative text is missing") {
		t.Fatalf("a notebook with pictures gave %+v", got)
	}
	text, err := os.ReadFile(executed)
	if err != nil {
		t.Fatal(err)
	}
	var saved struct {
		Cells []struct {
			Outputs []struct {
				Data     map[string]any
				Metadata map[string]map[string]string
			}
		}
	}
	if err := json.Unmarshal(text, &saved); err != nil {
		t.Fatal(err)
	}
	const words = `A toy < a "game".`
	pictures := 0
	for _, o := range saved.Cells[0].Outputs {
		if o.Data["image/png"] == nil {
			continue // what %env says
		}
		pictures++
		if plain := fmt.Sprint(o.Data["text/plain"]); o.Metadata["image/png"]["alt"] != words ||
			plain != "["+words+"]" {
			t.Errorf("the notebook holds the output %+v", o)
		}
	}
	if pictures != 2 {
		t.Errorf("the notebook holds %d pictures, and not 2", pictures)
	}
	text, err = os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if alt := regexp.MustCompile(`<img\s[^>]*alt='A toy &lt; a "game"\.'`); len(alt.FindAll(text, -1)) != 2 {
		t.Errorf("the page's pictures are %q", regexp.MustCompile(`<img [^>]*>`).FindAll(text, -1))
	}
	for _, file := range []string{"toy.png", "toy.svg"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "out", file)); err != nil {
			t.Error(err)
		}
	}
}

func TestUnreadableNotebook(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.ipynb")
	wantSentence(t, run(t, runner(t, missing)), 1, "can't read the notebook")
	broken := filepath.Join(t.TempDir(), "broken.ipynb")
	if err := os.WriteFile(broken, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantSentence(t, run(t, runner(t, broken)), 1, "can't read the notebook")
}

// Our kernel must not depend on what kernels of the same name the user has, nor on a workspace around the
// repository.
func TestOtherKernelsOfTheNameAreLeftAlone(t *testing.T) {
	t.Parallel()
	theirs := t.TempDir()
	folder := filepath.Join(theirs, "kernels", "gonb")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	spec := `{"argv": ["/nowhere/gonb", "{connection_file}"], "display_name": "theirs", "language": "go"}`
	if err := os.WriteFile(filepath.Join(folder, "kernel.json"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	command := runner(t, notebook(t, "%noautoget\nimport \"fmt\"\n%%\nfmt.Println(\"hello\")"))
	command.Env = append(os.Environ(), "JUPYTER_PATH="+theirs, "JUPYTER_DATA_DIR="+theirs, "GOWORK=off",
		"GOFLAGS=-mod=vendor")
	if got := run(t, command); got.status != 0 {
		t.Errorf("with another kernel gonb around: %+v", got)
	}
}
