package docstest

import (
	"encoding/json"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	module = "github.com/shattered-gradients/shattered/"

	// notebooks stands for the notebooks among the packages.
	notebooks = "notebooks"
)

// helpers matches the packages that only tests import.
var helpers = regexp.MustCompile(`^internal/.*test|^internal/test`)

// goPackage is what is asked of a package of the project.
type goPackage struct{ name, imports, dependencies string }

// listed asks go list for the project's packages, once.
var listed = sync.OnceValues(func() ([]goPackage, error) {
	command := exec.Command("go", "list", "-f", `{{.ImportPath}}|{{join .Imports " "}}|{{join .Deps " "}}`,
		"./...")
	command.Dir = root
	output, err := command.Output()
	var packages []goPackage
	for line := range strings.Lines(string(output)) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		packages = append(packages, goPackage{strings.TrimPrefix(fields[0], module), fields[1], fields[2]})
	}
	return packages, err
})

// packages returns the project's packages.
func packages(t *testing.T) []goPackage {
	t.Helper()
	all, err := listed()
	if err != nil || len(all) < 10 {
		t.Fatalf("go list gives %d packages, %v", len(all), err)
	}
	return all
}

// own returns the names of the project's packages among import paths, less the module's.
func own(paths []string) []string {
	var names []string
	for _, path := range paths {
		if name, found := strings.CutPrefix(path, module); found && !helpers.MatchString(name) {
			names = append(names, name)
		}
	}
	return names
}

// imports returns what each package of the project imports of the others, the notebooks together among them:
// what their cells import, and the packages whose names stand before what they use, which the kernel imports.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	for _, p := range packages(t) {
		if !helpers.MatchString(p.name) {
			all[p.name] = own(strings.Fields(p.imports))
		}
	}
	paths, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("found no notebooks: %v", err)
	}
	imported := regexp.MustCompile(`(?m)^(?:\s*|import (?:\w+ )?)"(` + regexp.QuoteMeta(module) + `[^"]+)"$`)
	used := regexp.MustCompile(`\b([a-z]\w*)\.[A-Z]`)
	named := public(t)
	for _, file := range paths {
		var notebook struct {
			Cells []struct {
				Type   string `json:"cell_type"`
				Source []string
			}
		}
		if err := json.Unmarshal([]byte(read(t, file)), &notebook); err != nil {
			t.Fatal(err)
		}
		for _, cell := range notebook.Cells {
			if cell.Type != "code" {
				continue
			}
			source := strings.Join(cell.Source, "")
			for _, match := range imported.FindAllStringSubmatch(source, -1) {
				all[notebooks] = append(all[notebooks], own(match[1:])...)
			}
			for _, match := range used.FindAllStringSubmatch(source, -1) {
				if packages := named[match[1]]; len(packages) == 1 {
					all[notebooks] = append(all[notebooks], packages[0])
				}
			}
		}
	}
	return all
}

// public returns the packages that anybody may import, by the last part of their paths. The few names that
// two packages share say nothing of which is meant.
func public(t *testing.T) map[string][]string {
	t.Helper()
	named := make(map[string][]string)
	for _, p := range packages(t) {
		if strings.HasPrefix(p.name, "pkg/") {
			named[path.Base(p.name)] = append(named[path.Base(p.name)], p.name)
		}
	}
	return named
}

// matches says whether a package is one that a pattern of Go names: itself, or with /... after it, those
// below it too.
func matches(pattern, name string) bool {
	folder, below := strings.CutSuffix(pattern, "/...")
	return name == folder || below && strings.HasPrefix(name, folder+"/")
}

var (
	node  = regexp.MustCompile(`(?m)^ *(\w+)\["([^"]+)"\]$`)
	arrow = regexp.MustCompile(`(?m)^ *(\w+) --> (\w+(?: & \w+)*)$`)
)

// drawn returns the groups of packages in the picture, each a list of patterns, and the arrows between them.
func drawn(t *testing.T, page string) (groups map[string][]string, arrows map[[2]string]bool) {
	t.Helper()
	_, picture, found := strings.Cut(page, "```mermaid\n")
	picture, _, closed := strings.Cut(picture, "```")
	if !found || !closed {
		t.Fatal("docs/architecture.md has no picture")
	}
	groups, arrows = make(map[string][]string), make(map[[2]string]bool)
	for _, match := range node.FindAllStringSubmatch(picture, -1) {
		groups[match[1]] = strings.Split(match[2], "<br>")
	}
	for _, match := range arrow.FindAllStringSubmatch(picture, -1) {
		for _, to := range strings.Split(match[2], " & ") {
			arrows[[2]string{match[1], to}] = true
		}
	}
	return groups, arrows
}

