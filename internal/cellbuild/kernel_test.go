//go:build linux

package cellbuild

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/testprogram"
)

// program is the path of cmd/cellgo, built once.
var program string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "cellbuild")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(folder, "go")
	output, err := exec.Command("go", "build", "-o", program, "../../cmd/cellgo").CombinedOutput()
	if err != nil {
		panic(string(output))
	}
	status := m.Run()
	os.RemoveAll(folder)
	os.Exit(status)
}

// kernel stands for the kernel of a notebook: it has a folder for its cells, a project beside that, which the
// cells use, and a go of ours in PATH, with nothing known yet.
type kernel struct {
	t *testing.T

	// root holds bin with our go, cells' folder and the project's.
	root, folder string

	// path is what follows our go in PATH, flags is GOFLAGS.
	path, flags string

	// cells counts the cells, so that no two are alike.
	cells int
}

// project is a module with a package whose words come from many places.
var project = map[string]string{
	"project/go.mod": "module example.org/project\n\ngo 1.25.0\n\nrequire example.org/other v0.0.0\n\n" +
		"replace example.org/other => ../other\n",
	"project/words/words.go": `package words

import (
	"embed"

	"example.org/other"
)

//go:embed all:texts
var texts embed.FS

// All returns all words.
func All() (all []string) {
	entries, _ := texts.ReadDir("texts/deep")
	for _, entry := range entries {
		text, _ := texts.ReadFile("texts/deep/" + entry.Name())
		all = append(all, string(text))
	}
	return append(append(all, more...), other.Word, first)
}

var more []string

const first = "soft"
`,
	"project/words/tagged.go": "//go:build tagged\n\npackage words\n\n" +
		"func init() { more = append(more, \"tagged\") }\n",
	"project/words/texts/deep/text":  "text",
	"project/words/words_test.go":    "package words\n",
	"project/unrelated/unrelated.go": "package unrelated\n",
	"other/go.mod":                   "module example.org/other\n\ngo 1.25.0\n",
	"other/other.go":                 "package other\n\nconst Word = \"other\"\n",
	"another/go.mod":                 "module example.org/other\n\ngo 1.25.0\n",
	"another/other.go":               "package other\n\nconst Word = \"another\"\n",
	"gonb_1/go.mod":                  "module gonb_1\n\ngo 1.25.0\n",
	"gonb_1/go.work":                 "go 1.25.0\n\nuse (\n\t.\n\t../project\n)\n",
}

// newKernel returns a kernel for a test, which runs beside others.
func newKernel(t *testing.T) *kernel {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k := &kernel{t: t, root: root, folder: filepath.Join(root, "gonb_1"), path: os.Getenv("PATH")}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	k.write("bin/go", string(content))
	for path, content := range project {
		k.write(path, content)
	}
	t.Cleanup(k.settled)
	return k
}

// write writes a file that seems to be old, with its folders.
func (k *kernel) write(path, content string) {
	k.t.Helper()
	path = filepath.Join(k.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		k.t.Fatal(err)
	}
	testprogram.Write(k.t, path, content)
	k.age()
}

