package figures_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"gonum.org/v1/plot/cmpimg"
)

// tolerance is how far each pixel's colour may be from the golden picture's, as a share of the distance from black to white.
// Rendering is exact on one kind of processor; on another, a fused multiply-add may move an edge by a rounding error, and
// with it the colours the picture is reduced to.
const tolerance = 0.05

// rendered returns a figure's PNG, and checks that the figure says in words what it shows.
func rendered(t *testing.T, figure *figures.Figure, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	checkWords(t, figure)
	png, err := figure.PNG()
	if err != nil {
		t.Fatal(err)
	}
	return png
}

// golden compares a PNG with testdata/name.png, or writes it there with the flag -regen.
func golden(t *testing.T, name string, png []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *cmpimg.GenerateTestData {
		if err := os.WriteFile(path, png, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	same, err := cmpimg.EqualApprox("png", png, want, tolerance)
	if err != nil {
		t.Fatal(err)
	}
	if !same {
		other := filepath.Join(os.TempDir(), name+"-got.png")
		if err := os.WriteFile(other, png, 0o644); err != nil {
			t.Error(err)
		}
		t.Errorf("%s differs from %s: look at both, and where the new one is right run go test ./pkg/figures -regen", other, path)
	}
}

func TestGolden(t *testing.T) {
	figure, err := figures.Figure1(figure1Result(t, inputs), norms.Frozen)
	golden(t, "figure-1", rendered(t, figure, err))
	figure, err = figures.Figure2(figure2Result())
	golden(t, "figure-2", rendered(t, figure, err))
}

// TestGoldenSeesChanges makes sure that the tolerance of the comparison lets no change of the data pass.
func TestGoldenSeesChanges(t *testing.T) {
	figure, err := figures.Figure2(figure2Result())
	want := rendered(t, figure, err)
	changed := figure2Result()
	changed.Series[0].Mean[7] += 0.02
	figure, err = figures.Figure2(changed)
	same, err := cmpimg.EqualApprox("png", rendered(t, figure, err), want, tolerance)
	if same || err != nil {
		t.Errorf("after a change of one autocorrelation by 0.02: same picture %t, error %v", same, err)
	}
}

func TestPNGIsDeterministic(t *testing.T) {
	first, err := figures.Figure1(figure1Result(t, inputs), norms.Coupled)
	want := rendered(t, first, err)
	second, err := figures.Figure1(figure1Result(t, inputs), norms.Coupled)
	for range 2 {
		if !bytes.Equal(rendered(t, second, err), want) {
			t.Error("drawing the same result again gives another PNG")
		}
	}
}

// TestPNGSize holds the largest picture, Figure 1 at the paper's size, to what a notebook with several of them can carry.
func TestPNGSize(t *testing.T) {
	figure, err := figures.Figure1(figure1Result(t, data.GridPoints), norms.Frozen)
	if size := len(rendered(t, figure, err)); size > 250_000 {
		t.Errorf("the PNG of Figure 1 has %d bytes, more than 250000", size)
	}
}

// texts returns the character data of an SVG, and an error unless it is well-formed XML.
func texts(svg []byte) (map[string]int, error) {
	found := make(map[string]int)
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if text, ok := token.(xml.CharData); ok {
			found[strings.TrimSpace(string(text))]++
		}
	}
}

// TestFigure1Texts checks in the SVG that titles are made from the columns.
func TestFigure1Texts(t *testing.T) {
	for statistics, name := range kinds {
		figure, err := figures.Figure1(figure1Result(t, inputs), statistics)
		if err != nil {
			t.Fatal(err)
		}
		if figure.Name() != name {
			t.Errorf("with %q statistics the figure's name is %q, not %q", statistics, figure.Name(), name)
		}
		shown := "gradient (frozen)"
		if statistics == norms.Coupled {
			shown = "gradient (coupled)"
		}
		checkTexts(t, figure, map[string]int{
			shown: 1, "noise": 1, "input": 5, "≥ 4": 1,
			"(a) 1-layer feedforward": 1, "(b) 24-layer feedforward": 1, "(c) 50-layer resnet, β = 0.1": 1,
			"(d) brown noise": 1, "(e) white noise": 1,
		})
	}
}

func TestFigure2Texts(t *testing.T) {
	figure, err := figures.Figure2(figure2Result())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "figure-2" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	checkTexts(t, figure, map[string]int{
		"frozen statistics": 1, "coupled statistics": 1, "autocorrelation": 2, "lag": 4,
		"(a) feedforward": 1, "(b) resnet, β = 1": 1, "(c) resnet, β = 0.1": 1, "(d) noise": 1,
		"depth 2": 1, "depth 4": 1, "depth 10": 1, "depth 24": 1, "depth 50": 1, "brown noise": 1, "white noise": 1,
	})
}

// checkTexts checks how often texts occur in a figure's SVG, and that the SVG says in words what it shows.
func checkTexts(t *testing.T, figure *figures.Figure, want map[string]int) {
	t.Helper()
	svg, err := figure.SVG()
	if err != nil {
		t.Fatal(err)
	}
	found, err := texts(svg)
	if err != nil {
		t.Fatalf("the SVG of %s is not well-formed: %v", figure.Name(), err)
	}
	checkWords(t, figure)
	checkDescription(t, figure, svg)
	for text, count := range want {
		if found[text] != count {
			t.Errorf("%q stands %d times in %s, not %d", text, found[text], figure.Name(), count)
		}
	}
}

// checkWords checks that what a figure says of itself is sentences that can be read out.
func checkWords(t *testing.T, figure *figures.Figure) {
	t.Helper()
	words := figure.Alt()
	if len(words) < 60 || len(words) > 1200 || !strings.HasSuffix(words, ".") || strings.ContainsAny(words, "\n\t") || strings.Contains(words, "  ") {
		t.Errorf("%s says of itself: %q", figure.Name(), words)
	}
}

// checkDescription checks that the SVG of a figure says what it shows.
func checkDescription(t *testing.T, figure *figures.Figure, svg []byte) {
	t.Helper()
	var root struct {
		Role  string `xml:"role,attr"`
		Title string `xml:"title"`
		Desc  string `xml:"desc"`
	}
	if err := xml.Unmarshal(svg, &root); err != nil {
		t.Fatal(err)
	}
	if root.Title == "" || strings.TrimSpace(root.Title+" "+root.Desc) != figure.Alt() || root.Role != "img" {
		t.Errorf("the SVG of %s has the role %q, the title %q and the description %q", figure.Name(), root.Role, root.Title, root.Desc)
	}
}

// TestAlt checks in two figures that the words come from what is drawn.
func TestAlt(t *testing.T) {
	figure, err := figures.Figure1(figure1Result(t, inputs), norms.Coupled)
	if err != nil {
		t.Fatal(err)
	}
	const want1 = "Figure 1 with coupled statistics: gradients of nets, and noise, over a grid of 48 inputs, and below each the absolute values of its covariance " +
		"matrix as a heat map. Panels: (a) 1-layer feedforward; (b) 24-layer feedforward; (c) 50-layer resnet, β = 0.1; (d) brown noise; (e) white noise. " +
		"Colours: |(g − ḡ)(g − ḡ)ᵀ| / var g."
	if got := figure.Alt(); got != want1 {
		t.Errorf("got  %s\nwant %s", got, want1)
	}
	figure, err = figures.Figure2(figure2Result())
	if err != nil {
		t.Fatal(err)
	}
	const want2 = "Figure 2: autocorrelation of the gradients of nets over 48 inputs, and of noise, against the lag, a curve for each depth. " +
		"Panels: (a) feedforward; (b) resnet, β = 1; (c) resnet, β = 0.1; (d) noise. Rows: frozen statistics; coupled statistics. " +
		"Legend: depth 2; depth 4; depth 10; depth 24; depth 50; brown noise; white noise; "
	if got := figure.Alt(); !strings.HasPrefix(got, want2) {
		t.Errorf("got  %s\nwant %s", got, want2)
	}
}
