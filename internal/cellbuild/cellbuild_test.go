//go:build linux

package cellbuild

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
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
