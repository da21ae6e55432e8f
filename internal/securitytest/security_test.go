package securitytest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository's folder.
const root = "../.."

// files calls do with the path and the text of each of the repository's files whose path the pattern matches.
func files(t *testing.T, pattern string, do func(path, text string)) {
	t.Helper()
	matches, found := regexp.MustCompile(pattern), 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		below, err := filepath.Rel(root, path)
		if entry.IsDir() && (name == ".git" || below == "results" || strings.HasPrefix(name, ".venv") ||
			name == "testdata") {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() || !matches.MatchString(filepath.ToSlash(below)) {
			return err
		}
		text, err := os.ReadFile(path)
		found++
		do(path, string(text))
		return err
	})
	if err != nil || found == 0 {
		t.Fatalf("%s matches %d files, %v", pattern, found, err)
	}
}

// TestActionsArePinned checks that workflows take each action at a commit, and have no right to write.
func TestActionsArePinned(t *testing.T) {
	uses := regexp.MustCompile(`(?m)^\s*-? *uses: *(\S+)`)
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40}$`)
	files(t, `^\.github/workflows/.*\.yml$`, func(path, text string) {
		for _, match := range uses.FindAllStringSubmatch(text, -1) {
			if !pinned.MatchString(match[1]) {
				t.Errorf("%s takes %s, which is no commit", path, match[1])
			}
		}
		if !strings.Contains(text, "\npermissions:\n  contents: read\n") ||
			strings.Contains(text, ": write") {
			t.Errorf("%s has other rights than to read", path)
		}
		if strings.Contains(text, "pull_request_target") || strings.Contains(text, "${{ github.event.") {
			t.Errorf("%s takes what others have written for a part of itself", path)
		}
		if n, private := strings.Count(text, "actions/checkout@"), strings.Count(text,
			"persist-credentials: false"); n != private {
			t.Errorf("%s has %d checkouts, and %d that leave no credentials", path, n, private)
		}
	})
}

// TestListsHaveHashes checks that each package of each list has the hash of what may be installed.
func TestListsHaveHashes(t *testing.T) {
	hash := regexp.MustCompile(`--hash=sha256:[0-9a-f]{64}`)
	files(t, `^(requirements.*|bench/.*requirements.*)\.txt$`, func(path, text string) {
		packages := 0
		for entry := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
			if entry = strings.TrimSpace(entry); entry == "" || strings.HasPrefix(entry, "#") ||
				strings.HasPrefix(entry, "--") {
				continue
			}
			packages++
			if !strings.Contains(entry, "==") || !hash.MatchString(entry) {
				t.Errorf("%s has no version or no hash of %.60q", path, entry)
			}
		}
		if packages == 0 {
			t.Errorf("%s lists nothing", path)
		}
	})
	text, err := os.ReadFile(filepath.Join(root, "scripts", "setup"))
	if err != nil || !strings.Contains(string(text), "--require-hashes") {
		t.Errorf("scripts/setup does not ask for hashes (%v)", err)
	}
}

// TestNoShellSeesNames checks that programs are started with lists of arguments: Go starts no shell, Python
// none, and scripts evaluate no text and give shells no code but what stands in quotes.
func TestNoShellSeesNames(t *testing.T) {
	files(t, `^(bench|cmd|internal|pkg)/.*\.go$`, func(path, text string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok {
				switch literal.Value {
				case `"sh"`, `"bash"`, `"/bin/sh"`, `"/bin/bash"`:
					t.Errorf("%s starts a shell", path)
				}
			}
			return true
		})
	})
	unsafe := map[string]*regexp.Regexp{
		`\.py$`: regexp.MustCompile(`shell\s*=\s*True|os\.(system|popen)\(|\b(eval|exec)\(|pickle\.load|yaml\.load\(`),
		`^(scripts/[^/]+|scripts/(lib|slurm)/.*\.sh|\.ci/run)$`: regexp.MustCompile(
			`(?m)^\s*eval\b|\b(ba|da|z|k)?sh -c "|\bsource <\(|curl[^|\n]*\|\s*(ba)?sh`),
	}
	for pattern, wrong := range unsafe {
		files(t, pattern, func(path, text string) {
			for line := range strings.Lines(text) {
				if found := wrong.FindString(line); found != "" &&
					!strings.HasPrefix(strings.TrimSpace(line), "#") {
					t.Errorf("%s has %q in the line %q", path, found, strings.TrimSpace(line))
				}
			}
		})
	}
}

// TestPageNamesTests checks that the tests which SECURITY.md and docs/reliability.md name are there.
func TestPageNamesTests(t *testing.T) {
	all := make(map[string]bool)
	defined := regexp.MustCompile(`(?m)^(?:func|    def) (Test\w+|test_\w+|Fuzz\w+)\(|^class (\w+)\(unittest`)
	files(t, `(_test\.go|conformance\.py|stops\.py|test_.*\.py)$`, func(path, text string) {
		all[filepath.Base(path)] = true
		for _, match := range defined.FindAllStringSubmatch(text, -1) {
			all[match[1]+match[2]] = true
		}
	})
	named := regexp.MustCompile(`\b(Test[A-Z]\w+|Fuzz[A-Z]\w+|test_\w+(?:\.py)?)\b`)
	files(t, `^(SECURITY|docs/reliability)\.md$`, func(path, text string) {
		for _, name := range named.FindAllString(text, -1) {
			if !all[name] {
				t.Errorf("%s names %s, which is no test", path, name)
			}
		}
		if !strings.HasSuffix(path, "reliability.md") {
			return
		}
		for line := range strings.Lines(text) {
			row := strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| Fault |")
			if row && !named.MatchString(line) {
				t.Errorf("%s: a row names no test: %s", path, line)
			}
		}
	})
}
