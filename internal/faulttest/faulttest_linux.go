// Package faulttest makes the system fail for real in tests: system calls that the kernel refuses, and a user
// without rights.
package faulttest

import (
	"os"
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Refusals maps the numbers of system calls to the errors that the kernel answers them with.
type Refusals map[uint32]unix.Errno

// Run runs the test in a process of its own, in which the kernel refuses system calls. It is all that the
// calling test does, and skips it where the kernel has no filters of system calls.
func Run(t *testing.T, faults Refusals, test func(t *testing.T)) {
	t.Helper()
	if again(t) {
		if err := refuse(faults); err != nil {
			t.Skipf("the kernel has no filters of system calls: %v", err)
		}
		test(t)
		return
	}
	Faults(t, len(faults))
	finish(t, self(t))
}

// refuse makes the kernel refuse system calls of all threads of this process, for good.
func refuse(faults Refusals) error {
	// the number of the call
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}}
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
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// nobody is the user and the group without any rights.
const nobody = 65534

// AsNobody does something as a user who owns nothing, where the test is root's. Only what the calling
// goroutine does itself is done so.
func AsNobody(do func()) {
	if os.Geteuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The kernel answers with the identity before, never with an error. The group first: root's rights go
	// with the user.
	_, _, _ = unix.RawSyscall(unix.SYS_SETFSGID, nobody, 0, 0)
	_, _, _ = unix.RawSyscall(unix.SYS_SETFSUID, nobody, 0, 0)
	defer func() {
		_, _, _ = unix.RawSyscall(unix.SYS_SETFSUID, 0, 0, 0)
		_, _, _ = unix.RawSyscall(unix.SYS_SETFSGID, 0, 0, 0)
	}()
	do()
}
