package browsertest

import (
	"fmt"
	"strings"

	"github.com/go-rod/rod/lib/input"
)

// compare pins a picture and moves on, adds the theory, and unpins.
func (x *explorer) compare() {
	x.t.Helper()
	single := decode(x.t, x.picture()).Bounds().Dy()
	x.watch()
	x.click("[data-tool=pin]")
	x.awaitText("A, pinned: Feedforward net, depth 2, width 20")
	x.press(slider("depth"), input.End)
	x.awaitText("B: Feedforward net, depth 100")
	x.whole()
	if !strings.Contains(x.text(), "A, pinned: Feedforward net, depth 2, width 20") {
		x.t.Errorf("the pinned picture is gone: %q", x.text())
	}
	if double := decode(x.t, x.picture()).Bounds().Dy(); double < 3*single/2 {
		x.t.Errorf("two nets are drawn %d pixels high, and one %d", double, single)
	}
	before := x.picture()
	x.press("[name=theory]", input.Space)
	x.wait("another picture", `(before) => `+x.area+`.querySelector("img")?.src !== before`, before)
	x.whole()
	if strings.Contains(x.text(), "No curve of the theory") {
		x.t.Errorf("feedforward nets have no theory: %q", x.text())
	}
	x.watched()
	x.screenshot("explore-pinned")
	x.screenshotOf("explore-pinned-narrow", 620, 1300, "JupyterLab Light")
	x.screenshotOf("explore-pinned-dark", 1400, 1100, "JupyterLab Dark")
}

// copied takes the picture's code and its name, goes elsewhere, resets, and brings the picture back by its
// name. It returns the code.
func (x *explorer) copied() (code string) {
	x.t.Helper()
	x.click("[data-tool=copy-code]")
	x.wait("a word about the copy",
		`() => /Copied|Ctrl/.test(`+x.area+`.querySelector("[role=status]").textContent)`)
	x.screenshot("explore-code")
	code = x.valueOf("[data-tool=code]")
	for _, words := range []string{"Depth: 100, Width: 20", "explore.Beside(gradients.Config{Net: pinned",
		"explore.WithTheory", "must.M1(lab.Open())"} {
		if !strings.Contains(code, words) {
			x.t.Errorf("the code lacks %q:\n%s", words, code)
		}
	}
	x.click("[data-tool=copy-name]")
	name := x.valueOf("[data-tool=name]")
	x.click("[data-tool=reset]")
	x.awaitText("Residual net, depth 50, width 200")
	x.whole()
	if strings.Contains(x.text(), "A, pinned") || x.valueOf(number("depth")) != "50" ||
		x.valueOf(number("pinned")) != "" {
		x.t.Error("the reset left something")
	}
	x.enter("[data-tool=name]", "sauce=1")
	x.press("[data-tool=name]", input.Enter)
	x.awaitText(`This is no name of a picture: there is no control "sauce".`)
	x.eval(`(name) => { const field = `+x.area+`.querySelector("[data-tool=name]"); field.focus(); field.select(); document.execCommand("insertText", false, name); }`, name)
	x.press("[data-tool=name]", input.Enter)
	x.awaitText("A, pinned: Feedforward net, depth 2, width 20")
	x.awaitText("B: Feedforward net, depth 100, width 20")
	x.whole()
	if got := x.valueOf("[data-tool=code]"); got != code {
		x.t.Errorf("the code of the picture that came back is\n%s\nand was\n%s", got, code)
	}
	return code
}

// runCode runs the copied code in the cell after the explorers, which printed before, and gives the cell its
// code back.
func (x *explorer) runCode(code string, after, count int) int {
	x.t.Helper()
	source := x.eval(`(index, code) => {
		const model = `+widget+`.content.widgets[index].model.sharedModel, before = model.source;
		model.setSource(code);
		return before;
	}`, after, code).Value.Str()
	x.runCell(after)
	ran := x.awaitCell(after, count)
	pictures, text := 0, ""
	for _, o := range ran.Outputs {
		if o.Data["image/png"] != nil {
			pictures++
		}
		text += fmt.Sprint(o.Data["text/html"], o.Text)
	}
	if pictures != 1 || !strings.Contains(text, "A, pinned: Feedforward net, depth 2, width 20") ||
		!strings.Contains(text, "B: Feedforward net, depth 100") {
		x.t.Errorf("the copied code made %d pictures, and %s", pictures, text)
	}
	x.eval(`(index, code) => `+widget+`.content.widgets[index].model.sharedModel.setSource(code)`, after,
		source)
	x.runCell(after)
	return x.wantRun(after, ran.Count)
}
