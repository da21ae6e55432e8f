package results_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestFilesDamagedEverywhere damages a results file at every field: it is refused, in one line that names it,
// or holds what could be; the other figure is found.
func TestFilesDamagedEverywhere(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"figure-1", "figure-2"} {
		if err := figure(name).Save(folder); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, "figure-1.json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused, tried := 0, 0
	for how := range faulttest.Damage(t, path, whole) {
		tried++
		all, err := results.LoadAll(folder)
		var wrong *results.Unusable
		if errors.As(err, &wrong) {
			refused++
			if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) {
				t.Errorf("%s it gives %q", how, err)
			}
		} else if err != nil {
			t.Errorf("%s it gives %v", how, err)
		}
		if len(all) == 0 || all[len(all)-1].Figure != "figure-2" {
			t.Errorf("%s the other figure is not found", how)
		}
		for _, one := range all {
			if _, err := one.CSV(); err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("%s its table gives %q", how, err)
			}
		}
	}
	if refused < tried/2 {
		t.Errorf("of %d damages %d were seen", tried, refused)
	}
}
