package kerneltest

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// probeCell is a cell that declares what is given, opens the lab and takes gradients of a net.
func probeCell(declarations, net string) string {
	return `%noautoget
import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

` + declarations + `

%%
s := must.M1(lab.Open())
defer s.Close()
must.M1(gradients.Run(s.Context, s.Engine, gradients.Config{Net: ` + net + `, Draws: 2, Seed: 1}))
`
}

// anActivation declares an activation of your own.
func anActivation(body string) string {
	return "var own = &activations.Activation{Name: \"own\", Apply: func(x *graph.Node) *graph.Node { " +
		body + " }}"
}

const withOwnActivation = `models.Config{Net: "feedforward", Depth: 3, Width: 10, Activation: own}`

// failures are cells that a reader of the notebooks may well write, and what they are told.
var failures = map[string]struct{ cell, sentence string }{
	"wrong depth": {probeCell("", `models.Config{Net: "feedforward"}`),
		"depth is 0: give the number of rectifiers"},
	"unknown net": {probeCell("", `models.Config{Net: "perceptron", Depth: 2}`),
		`unknown net "perceptron": choose one of `},
	"beta left out": {probeCell("", `models.Config{Net: "residual", Depth: 2, Norm: norms.Batch}`),
		"beta is 0: give the scale of the residual branch"},
	"empty normalisation": {probeCell("",
		`models.Config{Net: "feedforward", Depth: 2, Norm: &norms.Norm{Name: "own"}}`),
		`normalisation "own" has no Apply function`},
	"diverged run": {
		probeCell("", `models.Config{Net: "residual", Depth: 60, Width: 10, Beta: 1000}`),
		"the signal left the range of float32; choose a smaller depth, alpha or beta",
	},
	"activation that panics": {
		probeCell(anActivation(`panic("not written yet")`), withOwnActivation),
		"running a feedforward net of depth 3: not written yet",
	},
	"activation of another shape": {
		probeCell(anActivation(`return graph.ReduceAllSum(x)`), withOwnActivation),
		"running a feedforward net of depth 3: ",
	},
	"shapes that do not fit": {
		probeCell(anActivation(`return graph.Add(x, graph.Iota(x.Graph(), shapes.Make(x.DType(), 3, 7), 0))`),
			withOwnActivation), "running a feedforward net of depth 3: ",
	},
	"unknown backend": {"%env SHATTERED_BACKEND abacus\n" + labCell(""),
		`unknown backend "abacus": choose one of xla:cpu, xla:cuda, go`},
	"unknown size": {"%env SHATTERED_SIZE enormous\n" + labCell(""),
		`SHATTERED_SIZE is "enormous": choose one of quick, paper, full`},
	"no GPU": {"%env SHATTERED_BACKEND xla:cuda\n%env PJRT_PLUGIN_LIBRARY_PATH /nowhere\n" +
		labCell(""), "run scripts/setup --cuda on a machine with an NVIDIA GPU"},
	"missing dataset": {
		"%env CIFAR10_DIR /nowhere\n" +
			strings.Replace(labCell("must.M1(cifar.Load(s.Context))"), `"errors"`,
				`"github.com/shattered-gradients/shattered/pkg/data/cifar"`, 1),
		"/nowhere",
	},
	"figure not made": {labCell(`must.M(lab.ShowClaims("figure-99"))`), "figure-99"},
	"panic": {labCell("var none map[string]int\nnone[\"a\"] = 1"),
		"the cell panicked: assignment to entry in nil map (in the line: none[\"a\"] = 1)"},
	"panic of words": {labCell(`panic(errors.New("what now?"))`),
		`the cell panicked: what now? (in the line: panic(errors.New("what now?")))`},
}

// cellText runs a notebook and returns what can be read in it, the text of outputs and cells, with how the
// run ended.
func cellText(t *testing.T, cells ...string) (text string, ended result) {
	t.Helper()
	page := filepath.Join(t.TempDir(), "page.html")
	command := runner(t, "--html", page, notebook(t, cells...))
	command.Env = append(os.Environ(), "SHATTERED_RESULTS="+filepath.Join(t.TempDir(), "results"))
	ended = run(t, command)
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatalf("%v: %+v", err, ended)
	}
	_, body, _ := strings.Cut(string(content), "<body")
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, "")), ended
}

