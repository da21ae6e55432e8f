package docstest

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// root is the repository's folder.
const root = "../.."

var (
	// fence matches blocks of code, in which nothing is a link.
	fence = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	code  = regexp.MustCompile("`[^`\n]*`")
	link  = regexp.MustCompile(`\]\(([^()\s]*)\)`)
	title = regexp.MustCompile(`(?m)^#+ +(.*)$`)
)

// pages returns the Markdown files of the repository.
func pages(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		switch {
		case entry.IsDir() &&
			(name == ".git" || name == "results" || strings.HasPrefix(name, ".venv") || name == "testdata"):
			return filepath.SkipDir
		case filepath.Ext(name) == ".md":
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// read returns a file's text.
func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// anchors returns the names by which a page's titles can be linked to: as GitHub makes them, in small
// letters, with hyphens for spaces and without punctuation.
func anchors(page string) map[string]bool {
	names := make(map[string]bool)
	for _, match := range title.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		names[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, match[1])] = true
	}
	return names
}

// broken returns what is wrong with the links of a page at a path; those to other sites are not followed.
func broken(path, page string) []error {
	var wrong []error
	page = code.ReplaceAllString(fence.ReplaceAllString(page, ""), "")
	for _, match := range link.FindAllStringSubmatch(page, -1) {
		address, err := url.Parse(match[1])
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if address.IsAbs() {
			continue
		}
		target := path
		if address.Path != "" {
			target = filepath.Join(filepath.Dir(path), filepath.FromSlash(address.Path))
		}
		if _, err := os.Stat(target); err != nil {
			wrong = append(wrong, fmt.Errorf("%s leads nowhere: %w", match[1], err))
			continue
		}
		if address.Fragment == "" {
			continue
		}
		if content, err := os.ReadFile(target); err != nil || !anchors(string(content))[address.Fragment] {
			wrong = append(wrong, fmt.Errorf("%s leads to no title of that page", match[1]))
		}
	}
	return wrong
}

// TestLinksExist follows the links between the pages and to files of the repository.
func TestLinksExist(t *testing.T) {
	all := pages(t)
	if len(all) < 10 {
		t.Fatalf("found %d pages only: %v", len(all), all)
	}
	for _, path := range all {
		for _, err := range broken(path, read(t, path)) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestBrokenLinksAreSeen checks the check.
func TestBrokenLinksAreSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	for text, want := range map[string]int{
		"[a](page.md) [b](#one-two) [c](https://example.org/x) [d](.)": 0,
		"`[a](none.md)`\n\n```\n[b](none.md)\n```":                     0,
		"[a](none.md)":     1,
		"[a](page.md#two)": 1,
		"![a](none.png) [b](#three) [c](page.md/x)": 3,
	} {
		page := "# One, two!\n\n" + text + "\n"
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		if wrong := broken(path, page); len(wrong) != want {
			t.Errorf("%q: %v, want %d", text, wrong, want)
		}
	}
}
