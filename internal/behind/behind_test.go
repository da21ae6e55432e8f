package behind_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/shattered-gradients/shattered/internal/behind"
	"github.com/shattered-gradients/shattered/internal/testprogram"
)

// TestMain lets this program stand before others: under another name it makes way for what is behind it.
func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); name != "behind.test" && name != "behind.test.exe" {
		path, err := behind.Path(name)
		if err == nil {
			err = behind.Exec(path)
		}
		_, _ = os.Stderr.WriteString(err.Error())
		os.Exit(3)
	}
	os.Exit(m.Run())
}

// TestExec runs a program that stands first in PATH, there under a second path too, and gets the words of the
// one behind it.
func TestExec(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no program takes another's place here")
	}
	first, alias, last := t.TempDir(), filepath.Join(t.TempDir(), "alias"), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	testprogram.Write(t, filepath.Join(first, "tell"), string(content))
	if err := os.Symlink(first, alias); err != nil {
		t.Fatal(err)
	}
	run := func() (string, error) {
		command := exec.CommandContext(t.Context(), filepath.Join(first, "tell"), "a", "b c")
		command.Env = append(os.Environ(),
			"PATH="+first+":"+alias+":"+last+":"+os.Getenv("PATH"))
		output, err := command.CombinedOutput()
		return string(output), err
	}
	want := "there is no tell in PATH behind " + first + ": run scripts/setup"
	if got, err := run(); err == nil || got != want {
		t.Errorf("with nothing behind it: %q, %v; want %q", got, err, want)
	}
	testprogram.Write(t, filepath.Join(last, "tell"), "#!/bin/sh\necho \"$1,$2\"\nexit 7\n")
	got, err := run()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 7 || got != "a,b c\n" {
		t.Errorf("the program behind it says %q, %v", got, err)
	}
}
