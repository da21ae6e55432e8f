package kerneltest

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// noNetwork are variables with which Go reaches nothing, and asks nobody about checksums.
var noNetwork = []string{"GOPROXY=http://127.0.0.1:9", "GOSUMDB=off", "GOFLAGS=-mod=mod"}

// ownNet is a cell that defines a normalisation of your own under a name, and takes gradients of a net with
// it.
const ownNet = `var _ = norms.Registry.Register("own", &norms.Norm{Name: "own", Apply: func(x *graph.Node, _ func(*graph.Node) *graph.Node) *graph.Node {
	return graph.MulScalar(x, 0.5)
}})

%%
s := must.M1(lab.Open())
defer s.Close()
net := models.Config{Net: "feedforward", Depth: 3, Width: 10, Norm: must.M1(norms.Registry.Get("own"))}
result := must.M1(gradients.Run(s.Context, s.Engine, gradients.Config{Net: net, Draws: 1}))
own := strings.Count(strings.Join(norms.Registry.Names(), " "), "own")
fmt.Println(len(result.Gradients), "draw, norms of one's own:", own)`

// A fresh notebook has no imports and needs no network. Cells that register something can be run again,
// changed too, and one line fetches another module (here from Go's cache, where the set-up has put it).
func TestCellsOfOnesOwn(t *testing.T) {
	t.Parallel()
	command := runner(t, notebook(t,
		"%%\nfmt.Println(\"the square is\", math.Pow(12, 2))",
		ownNet,
		strings.Replace(ownNet, "0.5", "0.25", 1),
		"%%\nfmt.Println(strings.ToUpper(\"behind it\"))",
		"!*GOFLAGS=-mod=mod GOPROXY=off go get github.com/fatih/structtag@v1.2.0",
		"import \"github.com/fatih/structtag\"\n\n%%\ntags := "+
			"must.M1(structtag.Parse(`json:\"depth\"`))\nfmt.Println(\"the tag is\", tags.Keys()[0])",
	))
	command.Env = append(os.Environ(), noNetwork...)
	got := run(t, command)
	for _, words := range []string{"the square is 144\n", "1 draw, norms of one's own: 1\n", "BEHIND IT\n",
		"the tag is json\n"} {
		wantWorks(t, got, words)
	}
	if count := strings.Count(got.stdout, "1 draw, norms of one's own: 1\n"); count != 2 {
		t.Errorf("the cell that was changed ran %d times, not 2", count)
	}
}

// runCells starts the installed kernel as JupyterLab does, runs cells, and prints what each shows: its text,
// and its errors.
const runCells = `
import json, sys
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=1200)
try:
    shown = []
    for code in json.load(sys.stdin):
        text, errors, others = [], [], []
        def hook(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            elif message["msg_type"] == "error":
                errors.append("\n".join(content["traceback"]))
            elif "data" in content:
                others.append(content["data"])
        client.execute_interactive(code, timeout=1200, output_hook=hook)
        shown.append({"text": "".join(text), "errors": errors, "others": len(others)})
    json.dump(shown, sys.stdout)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
`

// mistakes are cells as people write them, and what they are told, first of all.
var mistakes = []struct{ cell, first string }{
	{`fmt.Println("hello")`,
		"error: put %% on a line before code that runs: without it a cell only declares (var, func, type, " +
			"import) (cell 1, line 1)\n    fmt.Println(\"hello\")"},
	{"x := 3\n\nfmt.Println(x)", "error: put %% on a line before code that runs"},
	{"for i := range 3 {\n\tfmt.Println(i)\n}", "error: put %% on a line before code that runs"},
	{"%%\nfmt.Println(undeclared)",
		"error: undefined: undeclared (cell 4, line 2)\n    fmt.Println(undeclared)"},
	{"%%\nfmt.Println(norms.Bach)", "error: undefined: norms.Bach (cell 5, line 2)"},
	{"%%\nx := 1", "error: declared and not used: x (cell 6, line 2)"},
	{"%%\nx := (1", "error: expected ')', found newline (cell 7, line 2)"},
	{"import \"example.org/nothing\"\n%%\nnothing.Do()",
		"error: no required module provides package example.org/nothing; with a network, !*go get " +
			"example.org/nothing@latest in a cell of its own fetches it (cell 8, line 1)"},
	{"%%\nvar m map[string]int\nm[\"a\"] = 1", "panic: assignment to entry in nil map"},
	{"%%\nos.Exit(3)", "exit status 3"},
	{"%%\ns := must.M1(lab.Open())\ndefer s.Close()\nmust.M(errors.New(\"the depth is 0: choose at least " +
		"1\"))", "error: the depth is 0: choose at least 1\n"},
	{"%%\nlab.Auto()\nmust.M(errors.New(\"the depth is 0: choose at least 1\"))",
		"error: the depth is 0: choose at least 1\n"},
}

// A mistake is shown once, its cause first, as text; what is of no use to its author is not shown.
func TestMistakesAreSaidOnce(t *testing.T) {
	t.Parallel()
	var cells []string
	for _, m := range mistakes {
		cells = append(cells, m.cell)
	}
	asked, err := json.Marshal(cells)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python(t), "-c", runCells)
	command.Stdin = strings.NewReader(string(asked))
	command.Env = append(os.Environ(), "JUPYTER_PATH="+environment(t, "share", "jupyter"),
		"JUPYTER_PREFER_ENV_PATH=1")
	got := run(t, command)
	var shown []struct {
		Text   string   `json:"text"`
		Errors []string `json:"errors"`
		Others int      `json:"others"`
	}
	if err := json.Unmarshal([]byte(got.stdout), &shown); err != nil || len(shown) != len(mistakes) {
		t.Fatalf("the kernel did not run the cells: %v, %+v", err, got)
	}
	for i, m := range mistakes {
		all := shown[i].Text + strings.Join(shown[i].Errors, "\n")
		if !strings.HasPrefix(all, m.first) || len(shown[i].Errors) != 1 || shown[i].Others != 0 {
			t.Errorf("%q shows\n%s\nas %d errors and %d other outputs, want one that begins with %q", m.cell,
				all, len(shown[i].Errors), shown[i].Others, m.first)
		}
		cause, _, _ := strings.Cut(strings.TrimPrefix(m.first, "error: "), "\n")
		if strings.Count(all, cause) != 1 || strings.Count(all, "exit status") > 1 ||
			strings.Contains(all, os.TempDir()+"/gonb") || strings.Contains(all, "main.go") {
			t.Errorf("%q shows its cause more than once, or what is of no use:\n%s", m.cell, all)
		}
	}
}
