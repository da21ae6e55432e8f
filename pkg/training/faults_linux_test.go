package training_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// doRun does the run of interrupted to its end, with a checkpoint at every step. It leaves a hash of the
// variables after the last step beside the folder.
func doRun(t *testing.T, folder string) {
	t.Helper()
	defer training.SetSaveEvery(0)()
	r := runner(t, folder)
	var sum string
	r.Attach = func(loop *train.Loop) {
		// at once: the process may be killed
		loop.OnStep("keep", -1, func(*train.Loop, []*tensors.Tensor) error {
			if sum == "" {
				return nil
			}
			return os.WriteFile(folder+".weights", []byte(sum), 0o644)
		})
	}
	weights(r, 6, &sum)
	result, err := r.Run(t.Context(), config("relu", 3, 6, 1))
	if err == nil {
		err = os.WriteFile(folder+".result", []byte(withoutTimes(t, result)), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// trainingWork is the second half of a run, from its checkpoint to its result.
func trainingWork(t *testing.T) faulttest.Work {
	whole := sync.OnceValue(func() string { // where it is compared with
		folder := filepath.Join(t.TempDir(), "whole")
		doRun(t, folder)
		return folder
	})
	read := func(t *testing.T, path string) string {
		t.Helper()
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	return faulttest.Work{
		Prepare: func(t *testing.T, folder string) { interrupted(t, folder) },
		Do:      doRun,
		Kept: func(t *testing.T, folder string) {
			found, err := filepath.Glob(filepath.Join(only(t, folder), "*"))
			for _, path := range found {
				if name := filepath.Base(path); name == "result.json" ||
					strings.HasPrefix(name, "checkpoint-") {
					return
				}
			}
			t.Errorf("neither a checkpoint nor the result is among %q, %v", found, err)
		},
		Check: func(t *testing.T, folder string) {
			for _, kind := range []string{".weights", ".result"} {
				if got, want := read(t, folder+kind), read(t, whole()+kind); got != want {
					t.Errorf("the run comes to the %s\n%s\nand without interruption to\n%s", kind[1:], got,
						want)
				}
			}
			var names []string
			entries, err := os.ReadDir(only(t, folder))
			for _, entry := range entries {
				names = append(names, entry.Name())
			}
			if got := strings.Join(names, " "); err != nil || got != "lock log.jsonl result.json" {
				t.Errorf("left are %s, %v", got, err)
			}
		},
	}
}

// TestFaultsInTraining continues with a run from its checkpoint to its result, with checkpoints on the way,
// and with a fault at each of its calls about files, and kills it 50 times at random.
func TestFaultsInTraining(t *testing.T) { trainingWork(t).Test(t, 50) }

// TestFullDiskInTraining does so on a disk on which there is less and less room.
func TestFullDiskInTraining(t *testing.T) {
	faulttest.Everything(t)
	trainingWork(t).OnFullDisk(t, 80)
}

// TestFaultsInCollecting collects runs into a file that holds another.
func TestFaultsInCollecting(t *testing.T) {
	collectingWork().Test(t, 5)
}

// TestFullDiskInCollecting does so on a disk on which there is less and less room.
func TestFullDiskInCollecting(t *testing.T) {
	faulttest.Everything(t)
	collectingWork().OnFullDisk(t, 30)
}

// collectingWork is that of collecting two runs into a file that holds another.
func collectingWork() faulttest.Work {
	count := func(t *testing.T, folder string) int {
		t.Helper()
		all, err := training.LoadResults(filepath.Join(folder, "runs.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	return faulttest.Work{
		Prepare: func(t *testing.T, folder string) {
			if _, err := training.Collect(filepath.Join(folder, "runs.jsonl"),
				[]training.Result{result(1, 20)}); err != nil {
				t.Fatal(err)
			}
		},
		Do: func(t *testing.T, folder string) {
			if _, err := training.Collect(filepath.Join(folder, "runs.jsonl"),
				[]training.Result{result(2, 20), result(3, 20)}); err != nil {
				t.Fatal(err)
			}
		},
		Kept: func(t *testing.T, folder string) {
			if n := count(t, folder); n != 1 && n != 3 {
				t.Errorf("there are %d runs", n)
			}
		},
		Check: func(t *testing.T, folder string) {
			if n := count(t, folder); n != 3 {
				t.Errorf("there are %d runs, want 3", n)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
				t.Errorf("left are %v, %v", left, err)
			}
		},
	}
}

// TestFiftyKillsInARow kills one run again and again, each time a little later than its last checkpoint,
// until 50 processes have died; it then continues to the same weights.
func TestFiftyKillsInARow(t *testing.T) {
	faulttest.Everything(t)
	work := trainingWork(t)
	work.InARow(t, 50)
}
