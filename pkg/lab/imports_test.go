package lab_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestCellsLinkNoNetwork checks that a cell, which is linked anew each time that it is changed, holds no
// client of HTTP, unless it fetches data: that is a fifth of the program and of the time that linking takes.
func TestCellsLinkNoNetwork(t *testing.T) {
	fetching := map[string]bool{"pkg/data/cifar": true, "pkg/paper/experiments": true}
	output, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`,
		"../...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for line := range strings.Lines(string(output)) {
		name, dependencies, _ := strings.Cut(strings.TrimSpace(line), " ")
		name = strings.TrimPrefix(name, "github.com/shattered-gradients/shattered/")
		if linked := strings.Contains(" "+dependencies+" ", " net/http "); linked != fetching[name] {
			t.Errorf("%s links net/http: %v, want %v: find out what imports it by `go list -deps`, and do "+
				"without", name, linked, fetching[name])
		}
		delete(fetching, name)
	}
	if len(fetching) > 0 {
		t.Errorf("not listed: %v", fetching)
	}
}