// groupOf returns the group that holds a package: one that names it, or else one that names the packages
// below a folder. It reports a package that is in none or in two.
func groupOf(t *testing.T, groups map[string][]string, name string) string {
	t.Helper()
	var in []string
	for group, patterns := range groups {
		if slices.Contains(patterns, name) {
			return group
		}
		if slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) }) {
			in = append(in, group)
		}
	}
	if len(in) != 1 {
		t.Fatalf("%s is in the groups %v of the picture: put it into one", name, in)
	}
	return in[0]
}

// reaches says whether a way leads from one group to the other that takes at least two arrows.
func reaches(arrows map[[2]string]bool, from, to string) bool {
	var walk func(at string, seen map[string]bool) bool
	walk = func(at string, seen map[string]bool) bool {
		for next := range arrows {
			if next[0] != at || seen[next[1]] || at == from && next[1] == to {
				continue
			}
			if next[1] == to {
				return true
			}
			seen[next[1]] = true
			if walk(next[1], seen) {
				return true
			}
		}
		return false
	}
	return walk(from, map[string]bool{from: true})
}

// TestPictureOfPackages derives the arrows between the groups of the picture from what the code and the
// notebooks import, less those that a longer way stands for, and compares.
func TestPictureOfPackages(t *testing.T) {
	groups, arrows := drawn(t, read(t, filepath.Join(root, "docs", "architecture.md")))
	all, used := make(map[[2]string]bool), make(map[string]bool)
	for name, others := range imports(t) {
		from := groupOf(t, groups, name)
		used[from] = true
		for _, other := range others {
			if to := groupOf(t, groups, other); to != from {
				all[[2]string{from, to}] = true
			}
		}
	}
	for pair := range all {
		if all[[2]string{pair[1], pair[0]}] || reaches(all, pair[1], pair[0]) {
			t.Errorf("%s and %s import each other in a circle: draw them as one group or take one apart",
				pair[0], pair[1])
		}
		if want := !reaches(all, pair[0], pair[1]); want != arrows[pair] {
			t.Errorf("arrow %s --> %s: drawn %t, want %t", pair[0], pair[1], arrows[pair], want)
		}
	}
	for pair := range arrows {
		if !all[pair] {
			t.Errorf("arrow %s --> %s is drawn, and nothing imports that way", pair[0], pair[1])
		}
	}
	for group := range groups {
		if !used[group] {
			t.Errorf("no package is in group %s", group)
		}
	}
}

// rule matches a line of the table of what packages must not know.
var rule = regexp.MustCompile("(?m)^\\| ((?:`[^`]+`(?:, )?)+) \\| ((?:`[^`]+`(?:, )?)+) \\|")

// TestOneWay holds the code to the table of rules: nothing on the left may depend on anything on the right,
// by however many steps.
func TestOneWay(t *testing.T) {
	rules := rule.FindAllStringSubmatch(read(t, filepath.Join(root, "docs", "architecture.md")), -1)
	if len(rules) < 4 {
		t.Fatalf("found %d rules only", len(rules))
	}
	patterns := func(cell string) []string { return strings.Split(strings.ReplaceAll(cell, "`", ""), ", ") }
	known := make(map[string]bool) // the patterns that name a package
	for _, match := range rules {
		left, right := patterns(match[1]), patterns(match[2])
		for _, p := range packages(t) {
			subject := ""
			for _, pattern := range slices.Concat(left, right) {
				known[pattern] = known[pattern] || matches(pattern, p.name)
			}
			for _, pattern := range left {
				if matches(pattern, p.name) {
					subject = pattern
				}
			}
			for _, path := range strings.Fields(p.dependencies) {
				for _, pattern := range right {
					if !matches(pattern, strings.TrimPrefix(path, module)) {
						continue
					}
					known[pattern] = true
					if subject != "" {
						t.Errorf("%s depends on %s, against the rule about %s", p.name, path, subject)
					}
				}
			}
		}
		for _, pattern := range slices.Concat(left, right) {
			if !known[pattern] {
				t.Errorf("no package is %s", pattern)
			}
		}
	}
}
