package faulttest

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// againVariable names the test that runs in a process of its own.
const againVariable = "SHATTERED_TEST_AGAIN"

// again says whether this is the process of the test's own.
func again(t *testing.T) bool { return os.Getenv(againVariable) == t.Name() }

// self returns the command that runs the test in a process of its own.
func self(t *testing.T) *exec.Cmd {
	t.Helper()
	var pattern []string
	for _, name := range strings.Split(t.Name(), "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(name)+"$")
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.timeout", "0",
		"-test.run", strings.Join(pattern, "/"))
	command.Env = append(os.Environ(), againVariable+"="+t.Name())
	return command
}

// finish runs the command of self to its end, and makes its outcome the test's.
func finish(t *testing.T, command *exec.Cmd) {
	t.Helper()
	output, err := command.CombinedOutput()
	said := string(output)
	NoCrash(t, said)
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, said)
	case strings.Contains(said, "--- SKIP: "+t.Name()):
		t.Skip(said)
	case !strings.Contains(said, "--- PASS: "+t.Name()):
		t.Errorf("the test did not run:\n%s", said)
	}
}

// Alone runs the test in a process of its own, whose memory, threads and files are the test's only. It is all
// that the calling test does.
func Alone(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if again(t) {
		test(t)
		return
	}
	finish(t, self(t))
}

// OnSmallDisk runs the test in a process of its own with a folder on a disk of that many bytes. It is all
// that the calling test does, and skips it where a process can't mount anything, even for itself.
func OnSmallDisk(t *testing.T, size string, test func(t *testing.T, folder string)) {
	t.Helper()
	if again(t) {
		folder := t.TempDir()
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Skipf("nothing can be mounted here: %v", err)
		}
		if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
			t.Skipf("nothing can be mounted here: %v", err)
		}
		t.Cleanup(func() { _ = unix.Unmount(folder, unix.MNT_DETACH) })
		test(t, folder)
		return
	}
	command := self(t)
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	probe := exec.Command(os.Args[0], "-test.run", "^$")
	probe.SysProcAttr = command.SysProcAttr
	if err := probe.Run(); err != nil {
		t.Skipf("the system gives no name spaces: %v", err)
	}
	finish(t, command)
}
