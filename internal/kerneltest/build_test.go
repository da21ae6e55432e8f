package kerneltest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestChangedPackages edits a package that cells use while the kernel runs: the next cell sees the change.
// Where nothing has changed a cell is built without go build, on Linux, and prints the same.
func TestChangedPackages(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	log, code := filepath.Join(folder, "log"), filepath.Join(folder, "words", "words.go")
	old := time.Now().Add(-time.Hour)
	for path, content := range map[string]string{
		code:                                     "package words\n\nconst Word = \"first\"\n",
		filepath.Join(folder, "words", "go.mod"): "module example.org/words\n\ngo 1.25.0\n",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		// What has just changed is not kept: its time might not tell the next change.
		for _, path := range []string{path, filepath.Dir(path)} {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	cell := "import \"example.org/words\"\n\n%%\nfmt.Println(\"the\", words.Word, \"of\", NUMBER)"
	// Between cells nobody waits for what is kept of the last one.
	renewed := "!for i in $(seq 600); do tail -n 1 " + log + " | grep -q ^renewed && break; sleep 0.1; done"
	if runtime.GOOS != "linux" {
		renewed = "!true"
	}
	command := runner(t, notebook(t,
		"!*go work use "+filepath.Dir(code),
		strings.Replace(cell, "NUMBER", "1", 1),
		renewed,
		strings.Replace(cell, "NUMBER", "2", 1),
		"!sed s/first/other/ "+code+" >"+code+".new && mv "+code+".new "+code,
		strings.Replace(cell, "NUMBER", "3", 1),
	))
	command.Env = append(os.Environ(), "SHATTERED_CELL_LOG="+log)
	got := run(t, command)
	for _, words := range []string{"the first of 1\n", "the first of 2\n", "the other of 3\n"} {
		wantWorks(t, got, words)
	}
	if runtime.GOOS != "linux" {
		return
	}
	lines, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var builds []string
	for line := range strings.Lines(string(lines)) {
		if !strings.Contains(line, "renew") {
			builds = append(builds, strings.TrimSpace(line))
		}
	}
	want := []string{"not built: the packages are not known yet", "built", "not built: " + filepath.Dir(code)}
	if len(builds) != len(want) || builds[0] != want[0] || builds[1] != want[1] ||
		!strings.HasPrefix(builds[2], want[2]) {
		t.Errorf("the cells were built so: %q, want %q", builds, want)
	}
}
