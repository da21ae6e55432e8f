package training_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// TestResultsDamagedEverywhere damages the line of a run in a collected file at every field: the run is
// refused, in one line that names the file, or is one that could be; the others are found.
func TestResultsDamagedEverywhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "runs.jsonl")
	refused, tried := 0, 0
	for how, damaged := range faulttest.Damaged([]byte(line(t, result(1, 2)))) {
		tried++
		faulttest.Inputs(t, 1)
		content := line(t, result(2, 2)) + "\n" + string(damaged) + "\n" + line(t, result(3, 2)) + "\n"
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		all, err := training.LoadResults(file)
		var wrong *results.Unusable
		if errors.As(err, &wrong) {
			refused++
			if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), file) {
				t.Errorf("%s it gives %q", how, err)
			}
		} else if err != nil {
			t.Errorf("%s it gives %v", how, err)
		}
		if len(all) < 2 {
			t.Errorf("%s there are %d runs", how, len(all))
		}
	}
	if refused < tried/2 {
		t.Errorf("of %d damages %d were seen", tried, refused)
	}
}

// TestCheckpointsDamagedEverywhere damages a checkpoint at many places: each damage is seen, and the run
// begins anew.
func TestCheckpointsDamagedEverywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("trains many nets")
	}
	faulttest.Everything(t)
	folder := t.TempDir()
	whole, err := os.ReadFile(interrupted(t, folder))
	if err != nil {
		t.Fatal(err)
	}
	for how, damaged := range faulttest.Damaged(whole) {
		faulttest.Inputs(t, 1)
		folder := t.TempDir()
		path := interrupted(t, folder)
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		first, told, _, err := resumed(t, folder)
		if err != nil || first != 1 || len(told) != 1 || !strings.Contains(told[0], "damaged") {
			t.Errorf("%s the run goes on at step %d, tells %q and gives %v", how, first, told, err)
		}
	}
}
