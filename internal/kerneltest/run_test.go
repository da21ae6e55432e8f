// Package kerneltest tests what a user of the notebooks meets: cells through the installed kernel, and the
// scripts' words when something is wrong. Its tests need the set-up (scripts/setup) and are skipped without
// it.
package kerneltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository returns the path of a file of the repository.
func repository(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"..", ".."}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// environment returns the path of a file of the environment that the set-up made, which lies where
// scripts/lib/common.sh says.
func environment(t *testing.T, elements ...string) string {
	t.Helper()
	folder := os.Getenv("SHATTERED_VENV")
	if folder == "" {
		folder = repository(t, ".venv")
	}
	return filepath.Join(append([]string{folder}, elements...)...)
}

// notShort skips a test that starts programs where short tests are asked for.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts kernels or scripts")
	}
}

// python returns the Python of the set-up, and skips the test where there is none.
func python(t *testing.T) string {
	t.Helper()
	notShort(t)
	path := environment(t, "bin", "python")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the notebooks' kernel is not installed: run scripts/setup")
	}
	return path
}

// result is what a program printed and how it ended.
type result struct {
	stdout, stderr string
	status         int
}

// run runs a command to its end.
func run(t *testing.T, command *exec.Cmd) result {
	t.Helper()
	notShort(t)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), command.ProcessState.ExitCode()}
}

// notebook writes a notebook with the given cells of code to a temporary folder, and returns its path.
func notebook(t *testing.T, cells ...string) string {
	t.Helper()
	type cell struct {
		ID             string         `json:"id"`
		Type           string         `json:"cell_type"`
		Source         string         `json:"source"`
		Metadata       map[string]any `json:"metadata"`
		Outputs        []any          `json:"outputs"`
		ExecutionCount *int           `json:"execution_count"`
	}
	page := struct {
		Cells       []cell         `json:"cells"`
		Metadata    map[string]any `json:"metadata"`
		Format      int            `json:"nbformat"`
		FormatMinor int            `json:"nbformat_minor"`
	}{Metadata: map[string]any{}, Format: 4, FormatMinor: 5}
	for i, source := range cells {
		page.Cells = append(page.Cells, cell{
			ID: string(rune('a' + i)), Type: "code", Source: source, Metadata: map[string]any{},
			Outputs: []any{},
		})
	}
	text, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.ipynb")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// runner returns the command that runs a notebook on the installed kernel and prints what its cells print.
func runner(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	arguments = append([]string{repository(t, "scripts", "lib", "run_notebook.py"), "--print"}, arguments...)
	return exec.Command(python(t), arguments...)
}

// wantSentence checks that a program ended with the status and with one line of error that holds the words.
func wantSentence(t *testing.T, got result, status int, words string) {
	t.Helper()
	if got.status != status {
		t.Errorf("exit status %d, want %d; standard error:\n%s", got.status, status, got.stderr)
	}
	line := strings.TrimSuffix(got.stderr, "\n")
	if strings.Contains(line, "\n") || !strings.HasPrefix(line, "error: ") || !strings.Contains(line, words) {
		t.Errorf("standard error is\n%s\nwant one line that starts with \"error: \" and holds %q", got.stderr,
			words)
	}
}
