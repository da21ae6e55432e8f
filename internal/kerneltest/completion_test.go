package kerneltest

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// askKernel starts the installed kernel, runs a cell, and asks for completion and documentation (Tab and Shift-Tab in JupyterLab) at
// the marks "|" in the questions, as JSON on standard input. It prints the answers as JSON.
const askKernel = `
import json, sys, time
from jupyter_client.manager import start_new_kernel

asked = json.load(sys.stdin)
manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=1200)
try:
    client.execute_interactive(asked["cell"], timeout=1200, output_hook=lambda message: None)
    answers = []
    for question in asked["questions"]:
        cursor = question["code"].index("|")
        code = question["code"].replace("|", "", 1)
        ask = client.inspect if question["inspect"] else client.complete
        # GoNB gives the language server 8 seconds. At first it reads all packages, which may take longer: then, as a user does, ask again.
        # On a busy machine this may take minutes; the limit is about hanging.
        deadline = time.monotonic() + 1200
        while time.monotonic() < deadline:
            answer = ask(code, cursor, reply=True, timeout=1200)["content"]
            if answer.get("matches") or answer.get("found"):
                break
        answers.append(answer)
    json.dump(answers, sys.stdout)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
`

// question is where the cursor stands, and what the answer must hold.
type question struct {
	Code    string `json:"code"`
	Inspect bool   `json:"inspect"`
	want    string
}

// TestCompletionAndDocumentation asks for our own packages in a cell, as a user of JupyterLab does.
func TestCompletionAndDocumentation(t *testing.T) {
	t.Parallel()
	questions := []question{
		{"%%\nexplore.Def|", false, "Defaults"},
		{"%%\nnet := models.Config{Net: \"residual\", De|}", false, "Depth"}, // JupyterLab closes the bracket
		{"%%\nnorms.Ba|", false, "Batch"},
		{"%%\nlab.Op|", false, "Open"},
		{"%%\ngradients.R|", false, "Run"},
		{"%%\nc := explore.Defaults()\nc.Dra|", false, "Draws"},
		{"%%\nexplore.R|un(nil, explore.Defaults())", true, "Run shows the explorer below the running cell"},
		{"%%\nnet := models.Con|fig{}", true, "Config describes a net."},
		{"%%\nnet := models.Config{Be|ta: 1}", true, "Beta rescales the residual branch"},
		{"%%\nvar n *norms.No|rm", true, "Norm is a normalisation of preactivations over the batch"},
		{"%%\ns, err := lab.Op|en()", true, "Open opens the backend that the environment names"},
	}
	asked, err := json.Marshal(map[string]any{"questions": questions, "cell": `%noautoget
import (
	"github.com/shattered-gradients/shattered/pkg/explore"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)
`})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python(t), "-c", askKernel)
	command.Stdin = strings.NewReader(string(asked))
	command.Env = append(os.Environ(), "JUPYTER_PATH="+environment(t, "share", "jupyter"), "JUPYTER_PREFER_ENV_PATH=1")
	got := run(t, command)
	var answers []struct {
		Matches []string       `json:"matches"`
		Found   bool           `json:"found"`
		Data    map[string]any `json:"data"`
	}
	if err := json.Unmarshal([]byte(got.stdout), &answers); err != nil || len(answers) != len(questions) {
		t.Fatalf("the kernel did not answer: %v, %+v", err, got)
	}
	for i, q := range questions {
		answer := answers[i]
		if !q.Inspect {
			if !slices.ContainsFunc(answer.Matches, func(match string) bool { return strings.HasPrefix(match, q.want) }) {
				t.Errorf("%q is completed by %q, without %s", q.Code, answer.Matches, q.want)
			}
			continue
		}
		text, err := json.Marshal(answer.Data)
		if err != nil {
			t.Fatal(err)
		}
		if !answer.Found || !strings.Contains(string(text), q.want) {
			t.Errorf("%q is documented by %s, without %q", q.Code, text, q.want)
		}
	}
}
