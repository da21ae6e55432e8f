package report_test

import (
	"bytes"
	"errors"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/report"
	"github.com/shattered-gradients/shattered/pkg/results"
	"golang.org/x/sys/unix"
)

// TestPageNamesWrongFiles checks that files that can't be used don't keep the page from being written, and
// that it says which to remove.
func TestPageNamesWrongFiles(t *testing.T) {
	folder := resultsFolder(t, "paper")
	for name, content := range map[string]string{"figure-1.json": "null", "figure-2-coupled.png": "not a PNG",
		"other.json": `{"of": "another program"}`} {
		if err := results.WriteFile(folder, name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	err := report.Write(folder)
	var wrong *results.Unusable
	if !errors.As(err, &wrong) || len(wrong.Files) != 2 || strings.Contains(err.Error(), "\n") {
		t.Fatalf("the error is %v", err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	page := html.UnescapeString(string(content))
	for _, want := range []string{"Title of figure-2", `id="figure-2-large"`, "<strong>Left out:</strong>",
		filepath.Join(folder, "figure-1.json") + " is not a results file",
		filepath.Join(folder, "figure-2-coupled.png") + " is not a picture"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(page, "Title of figure-1") || strings.Contains(page, "other.json") {
		t.Error("the page has what it should leave out")
	}
	if err := report.UpdateReadme(folder, filepath.Join(folder, "README.md")); !errors.As(err, &wrong) {
		t.Errorf("a README of a part of the results gives %v", err)
	}
	if strings.Contains(pageOf(t, resultsFolder(t, "paper")), "Left out") {
		t.Error("a page of whole results leaves something out")
	}
	if err := os.Remove(filepath.Join(folder, "figure-2.json")); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(folder); err == nil || !strings.Contains(err.Error(), "no results") ||
		!strings.Contains(err.Error(), "figure-1.json") {
		t.Errorf("a folder with a wrong file only gives %v", err)
	}
}

// TestLinksLeadBesideThePage gives files names that would be something else in an address.
func TestLinksLeadBesideThePage(t *testing.T) {
	folder := resultsFolder(t, "paper")
	const script = "figure-2-javascript:alert(1) #?&%41"
	large := append(picture(t), bytes.Repeat([]byte("x"), report.PageLimit)...)
	for name, content := range map[string][]byte{
		script + ".png": picture(t), script + ".svg": large, "1:x#y.html": nil,
		"javascript:alert(1).json": []byte(`{"figure": "javascript:alert(1)"}`),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var wrong *results.Unusable
	if err := report.Write(folder); !errors.As(err, &wrong) || len(wrong.Files) != 1 {
		t.Fatalf("the error is %v", err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	if strings.Contains(page, `href="javascript:`) || strings.Contains(page, "ZgotmplZ") {
		t.Error("the page has a link that is a script, or that its template refused")
	}
	for _, want := range []string{`href="./figure-2-javascript:alert%281%29%20%23%3F&amp;%2541.svg"`,
		`href="./1:x%23y.html"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

// TestOddFolders writes the page of a folder whose name looks like a pattern.
func TestOddFolders(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "[a-b]*?{x}'\"\n #%ä日")
	if err := os.Rename(resultsFolder(t, "paper"), folder); err != nil {
		t.Fatal(err)
	}
	if page := pageOf(t, folder); strings.Count(page, `<img src="data:`) != 6 {
		t.Errorf("the page has %d pictures, want 4 and 2 small ones", strings.Count(page, `<img src="data:`))
	}
}

// TestFullDisk checks that pages that can't be written as a whole stay as they were.
func TestFullDisk(t *testing.T) {
	faulttest.Run(t, faulttest.Refusals{unix.SYS_FSYNC: unix.ENOSPC}, func(t *testing.T) {
		readme, list := checkout(t, readmePlace, place)
		err := report.UpdateReadme(t.TempDir(), readme)
		if !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), "claims.md is left as it was") {
			t.Errorf("a full disk gives %v", err)
		}
		if holds(t, readme) != readmePlace || holds(t, list) != place {
			t.Error("a page was changed")
		}
	})
}
