package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/report"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// picture is a PNG of 3 x 2 pixels.
func picture(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// resultsFolder makes a folder with the results of two figures.
func resultsFolder(t *testing.T, size string) string {
	t.Helper()
	folder := t.TempDir()
	claim := claims.Claim{Source: "Figure 1", Statement: "x < y & z", Quantity: "q"}
	claimed := func(id, convention string, value, low, high float64) claims.Claim {
		c := claim
		c.ID, c.Convention = id+convention, convention
		return c.Above(stats.Estimate{Value: value, Low: low, High: high, Draws: 10}, 1)
	}
	for _, name := range []string{"figure-1", "figure-2"} {
		figure := &results.Figure{
			Figure: name, Title: "Title of " + name, Config: map[string]string{"net": "residual"},
			Series: []int{7},
			Claims: claims.MarkConventions([]claims.Claim{
				claimed("a.", "frozen", 2, 1.5, 3), claimed("a.", "coupled", 0, -1, 1),
				claimed("b", "", 2, 0, 3), claimed("c", "", 2, 1.5, 3),
			}),
			Provenance: results.Provenance{Size: size},
			Parts: &results.Parts{Total: 9, Kept: 9, Recomputed: []string{"resnet, minibatch 7"},
				Largest: 2e-6, Tolerance: 0.05},
			Table: &results.Table{Caption: "A caption", Header: []string{"h"},
				Rows: [][]string{{"cell <1>"}}},
		}
		if err := figure.Save(folder); err != nil {
			t.Fatal(err)
		}
		for file, content := range map[string][]byte{name + ".png": picture(t),
			name + "-coupled.png": picture(t), name + ".svg": []byte("<svg/>")} {
			if err := results.WriteFile(folder, file, content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := results.WriteFile(folder, "figure-10.png", picture(t)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestLongestNameOwnsThePicture: where one figure's name continues another's, pictures go to the one that
// they are named after, whichever comes first.
func TestLongestNameOwnsThePicture(t *testing.T) {
	folder := resultsFolder(t, "paper")
	dial := &results.Figure{Figure: "figure-1-dial", Title: "A dial", Series: []int{7}}
	if err := dial.Save(folder); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"figure-1-dial.png", "figure-1-dial-theory.png"} {
		if err := results.WriteFile(folder, name, picture(t)); err != nil {
			t.Fatal(err)
		}
	}
	for _, order := range [][]string{{"figure-1", "figure-1-dial"}, {"figure-1-dial", "figure-1"}} {
		if err := report.Write(folder, order...); err != nil {
			t.Fatal(err)
		}
		page := holds(t, filepath.Join(folder, "index.html"))
		for _, want := range []string{`alt="A dial.`, `alt="A dial: theory.`,
			`alt="Title of figure-1: coupled.`} {
			if strings.Count(page, want) != 1 {
				t.Errorf("in the order %v, %q is %d times on the page", order, want,
					strings.Count(page, want))
			}
		}
	}
}

// pageOf writes the page of a results folder and returns it.
func pageOf(t *testing.T, folder string) string {
	t.Helper()
	if err := report.Write(folder); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestPageShowsEverything(t *testing.T) {
	folder := resultsFolder(t, "paper")
	text := pageOf(t, folder)
	for _, want := range []string{
		"4 of 8 claims hold, 2 contradicted, 2 undecided; a convention decides 4 of them",
		"(2 of 4 claims hold",
		"Title of figure-1", "x &lt; y &amp; z",
		`class="undecided"><td role="cell" class="verdict"><b>? undecided</b><span>about 30 more draws would decide at this spread</span>`,
		`class="holds convention"><td role="cell" class="verdict"><b>✓ holds</b><span>⇄ decided by a convention</span>`, `class="contradicted convention"`,
		`class="holds"><td`, `id="show-contradicted"`, `tr.undecided`, `alt="Title of figure-2: coupled.`,
		"<li><strong>Gradients shatter with depth, and skips slow it down.</strong> Deep",
		`<a href="#figure-1">Title of figure-1</a>: 2 of 4 claims hold`, `<tr role="row" id="a.frozen"`,
		"1 of 9 parts recomputed: largest relative difference 2e-06", "Recomputed: resnet, minibatch 7.",
		"A caption", `<td role="cell">cell &lt;1&gt;</td>`, `<a href="#figure-2">`, "&#34;net&#34;",
		`width="3" height="2"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(text, "<img "); n != 6 {
		t.Errorf("%d pictures, want 4 and 2 small ones: figure-10 is not in the results", n)
	}
	if strings.Index(text, `id="figure-1-large"`) > strings.Index(text, `id="figure-1-coupled-large"`) {
		t.Error("the figure's further picture comes before its own")
	}
	if err := report.Write(folder, "figure-2", "figure-1"); err != nil {
		t.Fatal(err)
	}
	if page, err := os.ReadFile(filepath.Join(folder, "index.html")); err != nil ||
		bytes.Index(page, []byte(`id="figure-2"`)) > bytes.Index(page, []byte(`id="figure-1"`)) {
		t.Errorf("figures are not in the order that is asked for, %v", err)
	}
	if strings.Contains(text, "Quick size") ||
		!strings.Contains(pageOf(t, resultsFolder(t, "quick")), "Quick size") {
		t.Error("the page must say when, and only when, results were made at quick size")
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

// TestQuickSizeHasNoVerdicts: nothing on the page, nor in the list of all claims, tells or counts a verdict
// on nets that are too small for one.
func TestQuickSizeHasNoVerdicts(t *testing.T) {
	folder := resultsFolder(t, "quick")
	text := pageOf(t, folder)
	body := text[strings.Index(text, "<body>"):]
	for _, word := range []string{"claims hold,", "✓", "✗", "undecided", "contradicted", "⇄", "would decide",
		"Verdict"} {
		if strings.Contains(body, word) {
			t.Errorf("the page at quick size says %q", word)
		}
	}
	if !strings.Contains(body, "x &lt; y &amp; z") || !strings.Contains(body, "2 [1.5, 3]") {
		t.Error("the page at quick size lacks what was measured")
	}
	for _, name := range []string{"claims.json", "claims.csv"} {
		if content, err := os.ReadFile(filepath.Join(folder, name)); err != nil ||
			strings.Contains(string(content), "holds") {
			t.Errorf("%s: %s, %v", name, content, err)
		}
	}
	// A figure at another size beside them is counted, alone.
	figure, err := results.Load(folder, "figure-2")
	if err != nil {
		t.Fatal(err)
	}
	figure.Provenance.Size = "paper"
	if err := figure.Save(folder); err != nil {
		t.Fatal(err)
	}
	if text := pageOf(t, folder); !strings.Contains(text,
		"<strong>2 of 4 claims hold, 1 contradicted, 1 undecided;") ||
		strings.Count(text, "✓ holds</b><span>") != 1 {
		t.Error("of two figures, one of them at quick size, the other's claims are not counted alone")
	}
}

func TestBrokenPicture(t *testing.T) {
	folder := resultsFolder(t, "paper")
	if err := results.WriteFile(folder, "figure-1.png", []byte("not a PNG")); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(folder); err == nil ||
		!strings.Contains(err.Error(), "figure-1.png is not a picture") {
		t.Errorf("a broken picture gives %v", err)
	}
}

func TestEmptyFolder(t *testing.T) {
	if err := report.Write(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no results") {
		t.Errorf("an empty folder gives %v", err)
	}
}
