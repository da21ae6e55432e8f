//go:build unix

package cifar

import (
	"os/exec"
	"syscall"
)

// killGroup makes the end of the command's context end the command's children too: an npm client may be a script that started another.
func killGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
