// Package regular opens files of which nothing but their content is wanted. To open a named pipe waits until
// somebody writes into it, and to read a device or a socket may never end; no context ends either. Here they
// are errors.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// NotRegularError says what was found in the place of a file.
type NotRegularError struct{ Mode fs.FileMode }

// Error implements error.
func (e *NotRegularError) Error() string {
	what := "no regular file"
	switch {
	case e.Mode.IsDir():
		what = "a folder"
	case e.Mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case e.Mode&fs.ModeSocket != 0:
		what = "a socket"
	case e.Mode&fs.ModeDevice != 0:
		what = "a device"
	}
	return fmt.Sprintf("it is %s, and not a file", what)
}

// Open opens a regular file for reading, as os.Open does. The error is an *fs.PathError, which wraps a
// *NotRegularError for anything else.
func Open(path string) (*os.File, error) {
	if err := check(os.Stat(path)); err != nil { // to open some devices does something to them
		return nil, pathError(path, err)
	}
	// should another have come to its place since
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err := check(file.Stat()); err != nil {
		file.Close()
		return nil, pathError(path, err)
	}
	return file, nil
}

// ReadFile reads a regular file, as os.ReadFile does.
func ReadFile(path string) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// check returns the error, or one that says that what it was not about isn't a regular file.
func check(info fs.FileInfo, err error) error {
	if err == nil && !info.Mode().IsRegular() {
		return &NotRegularError{info.Mode()}
	}
	return err
}

// pathError is the error about a path, unless it names one already.
func pathError(path string, err error) error {
	if _, named := err.(*fs.PathError); named {
		return err
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

// Cause strips operation and path from a file error, for a sentence that names them already.
func Cause(err error) error {
	var pathError *fs.PathError
	var linkError *os.LinkError
	switch {
	case errors.As(err, &pathError):
		return pathError.Err
	case errors.As(err, &linkError):
		return linkError.Err
	}
	return err
}
