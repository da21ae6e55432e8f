package kerneltest

import (
	"os/exec"
	"strings"
	"testing"
)

// The kernel must do what it did of Jupyter's protocol, and no more: what it is known not to do is marked in
// conformance.py, and the mark must go when a new version of it does.
func TestKernelFollowsTheProtocol(t *testing.T) {
	t.Parallel()
	got := run(t, exec.Command(python(t), "conformance.py"))
	if got.status != 0 || !strings.Contains(got.stderr, "expected failures=5") {
		t.Errorf("jupyter_kernel_test on the kernel: exit status %d\n%s", got.status, got.stderr)
	}
}
