package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
)

// startExplorer runs all of 08_explore, with a cell behind it, up to the explorer's first picture.
func startExplorer(t *testing.T) (x *explorer, after int) {
	t.Helper()
	const name = "08_explore.ipynb"
	browser := startBrowser(t)
	lab := startLab(t, name)
	lab.addCell(t, name, "%%\nfmt.Println(\"the cell after the explorer ran\")")
	x = lab.open(t, browser, name).explorerOf("explore.Run(")
	cells := x.cells()
	x.command("notebook:run-all-cells")
	x.awaitText("Residual net, depth 50")
	return x, cells[len(cells)-1].Index
}

// TestExplore moves the controls by keyboard, mouse and script, and ends the explorer with the stop button
// and with its own.
func TestExplore(t *testing.T) {
	x, after := startExplorer(t)
	x.screenshot("explore")
	picture, outputs := x.picture(), x.outputs()

	x.press(slider("depth"), input.ArrowRight, input.ArrowRight, input.ArrowUp)
	picture = x.shown("Residual net, depth 53", picture, outputs)
	x.press(slider("depth"), input.Home)
	picture = x.shown("depth 1,", picture, outputs)
	x.clickAt(slider("depth"), 0.999)
	picture = x.shown("depth 100", picture, outputs)
	x.clickAt(slider("width"), 0.001)
	picture = x.shown("width 10,", picture, outputs)
	x.press(number("net"), input.KeyF) // the first net whose name begins so
	x.shown("Feedforward net", picture, outputs)
	if !x.eval(`() => document.querySelector("[name=beta]").disabled && document.querySelector("[data-for=alpha]").disabled`).Value.Bool() {
		t.Error("a feedforward net's β can be moved")
	}
	x.mistakes(outputs)

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
	x.finer()
	x.compare()
	code := x.copied()

	x.click(`[data-command="notebook:interrupt-kernel"]`)
	x.wantEnd()
	if text := x.text(); !strings.Contains(text, "explore.Config{State: \"net=feedforward&") ||
		!strings.Contains(text, "starts from this picture") {
		t.Errorf("in the end it says %q", text)
	}
	ran := x.goThroughTraining(after)
	ran = x.runCode(code, after, ran)

	// It starts again, and ends with its button.
	x.runCell(x.cell)
	x.awaitText("Other cells wait")
	x.awaitText("Residual net, depth 50")
	x.whole()
	picture, outputs = x.picture(), x.outputs()
	x.press(number("seed"), input.ArrowUp)
	x.shown("seed 2.", picture, outputs)
	x.runCell(after)
	x.click("[name=done]")
	x.wantEnd()
	x.wantRun(after, ran)
	x.screenshot("explore-ended")
	for _, reported := range x.noted(&x.errors) {
		// On a busy machine GoNB's first attempt to connect to the page fails, and the explorer asks for
		// another.
		if !strings.Contains(reported, "comm_open_ack not received in time") {
			t.Errorf("a script of the page reported %q", reported)
		}
	}
}

// mistakes sets what makes no net: a sentence stands beside the controls, and the picture stays, dimmed.
func (x *explorer) mistakes(outputs int) {
	x.t.Helper()
	before := x.picture()
	for _, c := range []struct{ field, text, words, again string }{
		{"seed", "-1", `There is no picture of this: the seed is "-1"`, "1"},
		{"depth", "0", `depth is "0"`, "2"},
		{"depth", "", `depth is ""`, "2"},
		{"high", "-3", "the grid goes from -2 to -3", "2"},
	} {
		x.watch()
		if c.text == "" {
			x.enter(number(c.field), "8")
			x.press(number(c.field), input.Backspace)
		} else {
			x.enter(number(c.field), c.text)
		}
		x.awaitText(c.words)
		frames := x.watched()
		last := frames[len(frames)-1]
		if !last.Dimmed || last.Busy || !strings.Contains(last.Problem, c.words) || x.picture() == "" {
			x.t.Errorf("%s = %q shows %+v", c.field, c.text, last)
		}
		if c.text != "" && x.picture() != before {
			x.t.Errorf("%s = %q changed the picture", c.field, c.text)
		}
		invalid := x.eval(`(control) => `+x.area+`.querySelector(control).getAttribute("aria-invalid")`,
			number(c.field)).Value.Str()
		if invalid != "true" || x.outputs() > outputs {
			x.t.Errorf("%s = %q is marked as invalid: %q", c.field, c.text, invalid)
		}
		x.enter(number(c.field), c.again)
		x.awaitText("Other cells wait")
		x.whole()
		before = x.picture()
	}
	x.screenshot("explore-typed")
	x.press(number("seed"), input.ArrowUp)
	x.shown("seed 2.", before, outputs)
}

