package kerneltest

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// askKernel starts the installed kernel and asks for completion and documentation (Tab and Shift-Tab in
// JupyterLab) at the marks "|" in the questions, as JSON on standard input. Then it kills the kernel, and
// waits for the language server to end. It prints the answers, and what is left of the language server, as
// JSON.
const askKernel = `
import json, os, signal, sys, time
import psutil
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=1200)
kernel = psutil.Process(manager.provisioner.pid)
servers = []
try:
    answers = []
    for question in json.load(sys.stdin):
        cursor = question["code"].index("|")
        code = question["code"].replace("|", "", 1)
        ask = client.inspect if question["inspect"] else client.complete
        # On a busy machine the first answer may take longer than the kernel waits for it: then, as a user does, ask again. This is about hanging.
        deadline = time.monotonic() + 1200
        while time.monotonic() < deadline:
            answer = ask(code, cursor, reply=True, timeout=1200)["content"]
            if answer.get("matches") or answer.get("found"):
                break
        answers.append(answer)
    servers = [child for child in kernel.children(recursive=True) if child.name() == "gopls"]
finally:
    client.stop_channels()
    kernel.kill()
    manager.shutdown_kernel(now=True)
found = len(servers)
_, left = psutil.wait_procs(servers, timeout=1200)
for server in left:
    server.kill()
json.dump({"answers": answers, "servers": found, "left": len(left)}, sys.stdout)
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
	// A fresh notebook: nothing is imported.
	questions := []question{
		{"%%\nnorms.|", false, "Batch"},
		{"%%\nnorms.Ba|", false, "Batch"},
		{"%%\nexplore.Def|", false, "Defaults"},
		{"%%\nnet := models.Config{Net: \"residual\", De|}", false, "Depth"}, // JupyterLab closes the bracket
		{"%%\nlab.Op|", false, "Open"},
		{"%%\ngradients.R|", false, "Run"},
		{"%%\nc := explore.Defaults()\nc.Dra|", false, "Draws"},
		// Code that is being written.
		{"%%\ns := must.M1(lab.Open())\nresult := must.M1(gradients.Run(s.Context, s.Engine, " +
			"gradients.Config{}))\nresult.|", false, "Summary"},
		{"%%\ns := must.M1(lab.Open())\nfor depth := range 3 {\n\tfmt.Println(depth, s.|", false, "Engine"},
		{"%%\nnet := models.Config{Net: \"residual\", Norm: norms.|", false, "Batch"},
		{"%%\nexplore.R|un(nil, explore.Defaults())", true, "Run shows the explorer below the running cell"},
		{"%%\nnet := models.Con|fig{}", true, "Config describes a net."},
		{"%%\nnet := models.Config{Be|ta: 1}", true, "Beta rescales the residual branch"},
		{"%%\nvar n *norms.No|rm", true, "Norm is a normalisation of preactivations over the batch"},
		{"%%\ns, err := lab.Op|en()", true, "Open opens the backend that the environment names"},
	}
	asked, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python(t), "-c", askKernel)
	command.Stdin = strings.NewReader(string(asked))
	command.Env = append(os.Environ(), "JUPYTER_PATH="+environment(t, "share", "jupyter"),
		"JUPYTER_PREFER_ENV_PATH=1")
	got := run(t, command)
	var said struct {
		Answers []struct {
			Matches []string       `json:"matches"`
			Found   bool           `json:"found"`
			Data    map[string]any `json:"data"`
		} `json:"answers"`
		Servers int `json:"servers"`
		Left    int `json:"left"`
	}
	if err := json.Unmarshal([]byte(got.stdout), &said); err != nil || len(said.Answers) != len(questions) {
		t.Fatalf("the kernel did not answer: %v, %+v", err, got)
	}
	if said.Servers == 0 || said.Left != 0 {
		t.Errorf("of %d language servers of a kernel that was killed, %d are left", said.Servers, said.Left)
	}
	for i, q := range questions {
		answer := said.Answers[i]
		if !q.Inspect {
			if !slices.ContainsFunc(answer.Matches,
				func(match string) bool { return strings.HasPrefix(match, q.want) }) {
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
