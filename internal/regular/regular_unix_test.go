//go:build unix

package regular

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestNothingButFiles(t *testing.T) {
	folder := t.TempDir()
	file, pipe, socket := filepath.Join(folder, "file"), filepath.Join(folder, "pipe"),
		filepath.Join(folder, "socket")
	if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	// the path of a test's folder may be too long for a socket
	if listener, err := net.Listen("unix", socket); err != nil {
		t.Log(err)
	} else {
		defer listener.Close()
	}
	link := filepath.Join(folder, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, link} {
		if content, err := ReadFile(path); err != nil || string(content) != "content" {
			t.Errorf("%s: %q, %v", path, content, err)
		}
	}
	for path, want := range map[string]string{
		folder: "a folder", pipe: "a named pipe", "/dev/zero": "a device",
		filepath.Join(folder, "none"): "no such file",
	} {
		_, err := ReadFile(path) // of a pipe or /dev/zero this would not end
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%s: %v", path, err)
		}
		if missing := errors.Is(err, fs.ErrNotExist); missing != (want == "no such file") {
			t.Errorf("%s: %v is an error of a missing file: %v", path, err, missing)
		}
	}
	if _, err := Open(socket); err == nil {
		t.Error("a socket was opened")
	}
}