// stack matches what only a stack has.
var stack = regexp.MustCompile(`goroutine \d|\.go:\d+ \+0x|runtime/debug`)

// TestFailuresAreOneSentence reads what is in the cell, and not only what the runner of notebooks makes of
// it.
func TestFailuresAreOneSentence(t *testing.T) {
	for name, c := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faulttest.Inputs(t, 1)
			text, ended := cellText(t, c.cell)
			wantSentence(t, ended, 1, c.sentence)
			if got := strings.Count(text, "error: "); got != 1 || !strings.Contains(text, c.sentence) {
				t.Errorf("the cell shows %d errors, not one with %q:\n%s", got, c.sentence, text)
			}
			if found := stack.FindString(text); found != "" {
				t.Errorf("the cell shows a stack (%q):\n%s", found, text)
			}
		})
	}
}

// TestStackIsAvailable asks for the stack in the cell.
func TestStackIsAvailable(t *testing.T) {
	for _, name := range []string{"wrong depth", "activation that panics", "panic"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, ended := cellText(t, "%env SHATTERED_STACK 1\n"+failures[name].cell)
			wantSentence(t, ended, 1, failures[name].sentence)
			if !stack.MatchString(text) {
				t.Errorf("the cell shows no stack:\n%s", text)
			}
		})
	}
}

// TestProgressLeavesOneOutput runs a cell of three seconds with two hundred steps as nbconvert does.
func TestProgressLeavesOneOutput(t *testing.T) {
	t.Parallel()
	executed := filepath.Join(t.TempDir(), "executed.ipynb")
	cell := strings.Replace(labCell(`
ctx := progress.Start(s.Context, "counting", 200)
for range 200 {
	progress.Step(ctx)
	time.Sleep(15 * time.Millisecond)
}`), `"errors"`, `"time"; "github.com/shattered-gradients/shattered/pkg/progress"`, 1)
	if got := run(t, runner(t, "--output", executed, notebook(t, cell))); got.status != 0 {
		t.Fatalf("the cell gave %+v", got)
	}
	content, err := os.ReadFile(executed)
	if err != nil {
		t.Fatal(err)
	}
	var page struct {
		Cells []struct {
			Outputs []struct {
				Type string              `json:"output_type"`
				Data map[string][]string `json:"data"`
			} `json:"outputs"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(content, &page); err != nil {
		t.Fatal(err)
	}
	outputs := page.Cells[0].Outputs
	if len(outputs) != 1 {
		t.Fatalf("the cell left %d outputs: %+v", len(outputs), outputs)
	}
	if line := strings.Join(outputs[0].Data["text/html"],
		""); !regexp.MustCompile(`^counting: 200 of 200 in \d+s$`).MatchString(line) {
		t.Errorf("the cell left %q", line)
	}
}

// TestInterruptedCellSaysWhatWasSaved interrupts a cell that has finished two parts.
func TestInterruptedCellSaysWhatWasSaved(t *testing.T) {
	t.Parallel()
	pid := filepath.Join(t.TempDir(), "pid")
	cell := strings.Replace(labCell(fmt.Sprintf(`
for part := range 2 {
	_, _, err := checkpoint.Part(s.Context, part, func() (int, error) { return part, nil })
	must.M(err)
}
must.M(os.WriteFile(%q, []byte(fmt.Sprint(os.Getpid())), 0o644))
<-s.Context.Done()
must.M(s.Context.Err())`, pid)), `"errors"`, `"os"; "github.com/shattered-gradients/shattered/pkg/checkpoint"`, 1)
	interrupted := make(chan struct{})
	go func() {
		defer close(interrupted)
		// What the stop button does: the kernel passes SIGINT on to the cell's program.
		if err := syscall.Kill(started(t, pid), syscall.SIGINT); err != nil {
			t.Error(err)
		}
	}()
	text, ended := cellText(t, cell)
	<-interrupted
	const sentence = "interrupted: 2 finished parts are saved, run the cell again and it goes on after them"
	wantSentence(t, ended, 1, sentence)
	if !strings.Contains(text, "error: "+sentence) || stack.MatchString(text) {
		t.Errorf("the interrupted cell shows\n%s", text)
	}
}