// finer asks for many draws of a deep net: the first picture is that of one draw, and then finer ones follow,
// while the bar stands beside the sliders. It types what no slider has. What takes minutes gives way to what
// is asked for next.
func (x *explorer) finer() {
	x.t.Helper()
	x.enter(number("width"), "123")
	x.awaitText("width 123,")
	x.watch()
	x.enter(number("depth"), "77")
	x.enter(number("draws"), "100")
	x.awaitText(" of 100 draws, seed 2")
	x.screenshot("explore-finer")
	x.wait("the whole", `() => /depth 77, [^\n]* relu, 100 draws, seed 2/.test(`+x.area+`.innerText)`)
	x.whole()
	var counts []int
	bar := false
	for _, f := range x.watched() {
		var count int
		if _, said, found := strings.Cut(f.Caption, "relu, the first "); found &&
			strings.Contains(f.Caption, " of 100 draws") {
			if _, err := fmt.Sscanf(said, "%d", &count); err != nil {
				x.t.Fatalf("%q: %v", f.Caption, err)
			}
			bar = bar || f.Bar
			if !f.Busy && !f.Stale {
				x.t.Errorf("with %d of 100 draws nothing says that there is more to come", count)
			}
			if len(counts) == 0 || counts[len(counts)-1] != count {
				counts = append(counts, count)
			}
		}
	}
	x.t.Logf("pictures of %v draws came before that of 100", counts)
	// On a fast machine the whole may be there before a second picture would be.
	if len(counts) == 0 || counts[0] != 1 || !slices.IsSorted(counts) || len(counts) > 1 && !bar {
		x.t.Errorf("pictures of %v draws were shown, the bar beside them: %t", counts, bar)
	}
	if width, position := x.valueOf(number("width")), x.valueOf(slider("width")); width != "123" ||
		position != "3" { // of 10, 20, 50, 100, 150
		x.t.Errorf("the width is %s, and its slider at %s", width, position)
	}

	x.enter(number("draws"), "100000")
	x.awaitText(" of 100000 draws")
	x.enter(number("draws"), "1")
	x.enter(number("width"), "20")
	x.enter(number("depth"), "2")
	x.awaitText("depth 2, width 20")
	x.whole()
}

// goThroughTraining moves the slider of the explorer's second view, which has started after the first, and
// ends it. It returns the count of the cell that waited for it.
func (x *explorer) goThroughTraining(after int) (count int) {
	x.t.Helper()
	y := x.explorerOf("explore.Training(")
	y.awaitText("Other cells wait")
	y.awaitText("after 10 training steps")
	picture, outputs := y.picture(), y.outputs()
	y.press(slider("step"), input.ArrowRight)
	picture = y.shown("after 30 training steps", picture, outputs)
	y.press(slider("step"), input.End)
	picture = y.shown("after 300 training steps", picture, outputs)
	y.press(number("net"), input.End)
	picture = y.shown("CReLU (frozen statistics)", picture, outputs)
	y.press(number("net"), input.ArrowUp)
	y.press(slider("step"), input.Home)
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

// wantRun checks that the cell after the explorers, which waited, ran. It takes and returns that cell's
// count.
func (x *explorer) wantRun(after, count int) int {
	x.t.Helper()
	waited := x.awaitCell(after, count)
	if len(waited.Outputs) != 1 || fmt.Sprint(waited.Outputs[0].Text) != "the cell after the explorer ran\n" {
		x.t.Errorf("the cell after the explorer left %+v", waited.Outputs)
	}
	return waited.Count
}
