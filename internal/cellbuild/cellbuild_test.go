//go:build linux

package cellbuild

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// asWritten are the words of the project as it is written at first.
const asWritten = "[text other soft]"

// TestChanges changes what a cell depends on, in each of many ways: the next cell sees the change, built by
// the real go, and the one after that is built without it again.
func TestChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(k *kernel)
		want   string
	}{
		"a file, of the same size and time": {func(k *kernel) {
			k.replace("project/words/words.go", `"soft"`, `"loud"`)
		}, "[text other loud]"},
		"a new file": {func(k *kernel) {
			k.write("project/words/new.go", "package words\n\nfunc init() { more = append(more, \"new\") }\n")
		}, "[text new other soft]"},
		"a file that was left out": {func(k *kernel) {
			k.replace("project/words/tagged.go", "//go:build tagged\n", "")
		}, "[text tagged other soft]"},
		"a file less": {func(k *kernel) {
			k.write("project/words/texts/deep/verse", "verse")
			k.words(false)
			k.words(true)
			k.remove("project/words/texts/deep/verse")
		}, asWritten},
		"a module within": {func(k *kernel) {
			k.write("project/words/go.mod", "module example.org/project/words\n\ngo 1.25.0\n\nrequire "+
				"example.org/other v0.0.0\n\nreplace example.org/other => ../../another\n")
			k.write("gonb_1/go.work", strings.Replace(project["gonb_1/go.work"], "../project",
				"../project/words", 1))
		}, "[text another soft]"},
		"a text": {func(k *kernel) { k.write("project/words/texts/deep/text", "verse") },
			"[verse other soft]"},
		"a new text": {func(k *kernel) { k.write("project/words/texts/deep/verse", "verse") },
			"[text verse other soft]"},
		"a module outside": {func(k *kernel) { k.replace("other/other.go", `"other"`, `"fresh"`) },
			"[text fresh soft]"},
		"the project's replacement": {func(k *kernel) {
			k.replace("project/go.mod", "=> ../other", "=> ../another")
		}, "[text another soft]"},
		"the work space's replacement": {func(k *kernel) {
			k.write("gonb_1/go.work",
				project["gonb_1/go.work"]+"\nreplace example.org/other v0.0.0 => ../another\n")
			k.replace("project/go.mod", "replace example.org/other => ../other\n", "")
		}, "[text another soft]"},
		"the flags": {func(k *kernel) { k.flags = "-ldflags=-X=main.word=linked" },
			asWritten + " linked"},
		"a file of the build cache": {func(k *kernel) {
			for _, line := range k.known().Packages {
				if _, path, _ := strings.Cut(strings.TrimSpace(line), "="); strings.Contains(line,
					"example.org/project/words=") {
					if err := os.Remove(path); err != nil {
						k.t.Fatal(err)
					}
				}
			}
		}, asWritten},
		"what is known": {func(k *kernel) {
			paths, _ := filepath.Glob(filepath.Join(k.root, "bin", "cells", "*"))
			for _, path := range paths {
				if err := os.Truncate(path, 100); err != nil {
					k.t.Fatal(err)
				}
			}
		}, asWritten},
		"another go": {func(k *kernel) { k.anotherGo("") }, asWritten},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKernel(t)
			if got := []string{k.words(false), k.words(true)}; got[0] != asWritten || got[1] != asWritten {
				t.Errorf("at first the cells print %q", got)
			}
			c.change(k)
			if got := []string{k.words(false), k.words(true)}; got[0] != c.want || got[1] != c.want {
				t.Errorf("then the cells print %q, want %s", got, c.want)
			}
		})
	}
}

// anotherGo puts another go before the real one, or in the place of that other.
func (k *kernel) anotherGo(comment string) {
	real, err := exec.LookPath("go")
	if err != nil {
		k.t.Fatal(err)
	}
	k.write("another/bin/go", "#!/bin/sh\n"+comment+"\nexec "+real+" \"$@\"\n")
	if folder := filepath.Join(k.root, "another", "bin") + ":"; !strings.HasPrefix(k.path, folder) {
		k.path = folder + k.path
	}
}

// TestNewerGo: another go in the place of the one that was used is asked.
func TestNewerGo(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.anotherGo("# old")
	k.words(false)
	k.words(true)
	k.anotherGo("# new")
	k.words(false)
}

