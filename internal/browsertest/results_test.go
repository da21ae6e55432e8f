package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/report"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// resultsFolder makes a folder of results with figures as they are drawn here.
func resultsFolder(t *testing.T, names ...string) string {
	t.Helper()
	folder := t.TempDir()
	one := claims.Claim{ID: "a", Source: "Figure 1", Statement: "x < y & z", Quantity: "q"}
	other := one
	other.ID = "b"
	for _, name := range names {
		figure := &results.Figure{
			Figure: name, Title: "Title of " + name, Config: map[string]string{"net": "residual"},
			Series: []map[string]int{{"depth": 7}},
			Claims: []claims.Claim{one.Above(stats.Exact(2), 1), other.Above(stats.Exact(0), 1)},
			Table:  &results.Table{Caption: "A caption", Header: []string{"h"}, Rows: [][]string{{"cell"}}},
		}
		if err := figure.Save(folder); err != nil {
			t.Fatal(err)
		}
		picture, err := os.ReadFile(repository(t, "pkg", "paper", strings.Replace(name, "-", "", 1),
			"testdata", name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="9"/></svg>`)
		for file, content := range map[string][]byte{name + ".png": picture, name + ".svg": svg} {
			if err := results.WriteFile(folder, file, content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := report.Write(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestResultsPage opens the page of results from disk: its pictures are there, and nothing comes over the
// network.
func TestResultsPage(t *testing.T) {
	browser := startBrowser(t)
	names := []string{"figure-1", "figure-2"}
	p := open(t, browser, "file://"+filepath.Join(resultsFolder(t, names...), "index.html"))
	p.wait("the pictures",
		`() => document.images.length > 0 && [...document.images].every((i) => i.complete)`)
	p.screenshot("results")
	var widths []int
	for _, width := range p.eval(`() => [...document.images].map((i) => i.naturalWidth)`).Value.Arr() {
		widths = append(widths, width.Int())
	}
	if len(widths) < len(names) {
		t.Errorf("the page shows %d pictures of %d figures", len(widths), len(names))
	}
	for i, width := range widths {
		if width == 0 {
			t.Errorf("picture %d of the page is broken", i+1)
		}
	}
	for _, name := range names {
		if text := p.eval(`() => document.body.innerText`).Value.Str(); !strings.Contains(text,
			"Title of "+name) {
			t.Errorf("the page does not mention %s", name)
		}
	}
	const shown = `() => [...document.querySelectorAll(".claims tbody tr")].filter((row) => row.offsetHeight > 0).map((row) => row.className).join()`
	for _, step := range []struct{ click, want string }{
		{"", "holds,contradicted,holds,contradicted"}, {"show-holds", "contradicted,contradicted"},
		{"show-contradicted", ""}, {"show-holds", "holds,holds"},
		{"only-convention", ""}, {"only-convention", "holds,holds"},
	} {
		if step.click != "" {
			p.eval(`() => document.getElementById("` + step.click + `").click()`)
		}
		if got := p.eval(shown).Value.Str(); got != step.want {
			t.Errorf("after a click on %q the page shows the claims %q, want %q", step.click, got, step.want)
		}
	}
	for _, request := range p.noted(&p.requests) {
		if !strings.HasPrefix(request, "file://") && !strings.HasPrefix(request, "data:") {
			t.Errorf("the page asks for %s", request)
		}
	}
	if errors := p.noted(&p.errors); len(errors) > 0 {
		t.Errorf("scripts of the page reported %q", errors)
	}
}
