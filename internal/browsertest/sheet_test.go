package browsertest

import (
	"path/filepath"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/shattered-gradients/shattered/pkg/report"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestTableIsSortedByKeyboard sorts and filters a table on the page of results with keys alone, and asks in
// which order rows are seen.
func TestTableIsSortedByKeyboard(t *testing.T) {
	browser := startBrowser(t)
	folder := t.TempDir()
	number := func(x float64) *float64 { return &x }
	figure := &results.Figure{
		Figure: "atlas", Title: "Nets", Config: map[string]int{"n": 1},
		Series: []map[string]int{{"depth": 7}},
		Table: &results.Table{
			Caption: "Nets", Header: []string{"net", "kind", "length", "rate"}, Filter: "kind",
			Rows: [][]string{{"a", "plain", "3", "–1"}, {"b", "skips", "–", "–2"}, {"c", "plain", "20", "–3"},
				{"d", "skips", "1", "0"}},
			Keys: [][]*float64{{nil, nil, number(3), number(-1)}, {nil, nil, nil, number(-2)},
				{nil, nil, number(20), number(-3)}, {nil, nil, number(1), number(0)}},
		},
	}
	if err := figure.Save(folder); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(folder); err != nil {
		t.Fatal(err)
	}
	p := open(t, browser, "file://"+filepath.Join(folder, "index.html"))
	const shown = `() => [...document.querySelectorAll(".sheet tbody tr")].filter((row) => row.offsetHeight > 0)
		.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
		.map((row) => row.cells[0].innerText).join("")`
	for _, step := range []struct {
		focus string // a selector; empty to stay
		key   input.Key
		want  string
	}{
		{".sorter [type=radio]", 0, "abcd"}, {"", input.ArrowDown, "dacb"}, {"", input.ArrowDown, "cbad"},
		{".down", input.Space, "dabc"}, {".by-2", input.Space, "cadb"}, {".kind-1", input.Space, "ca"},
		{".kind-1", input.Space, "cadb"},
	} {
		if step.focus != "" {
			p.eval(`(selector) => document.querySelector(selector).focus()`, step.focus)
		}
		if step.key != 0 {
			if err := p.Keyboard.Type(step.key); err != nil {
				t.Fatal(err)
			}
		}
		if got := p.eval(shown).Value.Str(); got != step.want {
			t.Errorf("after %+v rows are seen in the order %q", step, got)
		}
	}
	// Cells stand in columns, below their headings.
	const columns = `() => new Set([...document.querySelectorAll(".sheet tr")]
		.map((row) => [...row.cells].map((cell) => Math.round(cell.getBoundingClientRect().left)).join())).size`
	if n := p.eval(columns).Value.Int(); n != 1 {
		t.Errorf("the cells of rows begin at %d different places", n)
	}
	p.screenshot("sheet")
}
