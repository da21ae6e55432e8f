package lab_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func TestErrorsAreOneSentence(t *testing.T) {
	const want = "error: depth is 0: give at least 1\n"
	if output, status := play(t, "fails"); output != want || status != 1 {
		t.Errorf("output %q, status %d; want %q", output, status, want)
	}
	if output, _ := play(t, "fails", lab.StackVariable+"=1"); !strings.Contains(output, "play_test.go") {
		t.Errorf("with %s the stack is missing: %q", lab.StackVariable, output)
	}
	for want, variable := range map[string]string{
		`unknown backend "abacus"`:       "SHATTERED_BACKEND=abacus",
		`SHATTERED_SIZE is "enormous"`:   "SHATTERED_SIZE=enormous",
		"needs XLA's plugin, which is n": "SHATTERED_BACKEND=xla:cpu",
	} {
		output, status := play(t, "works", "PJRT_PLUGIN_LIBRARY_PATH="+t.TempDir(), "GOMLX_NO_AUTO_INSTALL=1",
			"HOME="+t.TempDir(),
			"LD_LIBRARY_PATH=", "GOMLX_BACKEND=go", variable)
		if !strings.Contains(output, want) || strings.Count(output, "\n") != 1 || status != 1 {
			t.Errorf("%s: output %q, status %d; want one line with %q", variable, output, status, want)
		}
	}
}

// TestProgressWithoutATerminalIsOneLine plays a cell of three seconds, longer than what is worth a display,
// or of more on a busy machine.
func TestProgressWithoutATerminalIsOneLine(t *testing.T) {
	for _, cell := range []string{"works", "by itself"} {
		output, status := play(t, cell, "GOMLX_BACKEND=go", "SHATTERED_BACKEND=")
		if !regexp.MustCompile(`^counting: 30 of 30 in \d+s\n$`).MatchString(output) || status != 0 {
			t.Errorf("%s: output %q, status %d", cell, output, status)
		}
	}
}

// TestInterruptSaysWhatWasSaved interrupts cells whose progress is not worth a display. The name of their
// results folder looks like a pattern, and there are parts of older code in it, which are collected.
func TestInterruptSaysWhatWasSaved(t *testing.T) {
	for kept, want := range map[string]string{
		"": "nothing was finished that could be saved, run the cell again and it starts where it did this " +
			"time",
		"1": "one finished part is saved, run the cell again and it goes on after it",
		"2": "2 finished parts are saved, run the cell again and it goes on after them",
	} {
		results := filepath.Join(t.TempDir(), "[a-b]*?{x}\\'\"\n #%ä日")
		older := filepath.Join(results, ".parts", strings.Repeat("0", 64))
		if err := os.MkdirAll(older, 0o777); err != nil {
			t.Fatal(err)
		}
		// The second run finds the parts of the first.
		for _, want := range []string{want, "nothing was finished"} {
			output, status := play(t, "waits", "GOMLX_BACKEND=go", "SHATTERED_BACKEND=", "KEEP_PARTS="+kept,
				lab.ResultsVariable+"="+results)
			if !strings.HasPrefix(output, "error: interrupted: "+want) || strings.Count(output, "\n") != 1 ||
				status != 1 {
				t.Errorf("with %q parts: output %q, status %d; want %q", kept, output, status, want)
			}
		}
		if _, err := os.Stat(older); !os.IsNotExist(err) {
			t.Errorf("the parts of older code are left, %v", err)
		}
	}
}

// TestFailureEndsTheProgress plays a cell that fails while its display is shown, although nothing was ever
// reported.
func TestFailureEndsTheProgress(t *testing.T) {
	output, status := play(t, "slow", "GOMLX_BACKEND=go", "SHATTERED_BACKEND=")
	if want := regexp.MustCompile(`^thinking: stopped at 0 of 5 after \d+s\nerror: no idea\n$`); !want.MatchString(output) || status != 1 {
		t.Errorf("output %q, status %d", output, status)
	}
}

func TestPanicIsOneSentence(t *testing.T) {
	const want = "error: the cell panicked: runtime error: index out of range [1] with length 0\n"
	if output, status := play(t, "panics", "GOMLX_BACKEND=go", "SHATTERED_BACKEND="); output != want ||
		status != 1 {
		t.Errorf("output %q, status %d; want %q", output, status, want)
	}
	output, _ := play(t, "panics", "GOMLX_BACKEND=go", "SHATTERED_BACKEND=", lab.StackVariable+"=1")
	if !strings.HasPrefix(output, want) || !strings.Contains(output, "play_test.go") {
		t.Errorf("with %s the stack is missing: %q", lab.StackVariable, output)
	}
}

func TestErrorsOfSeveralLines(t *testing.T) {
	if output, _ := play(t, "stack"); output != "error: the shapes differ:\n" {
		t.Errorf("output %q", output)
	}
	if output, _ := play(t, "stack", lab.StackVariable+"=1"); !strings.Contains(output, "at line 3") {
		t.Errorf("with %s the further lines are missing: %q", lab.StackVariable, output)
	}
}

// toy is an experiment's result.
type toy struct{}