// long is when all files seem to have been written.
var long = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// age makes files and folders that have changed seem old. Of others not even the system's own time changes.
func (k *kernel) age() {
	k.t.Helper()
	err := filepath.WalkDir(k.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := entry.Info(); err != nil || info.ModTime().Equal(long) {
			return err
		}
		return os.Chtimes(path, long, long)
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

// remove removes a file.
func (k *kernel) remove(path string) {
	k.t.Helper()
	if err := os.Remove(filepath.Join(k.root, path)); err != nil {
		k.t.Fatal(err)
	}
	k.age()
}

// replace puts a text in place of another one in a file.
func (k *kernel) replace(path, old, new string) {
	k.t.Helper()
	content, err := os.ReadFile(filepath.Join(k.root, path))
	if err != nil || !strings.Contains(string(content), old) {
		k.t.Fatalf("%s has no %q: %v", path, old, err)
	}
	k.write(path, strings.ReplaceAll(string(content), old, new))
}

// command returns a call of our go in the cells' folder, or of the real one.
func (k *kernel) command(real bool, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(k.t.Context(), filepath.Join(k.root, "bin", "go"), arguments...)
	if real {
		path, err := exec.LookPath("go")
		if err != nil {
			k.t.Fatal(err)
		}
		command = exec.CommandContext(k.t.Context(), path, arguments...)
	}
	command.Dir = k.folder
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "GOFLAGS=") && !strings.HasPrefix(setting, "GOWORK=") {
			command.Env = append(command.Env, setting)
		}
	}
	command.Env = append(command.Env, "PATH="+filepath.Join(k.root, "bin")+":"+k.path, "GOFLAGS="+k.flags,
		"GOPROXY=off", "GOENV=off", "GOWORK=", "PWD="+k.folder,
		"SHATTERED_CELL_LOG="+filepath.Join(k.root, "bin", "log"))
	return command
}

// log returns the lines of the log.
func (k *kernel) log() []string {
	content, err := os.ReadFile(filepath.Join(k.root, "bin", "log"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.t.Fatal(err)
	}
	return strings.FieldsFunc(string(content), func(r rune) bool { return r == '\n' })
}

// settled waits for the renewals behind cells that the real go has built.
func (k *kernel) settled() {
	count := func(lines []string, of string) (n int) {
		for _, line := range lines {
			if strings.HasPrefix(line, of) {
				n++
			}
		}
		return n
	}
	for range 600 {
		lines := k.log()
		if count(lines, "renewing") == count(lines, "renewed")+count(lines, "not renewed") {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	k.t.Errorf("a renewal does not end: %q", k.log())
}

// code returns a cell that prints the words of the project.
func code(statement string) string {
	return "package main\n\nimport (\n\t\"fmt\"\n\t\"example.org/project/words\"\n)\n\nvar word = \"\"\n\n" +
		"func main() {\n\tfmt.Println(words.All(), word)\n\t" + statement + "\n}\n"
}

// build builds a cell, and says whether without the real go.
func (k *kernel) build(code string) (said string, direct bool, err error) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.folder, "main.go"), []byte(code), 0o666); err != nil {
		k.t.Fatal(err)
	}
	before := len(k.log())
	output, err := k.command(false, "build", "-o", filepath.Join(k.folder, "gonb_1")).CombinedOutput()
	k.settled()
	if _, left := os.Stat(filepath.Join(k.folder, workFolder)); left == nil {
		k.t.Errorf("%s is left", workFolder)
	}
	return string(output), slices.Contains(k.log()[before:], "built"), err
}

// words builds a cell that was not there before, runs it, and returns the words that it prints.
func (k *kernel) words(wantDirect bool) string {
	k.t.Helper()
	k.cells++
	said, direct, err := k.build(code(fmt.Sprintf("_ = %d", k.cells)))
	if err != nil {
		k.t.Fatalf("%v: %s", err, said)
	}
	if direct != wantDirect {
		k.t.Errorf("built without the real go: %v, want %v: %q", direct, wantDirect, k.log())
	}
	output, err := exec.CommandContext(k.t.Context(), filepath.Join(k.folder, "gonb_1")).CombinedOutput()
	if err != nil {
		k.t.Fatalf("the cell: %v: %s", err, output)
	}
	return strings.TrimSpace(string(output))
}

// known returns what is known, where that is of one key only.
func (k *kernel) known() *known {
	k.t.Helper()
	paths, err := filepath.Glob(filepath.Join(k.root, "bin", "cells", "*.json"))
	if err != nil || len(paths) != 1 {
		k.t.Fatalf("known: %q, %v", paths, err)
	}
	content, err := os.ReadFile(paths[0])
	if err != nil {
		k.t.Fatal(err)
	}
	found := new(known)
	if err := json.Unmarshal(content, found); err != nil {
		k.t.Fatal(err)
	}
	return found
}
