package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/report"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// resultsFolder makes a folder with the results of two figures.
func resultsFolder(t *testing.T, size string) string {
	t.Helper()
	folder := t.TempDir()
	claim := claims.Claim{ID: "a", Source: "Figure 1", Statement: "x < y & z", Quantity: "q"}
	for _, name := range []string{"figure-1", "figure-2"} {
		figure := &results.Figure{
			Figure: name, Title: "Title of " + name, Config: map[string]string{"net": "<residual>"}, Series: []int{},
			Claims:     []claims.Claim{claim.Above(claims.Exact(2), 1), claim.Above(claims.Exact(0), 1)},
			Provenance: results.Provenance{Size: size},
			Table:      &results.Table{Caption: "A caption", Header: []string{"h"}, Rows: [][]string{{"cell <1>"}}},
		}
		if err := figure.Save(folder); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{name + ".png", name + "-coupled.png"} {
			if err := results.WriteFile(folder, file, []byte("PNG")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := results.WriteFile(folder, "figure-10.png", []byte("another figure's")); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestPageShowsEverything(t *testing.T) {
	folder := resultsFolder(t, "paper")
	if err := report.Write(folder); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, want := range []string{"2 of 4 claims hold", "Title of figure-1", "x &lt; y &amp; z", "does not hold", "figure-2-coupled", "A caption", "<td>cell &lt;1&gt;</td>", "data:image/png;base64,UE5H"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(text, "<img "); n != 4 {
		t.Errorf("%d pictures, want 4", n)
	}
	if strings.Contains(text, "http://") || strings.Contains(text, "https://") {
		t.Error("the page needs a network")
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "claims.json")); err != nil {
		t.Error(err)
	}
}

func TestReadmeTable(t *testing.T) {
	readme := filepath.Join(t.TempDir(), "README.md")
	write := func(content string) {
		if err := os.WriteFile(readme, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const text = "![a figure](docs/figure-1.png)\n<!-- claims: written by `shattered report -readme` -->\nOLD TABLE\n<!-- end of claims -->\nafter\n"
	write(text)
	for range 2 { // a second time changes nothing
		if err := report.UpdateReadme(resultsFolder(t, "paper"), readme); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(readme)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(content); !strings.HasPrefix(got, "![a figure]") || !strings.HasSuffix(got, "after\n") ||
			strings.Contains(got, "OLD TABLE") || !strings.Contains(got, "| Title of figure-2 | 1 of 2 |") || !strings.Contains(got, "| 2 of 4 |") {
			t.Errorf("README:\n%s", got)
		}
	}
	picture, err := os.ReadFile(filepath.Join(filepath.Dir(readme), "docs", "figure-1.png"))
	if err != nil || string(picture) != "PNG" {
		t.Errorf("the README's picture is %q, %v", picture, err)
	}
	if err := report.UpdateReadme(resultsFolder(t, "quick"), readme); err == nil || !strings.Contains(err.Error(), "quick size") {
		t.Errorf("results of quick size give %v", err)
	}
	write("no markers")
	if err := report.UpdateReadme(resultsFolder(t, "paper"), readme); err == nil || !strings.Contains(err.Error(), "no place") {
		t.Errorf("a README without markers gives %v", err)
	}
}

func TestEmptyFolder(t *testing.T) {
	if err := report.Write(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no results") {
		t.Errorf("an empty folder gives %v", err)
	}
}