func (toy) Seed() uint64 { return 7 }
func (toy) Results() (*results.Figure, error) {
	claim := claims.Claim{ID: "toy.claim", Source: "Figure 0", Statement: "s", Quantity: "q"}
	return &results.Figure{Figure: "toy", Title: "A toy", Config: map[string]int{}, Series: []int{},
		Claims: []claims.Claim{claim.Above(stats.Exact(1), 0)}}, nil
}

// picture is a drawn figure.
type picture struct{ err error }

func (picture) Name() string           { return "toy" }
func (picture) Alt() string            { return "A toy." }
func (picture) SVG() ([]byte, error)   { return []byte("<svg/>"), nil }
func (p picture) PNG() ([]byte, error) { return []byte("PNG"), p.err }

// printed returns what the function prints.
func printed(t *testing.T, print func() error) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "printed"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := os.Stdout
	os.Stdout = file
	err = print()
	os.Stdout = before
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSaveAndShow(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "results")
	t.Setenv(lab.ResultsVariable, folder)
	t.Setenv(lab.SizeVariable, "quick")
	t.Setenv("SHATTERED_BACKEND", "go")
	s, err := lab.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SaveResult(toy{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Show(picture{}); err != nil {
		t.Fatal(err)
	}
	wrong := errors.New("no ink")
	if err := s.Show(picture{wrong}); !errors.Is(err, wrong) {
		t.Errorf("a picture that can't be drawn gives %v", err)
	}
	said := errors.New("said")
	restore := must.M
	must.M = func(err error) { said = err }
	s.Plot(picture{wrong})
	must.M = restore
	if !errors.Is(said, wrong) {
		t.Errorf("the cell ends with %v where a picture can't be drawn", said)
	}
	saved, err := results.Load(folder, "toy")
	if err != nil {
		t.Fatal(err)
	}
	if p := saved.Provenance; p.Seed != 7 || p.Size != "quick" || p.Backend != "go" || p.WallSeconds <= 0 {
		t.Errorf("provenance %+v", p)
	}
	for _, file := range []string{"toy.png", "toy.svg"} {
		if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
			t.Error(err)
		}
	}
	shown := printed(t, func() error { return lab.ShowClaims("toy") })
	if strings.Contains(shown, "holds") || strings.Contains(shown, "✓") ||
		!strings.Contains(shown, "| Figure 0 | s | q | 1 | > 0 |") ||
		!strings.Contains(shown, "they have no verdicts") {
		t.Errorf("the claims at quick size are shown as\n%s", shown)
	}
	saved.Provenance.Size = "paper"
	if err := saved.Save(folder); err != nil {
		t.Fatal(err)
	}
	shown = printed(t, func() error { return lab.ShowClaims("toy") })
	if !strings.Contains(shown, "| ✓ holds | Figure 0 | s | q | 1 | > 0 |") ||
		!strings.Contains(shown, "1 of 1 claims hold, 0 contradicted, 0 undecided.") ||
		strings.Contains(shown, "no verdicts") {
		t.Errorf("the claims at the paper's size are shown as\n%s", shown)
	}
	if err := lab.ShowClaims("missing"); err == nil || !strings.Contains(err.Error(), "run the cell") {
		t.Errorf("claims of a figure that was not made: %v", err)
	}
	if description := s.Describe(); !strings.Contains(description, "quick size") {
		t.Errorf("description %q", description)
	}
}

func TestSizedAndHome(t *testing.T) {
	t.Setenv(lab.SizeVariable, "")
	if lab.Sized("paper", "quick") != "paper" {
		t.Error("the default size is not the paper's")
	}
	t.Setenv(lab.SizeVariable, "quick")
	if lab.Sized("paper", "quick") != "quick" {
		t.Error("SHATTERED_SIZE=quick is ignored")
	}
	t.Setenv(lab.HomeVariable, "")
	if _, err := os.Stat(filepath.Join(lab.Home(), "go.mod")); err != nil {
		t.Errorf("without %s home is %s: %v", lab.HomeVariable, lab.Home(), err)
	}
	t.Setenv(lab.HomeVariable, "/somewhere")
	t.Setenv(lab.ResultsVariable, "")
	if got := lab.ResultsFolder(); got != filepath.Join("/somewhere", "results") {
		t.Errorf("results go to %s", got)
	}
}

// TestRelativeFolders names folders as ones below the working folder, which then changes.
func TestRelativeFolders(t *testing.T) {
	working := t.TempDir()
	t.Chdir(working)
	t.Setenv(lab.HomeVariable, "project")
	t.Setenv(lab.ResultsVariable, "out")
	t.Setenv("SHATTERED_BACKEND", "go")
	if got, want := lab.Home(), filepath.Join(working, "project"); got != want {
		t.Errorf("home is %s, and not %s", got, want)
	}
	s, err := lab.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	t.Chdir(t.TempDir())
	if err := s.SaveResult(toy{}); err != nil {
		t.Fatal(err)
	}
	if _, err := results.Load(filepath.Join(working, "out"), "toy"); err != nil {
		t.Error(err)
	}
}
