//go:build linux

package cellbuild

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSameWords compares what our go says of bad cells, and how it ends, with the real go.
func TestSameWords(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.words(false)
	for name, code := range map[string]string{
		"an unknown name":    code("nothing()"),
		"a wrong type":       code("var x int = \"a\"; _ = x"),
		"an unused variable": code("x := 1"),
		"a missing package":  strings.ReplaceAll(code(""), "project/words", "project/nothing"),
		"an unfinished cell": strings.TrimSuffix(code(""), "}\n"),
		"a package of Go's":  "package main\n\nimport _ \"internal/abi\"\n\nfunc main() {}\n",
		"an embedded file": "package main\n\nimport _ \"embed\"\n\n//go:embed no\n" +
			"var x string\n\nfunc main() {}\n",
		"C that is not there":  "package main\n\n// #include <nothing.h>\nimport \"C\"\n\nfunc main() {}\n",
		"a directive":          "//go:debug nothing=1\n" + code(""),
		"a constraint":         "//go:build nothing\n\n" + code(""),
		"no main":              "package main\n",
		"not the main package": "package other\n",
	} {
		got, direct, err := k.build(code)
		if direct {
			t.Errorf("%s was built without the real go", name)
		}
		output, want := k.command(true, "build", "-o", filepath.Join(k.folder, "gonb_1")).CombinedOutput()
		if got != string(output) || (err == nil) != (want == nil) ||
			err != nil && err.Error() != want.Error() {
			t.Errorf("%s: our go says %q, %v; the real go %q, %v", name, got, err, output, want)
		}
		if err := os.RemoveAll(filepath.Join(k.folder, "gonb_1")); err != nil { // it may be no program
			t.Fatal(err)
		}
	}
	k.words(true)
}

// TestOtherFolders: what lies in the cell's folder beside its code is for the real go to judge.
func TestOtherFolders(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.words(false)
	k.words(true)
	for path, content := range map[string]string{"gonb_1/default.pgo": "", "gonb_1/more.go": "package main\n",
		"gonb_1/more.s": "", "gonb_1/vendor/x": ""} {
		k.write(path, content)
		k.build(code("_ = 1"))
		words := filepath.Base(strings.TrimSuffix(path, "/x")) + " is in the cell's folder"
		if lines := k.log(); !strings.Contains(strings.Join(lines, "\n"), words) {
			t.Errorf("with %s: %q", path, lines)
		}
		if err := os.RemoveAll(filepath.Join(k.root, strings.TrimSuffix(path, "/x"))); err != nil {
			t.Fatal(err)
		}
	}
	k.words(true)
}

// TestJustChanged: of a file that has just changed nothing is kept, since its time may not tell the next
// change.
func TestJustChanged(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	now := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(k.root, "project", "words", "words.go"), now, now); err != nil {
		t.Fatal(err)
	}
	k.words(false)
	k.words(false)
	k.age()
	k.words(false)
	k.words(true)
}

// TestAtOnce builds cells of four kernels at once, twice.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	first := newKernel(t)
	for range 2 {
		var group sync.WaitGroup
		for _, name := range []string{"gonb_1", "gonb_2", "gonb_3", "gonb_4"} {
			k := *first
			k.folder = filepath.Join(k.root, name)
			k.write(name+"/go.mod", strings.ReplaceAll(project["gonb_1/go.mod"], "gonb_1", name))
			k.write(name+"/go.work", project["gonb_1/go.work"])
			k.write(name+"/main.go", code(""))
			group.Go(func() {
				program := filepath.Join(k.folder, "gonb_1")
				output, err := k.command(false, "build", "-o", program).CombinedOutput()
				if err == nil {
					output, err = exec.CommandContext(t.Context(), program).CombinedOutput()
				}
				if err != nil || strings.TrimSpace(string(output)) != asWritten {
					t.Errorf("%s: %v: %s", name, err, output)
				}
			})
		}
		group.Wait()
		first.settled()
	}
	first.words(true)
}

// TestOtherCalls: everything else is what the real go makes of it.
func TestOtherCalls(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.words(false)
	for _, arguments := range [][]string{{"version"}, {"env", "GOWORK"}, {"list", "-f", "{{.Imports}}"},
		{"nothing"}, {"vet"}, {"build", "-n", "-o", "x"}} {
		got, err := k.command(false, arguments...).Output()
		want, wantErr := k.command(true, arguments...).Output()
		if string(got) != string(want) || (err == nil) != (wantErr == nil) {
			t.Errorf("go %q prints %q, %v; want %q, %v", arguments, got, err, want, wantErr)
		}
	}
	k.folder = filepath.Join(k.root, "project")
	k.write("project/main/main.go", "package main\n\nfunc main() { println(\"hi\") }\n")
	k.folder = filepath.Join(k.root, "project", "main")
	if output, err := k.command(false, "build", "-o", "x").CombinedOutput(); err != nil {
		t.Errorf("a program of the project: %v: %s", err, output)
	}
}
