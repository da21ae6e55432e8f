// Package plottest is what tests of pictures need: comparison with golden pictures, and checks of the words
// in and about them.
package plottest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/plots"
	"gonum.org/v1/plot/cmpimg"
)

// Tolerance is how far each pixel's colour may be from the golden picture's, as a share of the distance from
// black to white. Rendering is exact on one kind of processor; on another, a fused multiply-add may move an
// edge by a rounding error, and with it the colours the picture is reduced to.
const Tolerance = 0.05

// Rendered returns a figure's PNG, and checks that the figure says in words what it shows.
func Rendered(t testing.TB, figure *plots.Figure, err error) []byte {
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

// Golden compares a PNG with testdata/name.png, or writes it there with the flag -regen.
func Golden(t testing.TB, name string, png []byte) {
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
	same, err := cmpimg.EqualApprox("png", png, want, Tolerance)
	if err != nil {
		t.Fatal(err)
	}
	if !same {
		other := filepath.Join(os.TempDir(), name+"-got.png")
		if err := os.WriteFile(other, png, 0o644); err != nil {
			t.Error(err)
		}
		t.Errorf("%s differs from %s: look at both, and where the new one is right run the test with "+
			"-regen", other, path)
	}
}

// CheckDiffers checks that no comparison takes one picture for the other.
func CheckDiffers(t testing.TB, what string, got, want []byte) {
	t.Helper()
	same, err := cmpimg.EqualApprox("png", got, want, Tolerance)
	if same || err != nil {
		t.Errorf("after a change of %s: same picture %t, error %v", what, same, err)
	}
}

// CheckTexts checks how often texts occur in a figure's SVG, and that the SVG says in words what it shows.
func CheckTexts(t testing.TB, figure *plots.Figure, want map[string]int) {
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

// CheckSentence checks that an error is one sentence that contains a phrase.
func CheckSentence(t testing.TB, name string, err error, phrase string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: no error", name)
	case !strings.Contains(err.Error(), phrase) || strings.Contains(err.Error(), "\n"):
		t.Errorf("%s: the error %q is not a sentence with %q", name, err, phrase)
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

// checkWords checks that what a figure says of itself is sentences that can be read out.
func checkWords(t testing.TB, figure *plots.Figure) {
	t.Helper()
	words := figure.Alt()
	if len(words) < 20 || len(words) > 1200 || !strings.HasSuffix(words, ".") ||
		strings.ContainsAny(words, "\n\t") || strings.Contains(words, "  ") {
		t.Errorf("%s says of itself: %q", figure.Name(), words)
	}
}

// checkDescription checks that the SVG of a figure says what it shows.
func checkDescription(t testing.TB, figure *plots.Figure, svg []byte) {
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
		t.Errorf("the SVG of %s has the role %q, the title %q and the description %q", figure.Name(),
			root.Role, root.Title, root.Desc)
	}
}
