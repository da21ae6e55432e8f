package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/report"
)

// place holds a table that shattered report -readme replaces.
const place = "<!-- claims: written by `shattered report -readme` -->\nOLD TABLE\n<!-- end of claims -->\n"

// readmePlace holds what shattered report -readme replaces in a README.
const readmePlace = "<!-- findings: written by `shattered report -readme` from pkg/report/findings.md " +
	"-->\nOLD FINDINGS\n<!-- end of findings -->\n" + place

// checkout makes a README and a docs/claims.md and returns their paths.
func checkout(t *testing.T, readme, claims string) (string, string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "docs"), 0o777); err != nil {
		t.Fatal(err)
	}
	paths := [2]string{filepath.Join(folder, "README.md"), filepath.Join(folder, "docs", "claims.md")}
	for i, content := range [2]string{readme, claims} {
		if err := os.WriteFile(paths[i], []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return paths[0], paths[1]
}

// holds reads a file that a test has made.
func holds(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestReadmeTables checks that findings and counts go into the README, statements into docs/claims.md, and
// neither into the other.
func TestReadmeTables(t *testing.T) {
	readme, list := checkout(t, "![a figure](docs/figure-1.png)\n"+readmePlace+"after\n",
		"# Claims\n"+place+"end\n")
	for range 2 { // a second time changes nothing
		if err := report.UpdateReadme(resultsFolder(t, "paper"), readme); err != nil {
			t.Fatal(err)
		}
		const count, statement = "| Title of figure-2 | 2 | 1 | 1 | 2 |\n",
			"| Figure 1 | x < y & z | q | 2 [1.5, 3] | > 1 | 4 | 2 | 2 | 4 |\n"
		if got := holds(t, readme); !strings.HasPrefix(got, "![a figure]") ||
			!strings.HasSuffix(got, "<!-- end of claims -->\nafter\n") ||
			strings.Contains(got, "OLD") || strings.Count(got, count) != 1 ||
			strings.Contains(got, statement) ||
			strings.Count(got, "\n1. **") != 1 || strings.Count(got, "\n5. **") != 1 ||
			strings.Count(got, "<!-- ") != 4 {
			t.Errorf("README:\n%s", got)
		}
		if got := holds(t, list); !strings.HasPrefix(got, "# Claims\n") ||
			!strings.HasSuffix(got, "<!-- end of claims -->\nend\n") ||
			strings.Contains(got, "OLD TABLE") || strings.Count(got, statement) != 1 ||
			strings.Contains(got, count) {
			t.Errorf("docs/claims.md:\n%s", got)
		}
	}
	shown, err := os.ReadFile(filepath.Join(filepath.Dir(readme), "docs", "figure-1.png"))
	if err != nil || !bytes.Equal(shown, picture(t)) {
		t.Errorf("the README's picture is %q, %v", shown, err)
	}
}

// TestReadmeKeepsTheOrder: figures stand in the order that is given.
func TestReadmeKeepsTheOrder(t *testing.T) {
	readme, _ := checkout(t, readmePlace, place)
	for _, order := range [][]string{{"figure-1", "figure-2"}, {"figure-2", "figure-1"}} {
		if err := report.UpdateReadme(resultsFolder(t, "paper"), readme, order...); err != nil {
			t.Fatal(err)
		}
		text := holds(t, readme)
		first, second := strings.Index(text, "Title of "+order[0]), strings.Index(text, "Title of "+order[1])
		if first < 0 || second < first {
			t.Errorf("figures %v stand at %d and %d", order, first, second)
		}
	}
}

// TestReadmeIsWrittenWholeOrNotAtAll gives results and pages that can't be used: the other page and the
// pictures stay, too.
func TestReadmeIsWrittenWholeOrNotAtAll(t *testing.T) {
	const shows = "![a figure](docs/figure-1.png)\n"
	for _, c := range []struct{ size, readme, claims, words string }{
		{"quick", shows + readmePlace, place, "quick size"},
		{"paper", shows + place, place, "README.md has no place"},
		{"paper", shows + readmePlace, "no markers", "claims.md has no place"},
		{"paper", shows + readmePlace, strings.TrimSuffix(place, "<!-- end of claims -->\n"),
			"claims.md has no place"},
		{"paper", shows + "![another](docs/figure-9.png)\n" + readmePlace, place,
			"figure-9.png, which is not in the results"},
	} {
		readme, list := checkout(t, c.readme, c.claims)
		if err := report.UpdateReadme(resultsFolder(t, c.size), readme); err == nil ||
			!strings.Contains(err.Error(), c.words) {
			t.Errorf("%q: the error is %v", c.words, err)
		}
		if holds(t, readme) != c.readme || holds(t, list) != c.claims {
			t.Errorf("%q: a page was changed", c.words)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(readme), "docs", "figure-1.png")); err == nil {
			t.Errorf("%q: a picture was written", c.words)
		}
	}
	readme, list := checkout(t, readmePlace, place)
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	if err := report.UpdateReadme(resultsFolder(t, "paper"), readme); err == nil ||
		!strings.Contains(err.Error(), "claims.md") || holds(t, readme) != readmePlace {
		t.Errorf("a README without docs/claims.md gives %v", err)
	}
}
