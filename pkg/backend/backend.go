// Package backend opens the GoMLX backend that nets run on: XLA on the CPU or on an NVIDIA GPU, or the
// pure-Go backend, which needs nothing installed and is slower.
package backend

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers go, and xla.go xla
	"github.com/shattered-gradients/shattered/internal/processors"
)

// Environment variables that choose the backend, in this order. The first is for running one thing on another
// backend than a Jupyter kernel's environment says; the second is GoMLX's own.
const (
	OverrideVariable = "SHATTERED_BACKEND"
	Variable         = compute.ConfigEnvVar
)

// Names are the backends that this project runs on.
var Names = []string{"xla:cpu", "xla:cuda", "go"}

// Default is the backend where the environment names none.
const Default = "xla:cpu"

// Configured returns the backend that the environment names, or Default.
func Configured() string {
	for _, variable := range []string{OverrideVariable, Variable} {
		if name := os.Getenv(variable); name != "" {
			return name
		}
	}
	return Default
}

// How to open a backend by GoMLX's name of it, and one of a single thread beside it, where XLA is there and
// where it is not.
var (
	open      = compute.NewWithConfig
	oneThread = func(beside compute.Backend) (compute.Backend, error) { return beside, nil }
)

// Open opens a backend: one of Names, with GoMLX options after a comma where wanted. The error is one
// sentence that says what is missing.
//
// On CUDA, TF32 matrix products are off unless the name says otherwise: their 10 bits of mantissa would show
// in gradient statistics.
func Open(name string) (backend compute.Backend, err error) {
	base, options, more := strings.Cut(name, ",")
	if !slices.Contains(Names, base) {
		return nil, fmt.Errorf("unknown backend %q: choose one of %s", name, strings.Join(Names, ", "))
	}
	if base == "go" && more {
		return nil, fmt.Errorf("the backend go takes no options (got %q): choose \"go\" alone", options)
	}
	if plugin, isXLA := strings.CutPrefix(base, "xla:"); isXLA {
		if path := pluginFile(plugin); path != "" {
			if err := checkPlugin(path); err != nil {
				return nil, fmt.Errorf("the backend %s can't be opened, because of XLA's plugin %s: %w; "+
					"%s, or choose the backend \"go\"", base, path, err, remedy(base))
			}
			if err := checkFlags(path); err != nil {
				return nil, err
			}
		}
	}
	if base == "xla:cuda" && !strings.Contains(name, "tf32=") {
		name += ",tf32=false"
	}
	defer func() {
		if cause := recover(); cause != nil {
			backend, err = nil, unavailable(base, fmt.Sprint(cause))
		}
	}()
	backend, err = open(name)
	if err != nil {
		return nil, unavailable(base, err.Error())
	}
	return backend, nil
}

// OpenTuned is Open for a program that is there to run nets: for XLA on the CPU it also raises GOMAXPROCS by
// two, so that Go's scheduler leaves calls of C code alone. Computations still run on as many processors as
// it said before. That is a setting of the whole process, which a library has no business to change.
func OpenTuned(name string) (compute.Backend, error) {
	opened, err := Open(name)
	if base, _, _ := strings.Cut(name, ","); err == nil && base == "xla:cpu" {
		processors.KeepSpare()
	}
	return opened, err
}

// withStack matches what GoMLX's errors carry after the first line.
var withStack = regexp.MustCompile(`(?s)\n.*`)

// unavailable explains why a backend can't be opened.
func unavailable(name, cause string) error {
	cause = withStack.ReplaceAllString(cause, "")
	if !strings.HasPrefix(name, "xla") {
		return fmt.Errorf("the backend %s can't be opened: %s", name, cause)
	}
	if path := pluginFile(strings.TrimPrefix(name, "xla:")); path != "" {
		return fmt.Errorf("the backend %s can't be opened by XLA's plugin %s (%s): %s, see that the "+
			"options behind the backend's name are right, or choose the backend \"go\"",
			name, path, cause, remedy(name))
	}
	folder := os.Getenv(pluginVariable)
	if folder == "" {
		folder = "GoMLX's default places"
	}
	return fmt.Errorf("the backend %s needs XLA's plugin, which is not in %s (%s): %s, or choose the "+
		"backend \"go\"", name, folder, cause, remedy(name))
}

// remedy says how to get what the backend needs.
func remedy(name string) string {
	if name == "xla:cuda" {
		return "run scripts/setup --cuda on a machine with an NVIDIA GPU and its driver"
	}
	return "run scripts/setup"
}

// OneThread returns the backend on which graphs should run while others keep every other processor busy: for
// XLA on the CPU one beside the given one that runs each graph in the calling thread alone, which saves the
// threads' waiting for each other. A program opens one of these, whatever number it stands beside, and keeps
// it to its end. For any other backend it is the given one. Tensors and graphs of one can't be used on the
// other.
func OneThread(beside compute.Backend) (compute.Backend, error) { return oneThread(beside) }
