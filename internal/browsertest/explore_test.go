package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
)

// explorer is an explorer's cell in an open notebook.
type explorer struct {
	*notebook
	cell int

	// area is its output area, in JavaScript.
	area string
}

// explorerOf returns the explorer in the cell that calls a function.
func (n *notebook) explorerOf(function string) *explorer {
	n.t.Helper()
	cells := n.cells()
	i := slices.IndexFunc(cells, func(c cell) bool { return strings.Contains(c.Source, function) })
	if i < 0 {
		n.t.Fatalf("no cell calls %s", function)
	}
	return &explorer{notebook: n, cell: cells[i].Index, area: fmt.Sprintf(`[...document.querySelectorAll(".jp-CodeCell")]`+
		`.find((cell) => cell.querySelector(".jp-InputArea").textContent.includes(%q)).querySelector(".jp-OutputArea")`, function)}
}

// text returns what can be read below the cell.
func (x *explorer) text() string {
	x.t.Helper()
	return x.eval(`() => ` + x.area + `.innerText`).Value.Str()
}

// awaitText waits until something can be read below the cell.
func (x *explorer) awaitText(words string) {
	x.t.Helper()
	x.wait(fmt.Sprintf("%q", words), `(words) => `+x.area+`.innerText.includes(words)`, words)
}

// picture returns the source of the picture, "" where there is none.
func (x *explorer) picture() string {
	x.t.Helper()
	return x.eval(`() => { const i = ` + x.area + `.querySelector("img"); return i && i.complete && i.naturalWidth > 500 ? i.src : ""; }`).Value.Str()
}

// outputs returns the number of outputs below the cell. GoNB leaves empty ones, where it connected to the page.
func (x *explorer) outputs() int {
	x.t.Helper()
	return x.eval(`() => [...` + x.area + `.children].filter((o) => o.querySelector("img") || o.innerText.trim()).length`).Value.Int()
}

// press presses keys with a control focused.
func (x *explorer) press(control string, keys ...input.Key) {
	x.t.Helper()
	x.eval(`(name) => `+x.area+`.querySelector("[name=" + name + "]").focus()`, control)
	if err := x.Keyboard.Type(keys...); err != nil {
		x.t.Fatal(err)
	}
	if focused := x.eval(`() => document.activeElement.name`).Value.Str(); focused != control {
		x.t.Errorf("the keys %v took the focus from %s to %q", keys, control, focused)
	}
}

// set sets a control by its position, as a mouse that moves does.
func (x *explorer) set(control string, positions ...int) {
	x.t.Helper()
	x.eval(`(name, positions) => {
		const control = `+x.area+`.querySelector("[name=" + name + "]");
		for (const position of positions) {
			control.value = position;
			control.dispatchEvent(new Event("input", {bubbles: true}));
		}
	}`, control, positions)
}

// shown waits for words below the cell and checks that the picture is another one by its content, in the same place.
func (x *explorer) shown(words string, before string, outputs int) (after string) {
	x.t.Helper()
	x.awaitText(words)
	x.wait("a picture", `() => { const i = `+x.area+`.querySelector("img"); return Boolean(i && i.complete && i.naturalWidth > 500); }`)
	after = x.picture()
	// Titles and axes stay: a share of a hundredth is a line that moved.
	if share := different(decode(x.t, before), decode(x.t, after)); share < 0.01 {
		x.t.Errorf("with %q, only %.4f of the picture's pixels are others than before", words, share)
	}
	_, latency, _ := strings.Cut(x.text(), "Computed in ")
	x.t.Logf("%s computed in %s", words, strings.TrimSpace(latency))
	if got := x.outputs(); got != outputs {
		x.t.Errorf("with %q there are %d outputs, where there were %d", words, got, outputs)
	}
	return after
}

// startExplorer runs all of 07_explore, with a cell behind it, up to the explorer's first picture.
func startExplorer(t *testing.T) (x *explorer, after int) {
	t.Helper()
	const name = "07_explore.ipynb"
	browser := startBrowser(t)
	lab := startLab(t, name)
	lab.addCell(t, name, "%%\nfmt.Println(\"the cell after the explorer ran\")")
	x = lab.open(t, browser, name).explorerOf("explore.Run(")
	cells := x.cells()
	x.command("notebook:run-all-cells")
	x.awaitText("Residual net, depth 50")
	return x, cells[len(cells)-1].Index
}

