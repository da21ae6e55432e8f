//go:build linux && cgo && !noxla

package backend_test

import (
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
)

func TestOneThread(t *testing.T) {
	pure := testbackend.Go(t)
	if single, err := backend.OneThread(pure); err != nil || single != pure {
		t.Errorf("beside the pure-Go backend stands %v, error %v, want itself", single, err)
	}
	t.Setenv("PJRT_NPROC", "7")
	opened := testbackend.XLA(t)
	single, err := backend.OneThread(opened)
	if err != nil || single == opened {
		t.Fatalf("beside XLA stands %v, error %v, want another", single, err)
	}
	if again, err := backend.OneThread(opened); err != nil || again != single {
		t.Errorf("the second time there is %v, error %v, want that of the first", again, err)
	}
	if own, err := backend.OneThread(single); err != nil || own != single {
		t.Errorf("beside the one of one thread stands %v, error %v, want itself", own, err)
	}
	if got := os.Getenv("PJRT_NPROC"); got != "7" {
		t.Errorf("it leaves %q in the environment, want what was there", got)
	}
}

// TestMemoryIsKept runs a graph with a result of 32 MiB again and again. The system hands out cleared memory page by page, at a fault each:
// 8192 a run if the C library gave the memory back in between, and next to none if it kept it. An eighth leaves room for what else the
// process does. The median of runs counts, because now and then something small comes to lie in what a run has left, and the next needs a new place.
func TestMemoryIsKept(t *testing.T) {
	const pages, runs = 8192, 41
	opened := testbackend.XLA(t)
	exec := graph.MustNewExec(opened, func(x *graph.Node) *graph.Node { return graph.AddScalar(x, 1) })
	defer exec.Finalize()
	x := tensors.FromFlatDataAndDimensions(make([]float32, pages*1024), pages*1024)
	met := make([]int64, runs)
	for i := range met {
		before := faults(t)
		exec.MustCall(x)[0].MustFinalizeAll()
		met[i] = faults(t) - before
	}
	slices.Sort(met)
	if median := met[runs/2]; median > pages/8 {
		t.Errorf("a run meets %d faults for %d pages of results", median, pages)
	}
}

// faults returns how often the process has met a page that was not there, without need of the disk.
func faults(t *testing.T) int64 {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Minflt
}
