// Package testprogram writes programs for tests that run them.
package testprogram

import (
	"os"
	"syscall"
	"testing"
)

// Write writes a program, such as a shell script, to the path. While it is open no other goroutine starts a
// process: the process would have the file open for writing for a moment, and nothing could run it then
// ("text file busy").
func Write(t testing.TB, path, content string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}
