//go:build unix

package cifar

import (
	"errors"
	"os/exec"
	"syscall"
)

// killGroup makes the end of the command's context end the command's children too: an npm client may be a
// script that started another.
func killGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}

// wasKilled says whether a command ended because somebody killed it.
func wasKilled(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, isUnix := exit.Sys().(syscall.WaitStatus)
	return isUnix && status.Signaled() && status.Signal() == syscall.SIGKILL
}
