package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
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
	return &explorer{notebook: n, cell: cells[i].Index,
		area: fmt.Sprintf(`[...document.querySelectorAll(".jp-CodeCell")]`+
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
	return x.eval(`() => { const i = ` + x.area +
		`.querySelector("img"); return i && i.complete && i.naturalWidth > 500 ? i.src : ""; }`).Value.Str()
}

// outputs returns the number of outputs below the cell. GoNB leaves empty ones, where it connected to the
// page.
func (x *explorer) outputs() int {
	x.t.Helper()
	return x.eval(`() => [...` + x.area +
		`.children].filter((o) => o.querySelector("img") || o.innerText.trim()).length`).Value.Int()
}

// slider and number select the slider and the field of a number.
func slider(name string) string { return "[data-for=" + name + "]" }
func number(name string) string { return "[name=" + name + "]" }

// press presses keys with a control focused.
func (x *explorer) press(control string, keys ...input.Key) {
	x.t.Helper()
	x.eval(`(control) => `+x.area+`.querySelector(control).focus()`, control)
	if err := x.Keyboard.Type(keys...); err != nil {
		x.t.Fatal(err)
	}
	if !x.eval(`(control) => document.activeElement?.matches(control)`, control).Value.Bool() {
		x.t.Errorf("the keys %v took the focus from %s", keys, control)
	}
}

// enter types a text into a field, in place of what is there.
func (x *explorer) enter(control, text string) {
	x.t.Helper()
	x.eval(`(control) => { const field = `+x.area+`.querySelector(control); field.focus(); field.select(); }`,
		control)
	var keys []input.Key
	for _, r := range text {
		keys = append(keys, input.Key(r))
	}
	x.press(control, keys...)
}

// valueOf returns what a control is set to.
func (x *explorer) valueOf(control string) string {
	x.t.Helper()
	return x.eval(`(control) => `+x.area+`.querySelector(control).value`, control).Value.Str()
}

// set sets a slider by its position, as a mouse that moves does.
func (x *explorer) set(name string, positions ...int) {
	x.t.Helper()
	x.eval(`(control, positions) => {
		const slider = `+x.area+`.querySelector(control);
		for (const position of positions) {
			slider.value = position;
			slider.dispatchEvent(new Event("input", {bubbles: true}));
		}
	}`, slider(name), positions)
}

// watch notes in every frame what the explorer shows, whenever that changes.
func (x *explorer) watch() {
	x.t.Helper()
	x.eval(`() => {
		const area = ` + x.area + `;
		window.seen = [];
		const look = () => {
			if (!window.seen) return;
			const controls = area.querySelector(".shattered-explore"), figure = area.querySelector("figure");
			if (controls && figure) {
				const state = new URLSearchParams(new FormData(controls.querySelector("form")));
				if (!state.get("pinned")) state.delete("pinned");
				const bar = controls.querySelector("progress").getBoundingClientRect();
				const now = {
					stale: figure.dataset.state !== state.toString(), dimmed: figure.classList.contains("stale") && figure.getAttribute("aria-busy") === "true",
					busy: controls.classList.contains("busy"), caption: figure.innerText.split("\n")[0], opacity: Number(getComputedStyle(figure).opacity),
					problem: controls.querySelector("[role=status]").textContent,
					bar: bar.width > 50 && getComputedStyle(controls.querySelector("progress")).visibility === "visible",
				};
				const last = window.seen.at(-1);
				if (!last || Object.keys(now).some((key) => now[key] !== last[key])) window.seen.push(now);
			}
			requestAnimationFrame(look);
		};
		look();
	}`)
}

// frame is what watch notes.
type frame struct {
	Stale, Dimmed, Busy, Bar bool
	Caption, Problem         string
	Opacity                  float64
}

// watched returns what watch noted, and ends it. It checks that in no frame a picture of something else than
// the controls say was not dimmed, or the other way round.
func (x *explorer) watched() []frame {
	x.t.Helper()
	var frames []frame
	seen := x.eval(`async () => {
		for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame); // one more is noted
		const seen = window.seen;
		window.seen = undefined;
		return seen;
	}`)
	if err := seen.Value.Unmarshal(&frames); err != nil {
		x.t.Fatal(err)
	}
	for i, f := range frames {
		if f.Stale != f.Dimmed {
			x.t.Errorf("frame %d of %d: the picture of %q is stale: %t, dimmed: %t", i, len(frames),
				f.Caption, f.Stale, f.Dimmed)
		}
	}
	return frames
}

// shown waits for words below the cell and for the picture to be whole, and checks that it is another one by
// its content, in the same place.
func (x *explorer) shown(words string, before string, outputs int) (after string) {
	x.t.Helper()
	x.awaitText(words)
	x.whole()
	after = x.picture()
	// Titles and axes stay: a share of a hundredth is a line that moved.
	if share := different(decode(x.t, before), decode(x.t, after)); share < 0.01 {
		x.t.Errorf("with %q, only %.4f of the picture's pixels are others than before", words, share)
	}
	_, latency, _ := strings.Cut(x.text(), "Drawn in ")
	x.t.Logf("%s drawn in %s", words, strings.TrimSpace(latency))
	if got := x.outputs(); got != outputs {
		x.t.Errorf("with %q there are %d outputs, where there were %d", words, got, outputs)
	}
	return after
}

// whole waits until nothing is being computed and the picture is what the controls say.
func (x *explorer) whole() {
	x.t.Helper()
	x.wait("a whole picture", `() => {
		const figure = `+x.area+`.querySelector("figure"), image = figure?.querySelector("img");
		return Boolean(image?.complete && image.naturalWidth > 500 && !figure.classList.contains("stale") &&
			!`+x.area+`.querySelector(".shattered-explore.busy"));
	}`)
}

// screenshot keeps a picture of the page with the explorer in sight.
func (x *explorer) screenshot(name string) {
	x.t.Helper()
	x.eval(`() => ` + x.area + `.scrollIntoView()`)
	x.notebook.screenshot(name)
}

// screenshotOf keeps a picture of the page in another size and theme, and goes back to the usual ones.
func (x *explorer) screenshotOf(name string, width, height int, theme string) {
	x.t.Helper()
	resize := func(width, height int, theme string) {
		x.eval(`(theme) => window.jupyterapp.commands.execute("apputils:change-theme", {theme})`, theme)
		if err := x.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: width, Height: height,
			DeviceScaleFactor: 1}); err != nil {
			x.t.Fatal(err)
		}
		x.eval(`() => ` + x.area + `.scrollIntoView()`)
		time.Sleep(time.Second) // there is no sign of the end of a change of themes
	}
	resize(width, height, theme)
	x.screenshot(name)
	if x.eval(`() => { const c = ` + x.area + `.querySelector(".shattered-explore"); return [...c.querySelectorAll("*")].some((e) =>
		e.getBoundingClientRect().right > c.getBoundingClientRect().right + 1); }`).Value.Bool() {
		x.t.Errorf("%s: controls stick out of their frame", name)
	}
	resize(1400, 1100, "JupyterLab Light")
}
