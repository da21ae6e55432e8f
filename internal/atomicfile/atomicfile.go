// Package atomicfile writes files that are complete or not there.
package atomicfile

import (
	"io"
	"os"
	"path/filepath"
)

// Write makes the file at path with what write writes, readable by all. It is written under another name in the same folder, which must
// exist, and renamed; after an error nothing of it is left.
func Write(path string, write func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // nothing is there any more after the rename
	defer temporary.Close()           // for errors: a second Close of a good file is harmless
	if err := write(temporary); err != nil {
		return err
	}
	if err := temporary.Chmod(0o644); err != nil {
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
