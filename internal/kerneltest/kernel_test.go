package kerneltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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

// started waits until a file that a cell writes is there, and returns the process id that it holds.
func started(t *testing.T, path string) int {
	t.Helper()
	// This is about hanging: on a busy machine it may take minutes until a kernel has started and a cell is
	// compiled.
	for deadline := time.Now().Add(20 * time.Minute); time.Now().Before(deadline); time.Sleep(50 *
		time.Millisecond) {
		text, err := os.ReadFile(path)
		if err != nil || len(text) == 0 {
			continue
		}
		id, err := strconv.Atoi(string(text))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	t.Fatal("the cell did not start")
	return 0
}

// wantGone checks that a process has ended.
func wantGone(t *testing.T, id int) {
	t.Helper()
	// A process that has ended but that nobody has waited for yet has no command line any more.
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", id))
	if err := syscall.Kill(id, 0); !errors.Is(err, syscall.ESRCH) && len(line) > 0 {
		t.Errorf("the cell's process %d is still there (%v)", id, err)
		_ = syscall.Kill(id, syscall.SIGKILL)
	}
}

// stoppableCell writes its process id to a file, waits for the interrupt, and writes "saved" to another.
const stoppableCell = `%%noautoget
import ("fmt"; "os"; "os/signal"; "time")
%%%%
interrupted := make(chan os.Signal, 1)
signal.Notify(interrupted, os.Interrupt)
_ = os.WriteFile(%[1]q, []byte(fmt.Sprint(os.Getpid())), 0o644)
<-interrupted
_ = os.WriteFile(%[2]q, []byte("saved"), 0o644)
if %[3]t {
	time.Sleep(time.Hour)
}`

// A run that is stopped lets the cell save what it must, and ends it where it does not end by itself.
func TestStoppedRunLeavesNoProcess(t *testing.T) {
	for name, stubborn := range map[string]bool{"polite cell": false, "stubborn cell": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faulttest.Faults(t, 1)
			folder := t.TempDir()
			pid, saved := filepath.Join(folder, "pid"), filepath.Join(folder, "saved")
			command := runner(t, notebook(t, fmt.Sprintf(stoppableCell, pid, saved, stubborn)))
			var id int
			stopped := make(chan struct{})
			go func() {
				defer close(stopped)
				id = started(t, pid)
				_ = command.Process.Signal(syscall.SIGTERM)
			}()
			got := run(t, command)
			<-stopped
			wantSentence(t, got, 130, "test.ipynb: stopped")
			wantGone(t, id)
			if _, err := os.Stat(saved); err != nil {
				t.Errorf("the cell was not given the time to save: %v", err)
			}
		})
	}
}

func TestTimeoutEndsTheCell(t *testing.T) {
	t.Parallel()
	faulttest.Faults(t, 1)
	pid := filepath.Join(t.TempDir(), "pid")
	got := run(t, runner(t, "--timeout", "3", notebook(t, fmt.Sprintf(stoppableCell, pid, os.DevNull, true))))
	wantSentence(t, got, 1, "cell 1 took longer than 3 s and was stopped")
	// On a busy machine the time may be over before the cell has compiled.
	if _, err := os.Stat(pid); err == nil {
		wantGone(t, started(t, pid))
	}
}

// A kernel that is killed (by a system without memory, say) must be reported, and must not leave its cell
// running.
func TestKilledKernel(t *testing.T) {
	t.Parallel()
	faulttest.Faults(t, 1)
	pid := filepath.Join(t.TempDir(), "pid")
	command := runner(t, notebook(t, fmt.Sprintf(`%%noautoget
import ("fmt"; "os"; "syscall"; "time")
%%%%
_ = os.WriteFile(%q, []byte(fmt.Sprint(os.Getpid())), 0o644)
_ = syscall.Kill(os.Getppid(), syscall.SIGKILL)
time.Sleep(time.Hour)`, pid)))
	// A killed kernel can't remove its folder.
	command.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	got := run(t, command)
	wantSentence(t, got, 1, "the kernel ended during cell 1")
	wantGone(t, started(t, pid))
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
