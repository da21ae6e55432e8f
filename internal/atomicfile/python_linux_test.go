package atomicfile_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
)

// python returns a process that runs Python code after an import of the module that writes notebooks; it has
// path as a variable.
func python(t *testing.T, path, code string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no Python")
	}
	command := exec.CommandContext(t.Context(), program, "-c",
		"import os, resource, sys, time\nfrom pathlib import Path\nimport atomic_file\npath = "+
			"Path(sys.argv[1])\n"+code, path)
	library, err := filepath.Abs(filepath.Join("..", "..", "scripts", "lib"))
	if err != nil {
		t.Fatal(err)
	}
	command.Env = append(os.Environ(), "PYTHONPATH="+library, "PYTHONDONTWRITEBYTECODE=1")
	return command
}

// TestPythonWritesTheSameWay writes a notebook with the rights of the umask, and again where the disk takes
// no more: the notebook stays as it was.
func TestPythonWritesTheSameWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "[a-b]*", "notebook.ipynb")
	if said, err := python(t, path,
		"os.umask(0o002)\natomic_file.write(path, 'β' * 100)").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	want := strings.Repeat("β", 100)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o664 {
		t.Errorf("the notebook is %v, %v", info.Mode(), err)
	}
	const full = "resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))\natomic_file.write(path, 'new' * 100)"
	if said, err := python(t, path, full).CombinedOutput(); err == nil ||
		!strings.Contains(string(said), "File too large") {
		t.Errorf("a full disk gives %v: %s", err, said)
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != want ||
		files(t, filepath.Dir(path)) != 1 {
		t.Errorf("the notebook has %q among %d files, %v", content, files(t, filepath.Dir(path)), err)
	}
}

// TestPythonAndGoCollect checks that neither collects what the other is writing, and each what the other left
// when it was killed.
func TestPythonAndGoCollect(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for processes")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "notebook.ipynb")
	slow := python(t, path,
		"def replace(*_):\n  print(flush=True)\n  time.sleep(600)\nos.replace = "+
			"replace\natomic_file.write(path, '')")
	output, err := slow.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := slow.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	atomicfile.Collect(folder)
	if n := files(t, folder); n != 1 {
		t.Errorf("while Python writes there are %d files, want 1", n)
	}
	_, _ = slow.Process.Kill(), slow.Wait()
	atomicfile.Collect(folder)
	if n := files(t, folder); n != 0 {
		t.Errorf("after Python was killed %d files are left", n)
	}

	kill := writing(t, folder)
	for _, want := range []int{2, 1} { // what Python writes, and at first what Go is writing
		if said, err := python(t, path, "atomic_file.write(path, '')").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		if n := files(t, folder); n != want {
			t.Errorf("there are %d files, want %d", n, want)
		}
		kill()
	}
}
