package report_test

import (
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestPicturesHaveWords checks that a picture's caption is what its SVG says, and names the picture where
// that says nothing or is broken.
func TestPicturesHaveWords(t *testing.T) {
	folder := resultsFolder(t, "paper")
	for name, svg := range map[string]string{
		"figure-1": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" role="img"><title>Lag &lt; 5.</title><desc>Panels: "a".</desc><g><title>no</title></g></svg>`,
		"figure-2": `<svg><title>torn`,
	} {
		if err := results.WriteFile(folder, name+".svg", []byte(svg)); err != nil {
			t.Fatal(err)
		}
	}
	page := pageOf(t, folder)
	for _, want := range []string{
		"<figcaption>Lag &lt; 5. Panels: &#34;a&#34;.<br>Picture: ",
		`alt="Title of figure-1: coupled. The caption`,
		`alt="Title of figure-2. The caption`,
	} {
		if strings.Count(page, want) != 1 {
			t.Errorf("the page has %d pictures with %s", strings.Count(page, want), want)
		}
	}
}
