package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
)

// Cells of a notebook of your own, without imports.
const (
	ownNet = `var leaky = &activations.Activation{Name: "leaky", Apply: func(x *graph.Node) *graph.Node {
	return graph.Max(x, graph.MulScalar(x, 0.3))
}}

%%
s := lab.Auto()
net := models.Config{Net: "feedforward", Depth: 4, Width: 10, Activation: leaky}
result := must.M1(gradients.Run(s.Context, s.Engine, gradients.Config{Net: net, Draws: 2}))
fmt.Println(len(result.Gradients), "draws of", len(result.X), "gradients")`

	ownPlot = `%%
s := lab.Auto()
net := models.Config{Net: "residual", Depth: 4, Width: 10, Beta: 0.1}
result := must.M1(gradients.Run(s.Context, s.Engine, gradients.Config{Net: net, Draws: 3}))
s.Plot(plots.Lines(result.X, plots.Draws(result.Gradients)...).Labels("input", "gradient"))`

	forgotten = `fmt.Println("hello")`
)

// rewrite replaces the source of a cell.
func (n *notebook) rewrite(index int, source string) {
	n.t.Helper()
	n.eval(`(index, source) => `+widget+`.content.widgets[index].model.sharedModel.setSource(source)`, index,
		source)
}

// complete puts the cursor after the code of a cell and presses Tab, and waits for a list that has the word.
func (n *notebook) complete(index int, code, word string) {
	n.t.Helper()
	n.rewrite(index, code)
	n.eval(`(index) => {
		const content = `+widget+`.content;
		content.activeCellIndex = index;
		content.mode = "edit";
		const editor = content.activeCell.editor;
		editor.focus();
		editor.setCursorPosition(editor.getPositionAt(editor.model.sharedModel.source.length));
	}`, index)
	if err := n.Keyboard.Type(input.Tab); err != nil {
		n.t.Fatal(err)
	}
	n.wait(fmt.Sprintf("%s in the list behind %q", word, code),
		`(word) => [...document.querySelectorAll(".jp-Completer .jp-Completer-item")].some((item) => item.textContent.includes(word))`, word)
	n.screenshot("complete-" + word)
	if err := n.Keyboard.Type(input.Escape); err != nil {
		n.t.Fatal(err)
	}
	n.wait("the list's end",
		`() => !document.querySelector(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item")`)
}

// openTemplate opens the empty notebook in a lab of its own, and returns the index of its first cell.
func openTemplate(t *testing.T) (lab *jupyter, n *notebook, index int) {
	t.Helper()
	browser := startBrowser(t)
	lab = startLab(t, "mine/template.ipynb")
	n = lab.open(t, browser, "template.ipynb")
	return lab, n, n.cells()[0].Index
}

// TestNotebookOfOnesOwn walks through a fresh notebook: completion, a net and a picture of your own without
// an import, and a forgotten %%.
func TestNotebookOfOnesOwn(t *testing.T) {
	_, n, index := openTemplate(t)
	n.wait("line numbers", `() => Boolean(document.querySelector(".jp-CodeCell .cm-lineNumbers"))`)
	n.complete(index, "%%\nnorms.", "Batch")
	n.complete(index, "%%\ns := lab.Auto()\nresult := must.M1(gradients.Run(s.Context, s.Engine, "+
		"gradients.Config{}))\nresult.", "Summary")

	count := 0
	ran := func(source string) cell {
		n.rewrite(index, source)
		n.runCell(index)
		c := n.awaitCell(index, count)
		count = c.Count
		return c
	}
	if text := fmt.Sprint(ran(ownNet).Outputs); !strings.Contains(text, "2 draws of 256 gradients") {
		t.Errorf("a net of one's own shows %s", text)
	}
	pictures := 0
	for _, output := range ran(ownPlot).Outputs {
		if output.Data["image/png"] != nil {
			pictures++
		}
	}
	if pictures != 1 {
		t.Errorf("a picture of one's own is %d pictures", pictures)
	}
	n.screenshot("own-plot")
	ran(forgotten)
	n.wait("what is forgotten",
		`() => document.querySelector(".jp-CodeCell .jp-OutputArea").innerText.startsWith("error: put %% on a line before code that runs")`)
	n.screenshot("forgotten")
	if text := n.eval(`() => document.querySelector(".jp-CodeCell .jp-OutputArea").innerText`).Value.Str(); strings.Count(text, "%%") != 1 || strings.Contains(text, "/tmp") {
		t.Errorf("a forgotten %%%% shows\n%s", text)
	}
	if news := n.eval(`() => document.querySelectorAll(".Toastify__toast").length`).Value.Int(); news != 0 {
		t.Errorf("there are %d popups", news)
	}
}

// ask sends a request to JupyterLab, and returns the status and the body.
func (lab *jupyter) ask(t *testing.T, method, address string, body []byte) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, lab.address+address,
		bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "token "+token)
	client := http.Client{Timeout: patience}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, text
}

// TestProjectsNotebooks: JupyterLab opens 00_start, and the notebooks that git knows are trusted and can't be
// saved over, unless that is asked for.
func TestProjectsNotebooks(t *testing.T) {
	if testing.Short() {
		t.Skip("starts JupyterLab")
	}
	folder := repository(t, "notebooks")
	tracked, err := exec.Command("git", "-C", folder, "ls-files", "--cached", "--others",
		"--exclude-standard", "*.ipynb").Output()
	if err != nil {
		t.Skip("there is no git here to say which notebooks it knows")
	}
	lab := startLabIn(t, folder)
	if _, page := lab.ask(t, "GET", "/", nil); !strings.Contains(string(page), "00_start.ipynb") {
		t.Errorf("the first page does not open 00_start")
	}
	type contents struct {
		Writable bool            `json:"writable"`
		Type     string          `json:"type"`
		Format   string          `json:"format"`
		Content  json.RawMessage `json:"content"`
	}
	for _, name := range strings.Fields(string(tracked)) {
		_, answer := lab.ask(t, "GET", path.Join("/api/contents", name), nil)
		var notebook contents
		if err := json.Unmarshal(answer, &notebook); err != nil {
			t.Fatal(err)
		}
		if notebook.Writable {
			t.Errorf("%s can be written", name)
		}
		if strings.Contains(string(notebook.Content), `"trusted": false`) ||
			!strings.Contains(string(notebook.Content), `"trusted": true`) {
			t.Errorf("%s is not trusted", name)
		}
		before, err := os.ReadFile(path.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		changed, err := json.Marshal(contents{Type: "notebook", Format: "json",
			Content: json.RawMessage(`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`)})
		if err != nil {
			t.Fatal(err)
		}
		status, answer := lab.ask(t, "PUT", path.Join("/api/contents", name), changed)
		if after, err := os.ReadFile(path.Join(folder, name)); err != nil || !bytes.Equal(before, after) {
			_ = os.WriteFile(path.Join(folder, name), before, 0o644)
			t.Fatalf("%s was saved over (%v)", name, err)
		}
		if status != http.StatusForbidden || !strings.Contains(string(answer), "Save Notebook As") {
			t.Errorf("saving %s gives %d: %s", name, status, answer)
		}
	}
}
