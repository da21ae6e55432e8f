// Package faulttest makes the system fail for real in tests: system calls that the kernel refuses, and a user without rights.
package faulttest

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// faultVariable names the test that runs in a process with faults.
const faultVariable = "SHATTERED_TEST_WITH_FAULTS"

// Faults maps the numbers of system calls to the errors that the kernel answers them with.
type Faults map[uint32]unix.Errno

// Run runs the test in a process of its own, in which the kernel refuses system calls. It is all that the calling test does, and skips it where the
// kernel has no filters of system calls.
func Run(t *testing.T, faults Faults, test func(t *testing.T)) {
	t.Helper()
	if os.Getenv(faultVariable) == t.Name() {
		if err := refuse(faults); err != nil {
			t.Skipf("the kernel has no filters of system calls: %v", err)
		}
		test(t)
		return
	}
	var pattern []string
	for _, name := range strings.Split(t.Name(), "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(name)+"$")
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", strings.Join(pattern, "/"))
	command.Env = append(os.Environ(), faultVariable+"="+t.Name())
	output, err := command.CombinedOutput()
	switch said := string(output); {
	case err != nil:
		t.Errorf("with %v: %v\n%s", faults, err, said)
	case strings.Contains(said, "--- SKIP: "+t.Name()):
		t.Skip(said)
	case !strings.Contains(said, "--- PASS: "+t.Name()):
		t.Errorf("the test did not run:\n%s", said)
	}
}

// refuse makes the kernel refuse system calls of all threads of this process, for good.
func refuse(faults Faults) error {
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}} // the number of the call
	for call, errno := range faults {
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// nobody is the user and the group without any rights.
const nobody = 65534

// AsNobody does something as a user who owns nothing, where the test is root's. Only what the calling goroutine does itself is done so.
func AsNobody(do func()) {
	if os.Geteuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The kernel answers with the identity before, never with an error. The group first: root's rights go with the user.
	_, _, _ = unix.RawSyscall(unix.SYS_SETFSGID, nobody, 0, 0)
	_, _, _ = unix.RawSyscall(unix.SYS_SETFSUID, nobody, 0, 0)
	defer func() {
		_, _, _ = unix.RawSyscall(unix.SYS_SETFSUID, 0, 0, 0)
		_, _, _ = unix.RawSyscall(unix.SYS_SETFSGID, 0, 0, 0)
	}()
	do()
}
