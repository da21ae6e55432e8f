// Package testbackend opens backends for tests.
package testbackend

import (
	"os"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/shattered-gradients/shattered/pkg/backend"
)

// Open returns the backend that GOMLX_BACKEND names, so that a test suite can be run on each, and the pure-Go
// backend, which is there on every machine, where it names none. A process opens a backend once.
func Open(tb testing.TB) compute.Backend {
	tb.Helper()
	name := os.Getenv(backend.Variable)
	if name == "" {
		name = "go"
	}
	return named(tb, name)
}

// XLA returns XLA on the CPU, and skips the test where that is not installed, and where GOMLX_BACKEND names
// the pure-Go backend: what a test does on XLA whatever is named, it does in the run that names XLA.
func XLA(tb testing.TB) compute.Backend {
	tb.Helper()
	if os.Getenv(backend.Variable) == "go" {
		tb.Skipf("%s names the pure-Go backend, and this test runs on XLA", backend.Variable)
	}
	opened, err := once("xla:cpu")
	if err != nil {
		tb.Skip(err)
	}
	return opened
}

// Go returns the pure-Go backend.
func Go(tb testing.TB) compute.Backend {
	tb.Helper()
	return named(tb, "go")
}

func named(tb testing.TB, name string) compute.Backend {
	tb.Helper()
	opened, err := once(name)
	if err != nil {
		tb.Fatal(err)
	}
	return opened
}

var (
	mu     sync.Mutex
	opened = make(map[string]compute.Backend)
)

func once(name string) (compute.Backend, error) {
	mu.Lock()
	defer mu.Unlock()
	if b, found := opened[name]; found {
		return b, nil
	}
	b, err := backend.OpenTuned(name)
	if err == nil {
		opened[name] = b
	}
	return b, err
}
