// Package behind finds the programs that those of the kernel stand before: its folder comes first in PATH.
package behind

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Path returns the path of the first program of that name in PATH that is not the running one itself.
func Path(name string) (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", err
	}
	self, err := os.Stat(own)
	if err != nil {
		return "", err
	}
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := exec.LookPath(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		// Not by its path: a folder may stand in PATH under another one.
		if info, err := os.Stat(path); err == nil && !os.SameFile(info, self) {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no %s in PATH behind %s: run scripts/setup", name, filepath.Dir(own))
}

// Exec replaces the running program by the one at the path, with the arguments that this one was given. It
// returns only with an error.
func Exec(path string) error {
	return syscall.Exec(path, append([]string{filepath.Base(path)}, os.Args[1:]...), os.Environ())
}
