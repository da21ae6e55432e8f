package results_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// oddName is a name of a folder that a pattern, a shell, an address or a list of lines would take for
// something else.
const oddName = "[a-b]*?{x}\\'\"\n #%ä日"

// TestWrongFiles damages a results file in the ways that editors, full disks and other versions do. It is
// named, and does not hide the other.
func TestWrongFiles(t *testing.T) {
	for name, damage := range map[string]func(string) string{
		"null":      func(string) string { return "null" },
		"no fields": func(string) string { return "{}" },
		"empty":     func(string) string { return "" },
		"a list":    func(string) string { return "[]" },
		"cut off":   func(s string) string { return s[:len(s)/2] },
		"twice":     func(s string) string { return s + s },
		"an older schema": func(s string) string {
			return strings.Replace(s, `"wall_seconds"`, `"seconds"`,
				1)
		},
		"without series": func(s string) string { return strings.Replace(s, `"series"`, `"serie"`, 1) },
		"null series": func(s string) string {
			return strings.Replace(s, "\"series\": [\n  1,\n  2\n ]",
				`"series": null`, 1)
		},
		"a text for a number": func(s string) string {
			return strings.Replace(s, `"seed": 0`, `"seed": "0"`, 1)
		},
		"another figure": func(s string) string {
			return strings.Replace(s, `"figure": "figure-1"`,
				`"figure": "figure-2"`, 1)
		},
		"no title": func(s string) string { return strings.Replace(s, `"A figure"`, `""`, 1) },
		"a claim without its quantity": func(s string) string {
			return strings.Replace(s, `"quantity": "q"`, `"quantity": ""`, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			faulttest.Inputs(t, 1)
			folder := t.TempDir()
			for _, name := range []string{"figure-1", "figure-2"} {
				if err := figure(name).Save(folder); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(folder, "figure-1.json")
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := damage(string(content))
			if changed == string(content) {
				t.Fatal("nothing was damaged")
			}
			if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
			all, err := results.LoadAll(folder)
			var wrong *results.Unusable
			if !errors.As(err, &wrong) || len(wrong.Files) != 1 || !strings.Contains(err.Error(), path) ||
				!strings.Contains(err.Error(), "remove it") ||
				strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %v", err)
			}
			if len(all) != 1 || all[0].Figure != "figure-2" {
				t.Errorf("loaded %+v", all)
			}
		})
	}
}

// TestOddFolders saves into a folder whose name looks like a pattern and finds it again.
func TestOddFolders(t *testing.T) {
	folder := filepath.Join(t.TempDir(), oddName)
	if err := figure("figure-1").Save(folder); err != nil {
		t.Fatal(err)
	}
	if all, err := results.LoadAll(folder); err != nil || len(all) != 1 {
		t.Errorf("found %d figures, %v", len(all), err)
	}
}

// TestNamesOfFigures checks that a name can't lead out of the folder, or into another scheme, or to the file
// of all claims.
func TestNamesOfFigures(t *testing.T) {
	for _, name := range []string{"", "claims", "../figure-1", "a/b", ".hidden", "javascript:alert(1)", "a b",
		"a\nb", `a"b`, "a*"} {
		folder := t.TempDir()
		err := figure(name).Save(folder)
		if err == nil || !strings.Contains(err.Error(), "no name for a figure") ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("the name %q gives %v", name, err)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("the name %q left %v, %v", name, left, err)
		}
	}
	for _, name := range []string{"figure-1", "Übung_2.b", "日本"} {
		if err := figure(name).Save(t.TempDir()); err != nil {
			t.Error(err)
		}
	}
}
