//go:build linux && cgo && !noxla

package backend_test

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/processors"
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

// openedVariable tells a process that runs TestTuned alone how to open its backend.
const openedVariable = "SHATTERED_TEST_OPENED"

// TestTuned looks what becomes of a process's own settings: opened as it is, a backend changes none; our
// programs have spare places for Go code, and the scripts' settings of the C library. A graph with a result
// of 32 MiB runs again and again. The system hands out cleared memory page by page, at a fault each: 8192 a
// run where the C library gives the memory back in between, and next to none where it keeps it. An eighth
// leaves room for what else the process does. The median of runs counts, because now and then something small
// comes to lie in what a run has left, and the next needs a new place.
func TestTuned(t *testing.T) {
	const pages, runs, places = 8192, 41, 3
	how := os.Getenv(openedVariable)
	if how == "" {
		testbackend.XLA(t)
		script, err := os.ReadFile("../../scripts/lib/common.sh")
		settings := ""
		for _, line := range regexp.MustCompile(`(?m)^memory_settings\+?=(.+)$`).FindAllSubmatch(script, -1) {
			settings += string(line[1])
		}
		if settings == "" {
			t.Fatalf("the scripts have no settings of the C library (%v)", err)
		}
		for how, tunables := range map[string]string{"tuned": settings, "untouched": ""} {
			command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestTuned$", "-test.v")
			command.Env = append(os.Environ(), openedVariable+"="+how, "GLIBC_TUNABLES="+tunables,
				"GOMAXPROCS="+strconv.Itoa(places))
			if said, err := command.CombinedOutput(); err != nil ||
				!strings.Contains(string(said), "--- PASS: TestTuned") {
				t.Errorf("%v: %s", err, said)
			}
		}
		return
	}
	open, spare := backend.Open, 0
	if how == "tuned" {
		open, spare = backend.OpenTuned, 2
	}
	opened, err := open("xla:cpu")
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Finalize()
	if got := runtime.GOMAXPROCS(0); got != places+spare || processors.Count() != places {
		t.Errorf("%s, GOMAXPROCS goes from %d to %d and computations take %d processors", how, places, got,
			processors.Count())
	}
	add := graph.MustNewExec(opened, func(x *graph.Node) *graph.Node { return graph.AddScalar(x, 1) })
	defer add.Finalize()
	x := tensors.FromFlatDataAndDimensions(make([]float32, pages*1024), pages*1024)
	met := make([]int64, runs)
	for i := range met {
		before := faults(t)
		add.MustCall(x)[0].MustFinalizeAll()
		met[i] = faults(t) - before
	}
	slices.Sort(met)
	if median := met[runs/2]; (median > pages/8) != (spare == 0) {
		t.Errorf("%s, a run meets %d faults for %d pages of results", how, median, pages)
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
