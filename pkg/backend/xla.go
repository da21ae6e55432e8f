//go:build ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)) && !noxla

package backend

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

func init() { open, oneThread = openXLA, oneThreadXLA }

// cpuOptions are for a client of XLA on the CPU whose graphs run in the thread that asks for them. GoMLX
// waits for every graph anyway, and handing it to another thread and back costs more than a layer of the
// paper's nets: 100 steps of 20 nets take 0.2 of 1.0 s of processor time less. It is one device, where XLA
// would make four of a machine of two processors, and threads for each.
var cpuOptions = pjrt.NamedValuesMap{"asynchronous": false, "cpu_device_count": int64(1)}

// openXLA opens XLA on the CPU with cpuOptions, and what else there is to open as GoMLX does.
func openXLA(name string) (compute.Backend, error) {
	if plugin, isXLA := strings.CutPrefix(name, "xla:"); isXLA && strings.HasPrefix(plugin, "cpu") {
		hold(pluginFile("cpu"))
		opened, err := xla.NewWithOptions(plugin, cpuOptions)
		if err == nil {
			return opened, nil
		}
		// An older plugin may not know the options; any other cause comes up again below.
	}
	return compute.NewWithConfig(name)
}

// hold loads a plugin by its path, if there is one, and keeps it. GoMLX's search for plugins loads and
// unloads each that it finds, several times: of one that is there already that takes no time, and else 50 ms,
// a sixth of what a cell takes to run. What is wrong with the plugin comes up when it is opened.
func hold(path string) {
	if path == "" {
		return
	}
	if path, err := filepath.Abs(path); err == nil {
		_, _ = pjrt.GetPlugin(path)
	}
}

// single is the backend of one thread. There is one for all that a program opens, one after the other: one
// for each would stay when that is closed, with its threads.
var single struct {
	sync.Mutex
	backend *xla.Backend
}

// oneThreadXLA is OneThread.
func oneThreadXLA(beside compute.Backend) (compute.Backend, error) {
	b, ok := beside.(*xla.Backend)
	if !ok || !b.IsCPU() {
		return beside, nil
	}
	single.Lock()
	defer single.Unlock()
	if single.backend != nil {
		return single.backend, nil
	}
	// XLA has no option for it, but reads this variable when it starts a client's threads.
	const variable = "PJRT_NPROC"
	if before, found := os.LookupEnv(variable); found {
		defer func() { _ = os.Setenv(variable, before) }()
	} else {
		defer func() { _ = os.Unsetenv(variable) }()
	}
	if err := os.Setenv(variable, "1"); err != nil {
		return nil, err
	}
	opened, err := xla.NewWithOptions(b.PluginName(), cpuOptions)
	if err != nil {
		return beside, nil // an older plugin, which openXLA has opened without
	}
	single.backend = opened
	return opened, nil
}
