package backend_test

import (
	"os"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
)

// TestBackendsLeaveNoThreads opens backends one after the other, with those of one thread beside them, and
// runs a graph on each: the process has as many threads and open files afterwards as before. The first few
// are left out: Go's runtime keeps the threads that it once needed.
func TestBackendsLeaveNoThreads(t *testing.T) {
	testbackend.XLA(t)
	faulttest.Alone(t, func(t *testing.T) {
		count := func(of string) int {
			entries, err := os.ReadDir("/proc/self/" + of)
			if err != nil {
				t.Fatal(err)
			}
			return len(entries)
		}
		const warm, rounds = 5, 20
		var threads, files int
		for i := range warm + rounds {
			if i == warm {
				threads, files = count("task"), count("fd")
			}
			opened, err := backend.Open("xla:cpu")
			if err != nil {
				t.Fatal(err)
			}
			single, err := backend.OneThread(opened)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range []compute.Backend{opened, single} {
				exec := graph.MustNewExec(b, func(x *graph.Node) *graph.Node { return graph.AddScalar(x, 1) })
				exec.MustCall(float32(i))[0].MustFinalizeAll()
				exec.Finalize()
			}
			opened.Finalize()
		}
		if more := count("task") - threads; more > rounds/4 {
			t.Errorf("%d backends more leave %d threads more", rounds, more)
		}
		if more := count("fd") - files; more > 0 {
			t.Errorf("%d backends more leave %d files open", rounds, more)
		}
	})
}