// TestExplore moves the controls by keyboard, mouse and script, and ends the explorer with the stop button and with its own.
func TestExplore(t *testing.T) {
	x, after := startExplorer(t)
	x.screenshot("explore")
	picture, outputs := x.picture(), x.outputs()

	x.press("depth", input.ArrowRight, input.ArrowRight, input.ArrowUp)
	picture = x.shown("Residual net, depth 53", picture, outputs)
	x.press("depth", input.Home)
	picture = x.shown("depth 1,", picture, outputs)
	x.clickAt("[name=depth]", 0.999)
	picture = x.shown("depth 100", picture, outputs)
	x.clickAt("[name=width]", 0.001)
	picture = x.shown("width 10,", picture, outputs)
	x.press("net", input.Home)
	picture = x.shown("Feedforward net", picture, outputs)
	if !x.eval(`() => document.querySelector("[name=beta]").disabled`).Value.Bool() {
		t.Error("a feedforward net's β can be moved")
	}

	// What makes no net gives a sentence in place of the picture, and goes on.
	x.press("seed", input.Home, input.Minus)
	x.awaitText(`There is no picture: the seed is "-1"`)
	if x.picture() != "" || x.outputs() > outputs {
		t.Errorf("the sentence does not stand in place of the picture: %q", x.text())
	}
	x.press("seed", input.Home, input.Delete)
	x.awaitText("seed 1.")
	x.press("seed", input.ArrowUp)
	x.shown("seed 2.", picture, outputs)

	// Bursts of moves must end on the last, however the messages overtake each other.
	for burst := range 10 {
		var positions []int
		for i := range 30 {
			positions = append(positions, (37*i+burst)%100)
		}
		last := 11 + 7*burst
		x.set("depth", append(positions, last-1)...)
		x.awaitText(fmt.Sprintf("depth %d,", last))
	}

	// Work of minutes gives way to what is asked for next.
	x.press("draws", input.End)
	x.press("width", input.End)
	x.press("depth", input.End)
	x.press("draws", input.Home)
	x.press("depth", input.Home)
	x.awaitText("depth 1, width 400")
	if got := x.outputs(); got > outputs+1 { // one is the progress display's
		t.Errorf("there are %d outputs in the end, where there were %d", got, outputs)
	}

	x.click(`[data-command="notebook:interrupt-kernel"]`)
	x.wantEnd()
	ran := x.goThroughTraining(after)

	// It starts again, and ends with its button.
	x.runCell(x.cell)
	x.awaitText("Other cells wait")
	x.awaitText("Residual net, depth 50")
	picture, outputs = x.picture(), x.outputs()
	x.press("seed", input.ArrowUp)
	x.shown("seed 2.", picture, outputs)
	x.runCell(after)
	x.click("[name=done]")
	x.wantEnd()
	x.wantRun(after, ran)
	x.screenshot("explore-ended")
	for _, reported := range x.noted(&x.errors) {
		// On a busy machine GoNB's first attempt to connect to the page fails, and the explorer asks for another.
		if !strings.Contains(reported, "comm_open_ack not received in time") {
			t.Errorf("a script of the page reported %q", reported)
		}
	}
}

// goThroughTraining moves the slider of the explorer's second view, which has started behind the first, and ends it. It returns the count of
// the cell that waited for it.
func (x *explorer) goThroughTraining(after int) (count int) {
	x.t.Helper()
	y := x.explorerOf("explore.Training(")
	y.awaitText("Other cells wait")
	y.awaitText("after 10 training steps")
	picture, outputs := y.picture(), y.outputs()
	y.press("step", input.ArrowRight)
	picture = y.shown("after 30 training steps", picture, outputs)
	y.press("step", input.End)
	picture = y.shown("after 300 training steps", picture, outputs)
	y.press("net", input.End)
	picture = y.shown("CReLU (frozen statistics)", picture, outputs)
	y.press("net", input.ArrowUp)
	y.press("step", input.Home)
	y.shown("The gradient is the same at all inputs", picture, outputs)
	for burst := range 10 { // as above: the last must win
		y.set("step", 6, 0, 5, 1, 4, 2, 3, burst%7)
		y.awaitText(fmt.Sprintf("after %d training steps", []int{0, 1, 3, 10, 30, 100, 300}[burst%7]))
	}
	y.screenshot("training")
	y.click("[name=done]")
	y.wantEnd()
	return y.wantRun(after, 0)
}

// wantEnd checks that the explorer ended well, with a picture.
func (x *explorer) wantEnd() {
	x.t.Helper()
	x.awaitText("The explorer has ended.")
	for _, o := range x.awaitCell(x.cell, 0).Outputs {
		if o.Type == "error" || o.Name == "stderr" {
			x.t.Errorf("the explorer ended with %v", o.Text)
		}
	}
	if x.picture() == "" {
		x.t.Error("the explorer left no picture")
	}
}

// wantRun checks that the cell behind the explorers, which waited, ran. It takes and returns that cell's count.
func (x *explorer) wantRun(after, count int) int {
	x.t.Helper()
	waited := x.awaitCell(after, count)
	if len(waited.Outputs) != 1 || fmt.Sprint(waited.Outputs[0].Text) != "the cell after the explorer ran\n" {
		x.t.Errorf("the cell after the explorer left %+v", waited.Outputs)
	}
	return waited.Count
}
