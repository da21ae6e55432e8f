package lab_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestCellsLinkNoNetwork checks that a cell, which is linked anew each time that it is changed, holds no
// client of HTTP: that is a fifth of the program and of the time that linking takes. What fetches data runs
// as a program of its own.
func TestCellsLinkNoNetwork(t *testing.T) {
	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for path := range strings.Lines(string(output)) {
		if strings.TrimSpace(path) == "net/http" {
			t.Error("package lab links net/http: find out what imports it by `go list -deps`, and do without")
		}
	}
}
