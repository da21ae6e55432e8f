package kerneltest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testprogram"
)

// script returns the command that runs one of the scripts, from a folder that is not the repository's.
func script(t *testing.T, name string, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(repository(t, "scripts", name), arguments...)
	command.Dir = t.TempDir()
	return command
}

func TestScriptsHelp(t *testing.T) {
	for _, name := range []string{"setup", "reproduce", "test", "lab", "export", "train"} {
		got := run(t, script(t, name, "--help"))
		if got.status != 0 || got.stderr != "" || !strings.HasPrefix(got.stdout, "Usage: scripts/"+name) {
			t.Errorf("scripts/%s --help gave %+v", name, got)
		}
	}
}

func TestScriptsRefuseBadInput(t *testing.T) {
	python(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	results := t.TempDir()
	for name, c := range map[string]struct {
		command  *exec.Cmd
		status   int
		sentence string
	}{
		"unknown option": {script(t, "reproduce", "--sideways"), 2, "unknown option --sideways"},
		"missing value":  {script(t, "reproduce", "--results"), 2, "--results needs a value"},
		"kept and more":  {script(t, "reproduce", "--keep", "5", "6"), 2, "--keep takes one figure"},
		"kept and quick": {script(t, "reproduce", "--keep", "5", "--quick"), 2, "at the paper's size"},
		"unknown backend": {script(t, "reproduce", "--backend", "abacus"), 2,
			"unknown backend abacus: choose one of xla:cpu, xla:cuda, go"},
		"unknown figure": {script(t, "reproduce", "--results", results, "99"), 2,
			"no notebook makes figure-99: choose from figure-1"},
		"results in a file": {script(t, "reproduce", "--results", filepath.Join(file, "results")), 1,
			"can't write into the results folder " + file},
		"setup's argument": {script(t, "setup", "everything"), 2, "unknown argument everything"},
		"test's argument":  {script(t, "test", "everything"), 2, "unknown argument everything"},
		"two sizes of test": {script(t, "test", "--short", "--all"), 2,
			"--short and --all exclude each other"},
		"unknown net": {script(t, "export", "perceptron", "net.npz"), 1, "perceptron"},
	} {
		t.Run(name, func(t *testing.T) { wantSentence(t, run(t, c.command), c.status, c.sentence) })
	}
}

// A set-up with nothing to do must not be felt, since every script starts with it: it starts neither pip nor
// a build nor the kernel.
func TestSecondSetupDoesNothing(t *testing.T) {
	python(t)
	if got := run(t, script(t, "setup")); got.status != 0 {
		t.Fatalf("scripts/setup gave %+v", got)
	}
	folder := t.TempDir()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	writeScript(t, filepath.Join(folder, "go"),
		`case "$1" in env) exec '`+path+`' "$@" ;; esac; echo "go $*" >>'`+folder+`/called'`)
	command := script(t, "setup")
	command.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
	got := run(t, command)
	if called, err := os.ReadFile(filepath.Join(folder, "called")); err == nil {
		t.Errorf("a set-up with nothing to do called %s", called)
	}
	if got.status != 0 || got.stdout != "==> nothing to do: everything is in place\n" {
		t.Errorf("a second set-up gave %+v", got)
	}
	if got := run(t, script(t, "setup", "--quiet")); got.stdout != "" {
		t.Errorf("scripts/setup --quiet with nothing to do printed %q", got.stdout)
	}
}

// fakeTools makes a folder of programs for PATH: the few that the scripts need from the system, and the given
// ones, which are shell scripts. A program with an empty text is left out.
func fakeTools(t *testing.T, programs map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	writeScript(t, filepath.Join(folder, "python3"), "exec '"+python(t)+"' \"$@\"")
	for _, name := range []string{"bash", "basename", "chmod", "dirname", "grep", "mkdir", "mktemp", "rm",
		"sed", "tail"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range programs {
		path := filepath.Join(folder, name)
		if text != "" {
			writeScript(t, path, text)
		} else if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func writeScript(t *testing.T, path, text string) {
	t.Helper()
	testprogram.Write(t, path, "#!/bin/sh\n"+text+"\n")
}

// freshClone copies what scripts/setup reads before it changes anything to a folder of its own.
func freshClone(t *testing.T) string {
	t.Helper()
	clone := t.TempDir()
	if err := os.CopyFS(filepath.Join(clone, "scripts"), os.DirFS(repository(t, "scripts"))); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(repository(t, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(clone, "go.mod"), module, 0o644); err != nil {
		t.Fatal(err)
	}
	return clone
}

// What is missing must be said in one line, with how to get it, before anything is changed.
func TestSetupSaysWhatIsMissing(t *testing.T) {
	const (
		goodGo = `case "$*" in "env GOVERSION") echo go1.99.0;; "env CC") echo no-such-compiler;; *GOHOSTOS*) printf 'linux\namd64\n/nowhere\n';; *) echo 1;; esac`
		oldGo  = `case "$*" in "env GOVERSION") echo go1.20.3;; esac`
	)
	for name, c := range map[string]struct {
		programs map[string]string
		sentence string
	}{
		"no Go":  {map[string]string{"go": ""}, "Go is missing: install Go 1.2"},
		"old Go": {map[string]string{"go": oldGo}, "Go is 1.20.3, and 1.2"},
		"no Python": {map[string]string{"python3": ""},
			"Python is missing: on Debian or Ubuntu, apt-get install python3 python3-venv"},
		"old Python": {map[string]string{"python3": "echo 3.8.10"},
			"Python is 3.8.10, and 3.10 or newer is needed"},
		"no venv":       {map[string]string{"python3": `case "$*" in *ensurepip*) exit 1;; *) echo 3.11.2;; esac`}, "Python's venv module is missing: on Debian or Ubuntu, apt-get install python3-venv"},
		"no C compiler": {map[string]string{"go": goodGo}, "a C compiler (no-such-compiler) is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			clone := freshClone(t)
			command := exec.Command(filepath.Join(clone, "scripts", "setup"))
			command.Env = []string{"PATH=" + fakeTools(t, c.programs), "HOME=" + t.TempDir()}
			wantSentence(t, run(t, command), 1, c.sentence)
			if _, err := os.Stat(filepath.Join(clone, ".venv")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a set-up that could not begin left a .venv: %v", err)
			}
		})
	}
}

// Figures are found by what the notebooks say they make.
func TestSelectNotebooks(t *testing.T) {
	folder := t.TempDir()
	for name, figures := range map[string]string{"01_a": `["figure-1", "figure-2"]`, "02_b": `["figure-3"]`,
		"03_c": `[]`} {
		text := `{"cells": [], "metadata": {"shattered": {"figures": ` + figures +
			`}}, "nbformat": 4, "nbformat_minor": 5}`
		if err := os.WriteFile(filepath.Join(folder, name+".ipynb"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for asked, want := range map[string]string{
		"": "01_a 02_b 03_c", "1": "01_a", "figure-2": "01_a", "Figure 3": "02_b", "3 1": "01_a 02_b",
		"1 2": "01_a",
	} {
		arguments := []string{repository(t, "scripts", "lib", "select_notebooks.py"), folder}
		if asked == "Figure 3" {
			arguments = append(arguments, asked)
		} else {
			arguments = append(arguments, strings.Fields(asked)...)
		}
		got := run(t, exec.Command(python(t), arguments...))
		var names []string
		for _, path := range strings.Fields(got.stdout) {
			names = append(names, strings.TrimSuffix(filepath.Base(path), ".ipynb"))
		}
		if strings.Join(names, " ") != want {
			t.Errorf("figures %q are made by %q, want %q (%+v)", asked, names, want, got)
		}
	}
}