// TestUnrelatedChanges: tests, other packages and other kernels of the same project change nothing.
func TestUnrelatedChanges(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.words(false)
	k.write("project/words/words_test.go", "package words\n\nvar x = 1\n")
	k.write("project/unrelated/unrelated.go", "package unrelated\n\nvar x = 1\n")
	k.words(true)
	k.folder = filepath.Join(k.root, "gonb_2")
	k.write("gonb_2/go.mod", strings.ReplaceAll(project["gonb_1/go.mod"], "gonb_1", "gonb_2"))
	k.write("gonb_2/go.work", project["gonb_1/go.work"])
	k.words(true)
	info, err := buildinfo.ReadFile(filepath.Join(k.folder, "gonb_1"))
	if err != nil || info.Path != "gonb_2" || info.Main.Path != "gonb_2" {
		t.Errorf("the cell of the second kernel says of itself %v, %v", info, err)
	}
}

// TestOtherSettings: what asks for more than flags of the linker is for the real go, always.
func TestOtherSettings(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	for flags, want := range map[string]string{
		"-tags=tagged": "[text tagged other soft]",
		"-cover":       "warning: GOCOVERDIR not set, no coverage data emitted",
	} {
		k.flags = flags
		for range 2 {
			if got := k.words(false); !strings.Contains(got, want) {
				t.Errorf("with %s the cell prints %s, want %s", flags, got, want)
			}
		}
	}
	for _, flags := range []string{"-race", "-msan", "-trimpath", "-gcflags=-N", "-ldflags=-s -race",
		"'-ldflags=-s' -race", "'-ldflags=example.org/...=-s'", "-ldflags=-s -ldflags=-w",
		`'-ldflags=-X "a=b c"'`} {
		k := &known{Environment: map[string]string{"GOOS": "linux", "GOARCH": runtime.GOARCH,
			"GOFIPS140": "off", "CC": "gcc", "GOFLAGS": flags}}
		if got, err := k.linkFlags(); err == nil {
			t.Errorf("the flags %s are taken for the linker's %q", flags, got)
		}
	}
	good := &known{Environment: map[string]string{"GOOS": "linux", "GOARCH": runtime.GOARCH,
		"GOFIPS140": "off", "CC": "gcc", "GOFLAGS": "-buildvcs=false '-ldflags=-s -w'"}}
	const want = "-buildmode=exe -s -w -extld=gcc"
	if got, err := good.linkFlags(); err != nil || strings.Join(got, " ") != want {
		t.Errorf("the linker's flags are %q, %v", got, err)
	}
}

// TestSameProgram compares what programs say of themselves, and where they say that their code is, with those
// of go build, for an old language with other defaults than Go's too.
func TestSameProgram(t *testing.T) {
	t.Parallel()
	for language, captured := range map[string]string{"1.25.0": "\n0\n1\n", "1.21": "\n2\n2\n"} {
		k := newKernel(t)
		for path := range project {
			if strings.HasSuffix(path, ".mod") || strings.HasSuffix(path, ".work") {
				k.replace(path, "1.25.0", language)
			}
		}
		k.flags = "'-ldflags=-s -w'"
		program := `package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"example.org/project/words"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	_, file, line, _ := runtime.Caller(0)
	fmt.Println(words.All(), info, file, line)
	var later []func()
	for i := 0; i < 2; i++ { // what is captured depends on the language
		later = append(later, func() { fmt.Println(i) })
	}
	for _, f := range later {
		f()
	}
}
`
		outputs := make([]string, 2)
		for i := range outputs {
			said, direct, err := k.build(program)
			if err != nil || direct != (i == 1) {
				t.Fatalf("%s: built without the real go: %v, %v %s", language, direct, err, said)
			}
			program := exec.CommandContext(t.Context(), filepath.Join(k.folder, "gonb_1"))
			output, err := program.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			outputs[i] = string(output)
		}
		if outputs[0] != outputs[1] || !strings.HasSuffix(outputs[0], captured) ||
			!strings.Contains(outputs[0], filepath.Join(k.folder, "main.go")) {
			t.Errorf("%s: go build's program prints\n%s\nand ours\n%s", language, outputs[0], outputs[1])
		}
		if language == "1.21" && !strings.Contains(outputs[1], "DefaultGODEBUG") {
			t.Errorf("%s has no defaults of its own:\n%s", language, outputs[1])
		}
	}
}

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
