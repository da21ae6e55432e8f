//go:build ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)) && !noxla

package backend

import (
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

func init() { open = openXLA }

// openXLA opens XLA on the CPU so that a graph runs in the thread that asks for it. GoMLX waits for every graph anyway, and handing it
// to another thread and back costs more than a layer of the paper's nets: 100 steps of 20 nets take 0.2 of 1.0 s of processor time less.
// What else there is to open is opened as GoMLX does.
func openXLA(name string) (compute.Backend, error) {
	if plugin, isXLA := strings.CutPrefix(name, "xla:"); isXLA && strings.HasPrefix(plugin, "cpu") {
		opened, err := xla.NewWithOptions(plugin, pjrt.NamedValuesMap{"asynchronous": false})
		if err == nil {
			keepMemory(opened)
			return opened, nil
		}
		// An older plugin may not know the option; any other cause comes up again below.
	}
	return compute.NewWithConfig(name)
}

// keepMemory lets the C library keep what XLA frees. At first glibc hands every block above 128 KiB, such as a layer's weights or states,
// back to the system, which clears it when it comes again: three page faults in four of a probe. Once a larger block has been freed,
// it keeps blocks up to that size, 32 MiB at most.
func keepMemory(backend compute.Backend) {
	const size = 31 << 20
	if buffer, _, err := backend.NewSharedBuffer(0, shapes.Make(dtypes.Uint8, size)); err == nil {
		_ = buffer.Finalize() // nothing depends on it
	}
}
