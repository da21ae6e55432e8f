package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzPlan reads plans, and the same as a command line.
func FuzzPlan(f *testing.F) {
	for _, seed := range []string{
		"--family ll,relu --depth 10 --seeds 2 --images 0 --epochs 3\n\n# a comment\n--family resnet " +
			"--depth 198 --steps 300 --rate 0.003",
		"--depth 1,2,x", "--seeds 99999999999999999999", "--rate NaN", "--family \x00", "--plan", "-", "--",
		"--depth=", "--shortcut projection --probe 2 --schedule drop",
	} {
		f.Add(seed)
	}
	path := filepath.Join(f.TempDir(), "plan")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		faulttest.Bounded(t, len(text), func() {
			if grids, err := readPlan(path); err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("%d grids, and the error %q is not one line", len(grids), err)
			}
		})
	})
}
