package kerneltest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestReproductionsAtOnce reproduces the same figure three times at once into the same folder, each by a
// kernel of its own. All end well, what is there then is the figure that one alone makes, and nothing
// unfinished is left.
func TestReproductionsAtOnce(t *testing.T) {
	everything(t)
	python(t)
	reproduce := func(folder string) result {
		return run(t, exec.Command(repository(t, "scripts", "reproduce"), "--quick", "--results", folder,
			"4"))
	}
	alone, together := t.TempDir(), t.TempDir()
	if got := reproduce(alone); got.status != 0 {
		t.Fatalf("alone it ends with %d: %s", got.status, got.stderr)
	}
	faulttest.Faults(t, 3)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			got := reproduce(together)
			faulttest.NoCrash(t, got.stderr)
			if got.status != 0 {
				t.Errorf("it ends with %d: %s", got.status, got.stderr)
			}
		})
	}
	all.Wait()
	if want, got := data(t, alone), data(t, together); got != want {
		t.Errorf("the figure is another than that of one alone: %s", got)
	}
	err := filepath.WalkDir(together, func(path string, _ os.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(path), ".unfinished-") {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// data returns the numbers of Figure 4 in a results folder.
func data(t *testing.T, folder string) string {
	t.Helper()
	figure, err := results.Load(folder, "figure-4")
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := figure.CSV()
	if err != nil {
		t.Fatal(err)
	}
	return string(numbers)
}
