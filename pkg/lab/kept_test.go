package lab

import "testing"

// TestGPUsComputeAll: parts that are kept with the code are taken on the backends of a CPU.
func TestGPUsComputeAll(t *testing.T) {
	t.Setenv(AnewVariable, "")
	for backend, want := range map[string]bool{
		"go": true, "xla:cpu": true, "xla:cpu,shared_buffers=false": true, "xla:cuda": false,
		"xla:cuda,tf32=false": false,
	} {
		if got := usesKept(backend); got != want {
			t.Errorf("on %s parts are taken: %t, want %t", backend, got, want)
		}
	}
}
