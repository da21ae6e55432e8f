// Package filelock locks files and folders between processes. The system frees a lock when the process that
// holds it ends, however it does.
package filelock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/gofrs/flock"
)

// ErrUnsupported is wrapped by the error of a lock on a file system that has none, such as some network file
// systems.
var ErrUnsupported = errors.New("its file system has no locks")

// Lock is a lock that this process holds. Unlocking a nil Lock does nothing.
type Lock struct{ held *flock.Flock }

// Try locks a file or a folder for this process alone, without waiting. The Lock is nil, without an error,
// when another process holds one.
func Try(path string) (*Lock, error) { return try(path, 0, (*flock.Flock).TryLock) }

// TryMake is Try for a file that is made when it is missing.
func TryMake(path string) (*Lock, error) { return try(path, os.O_CREATE, (*flock.Flock).TryLock) }

// TryShared is Try for a lock that any number of processes can hold at once, while none holds one alone.
func TryShared(path string) (*Lock, error) { return try(path, 0, (*flock.Flock).TryRLock) }

// try opens the file for reading, which is all that most systems want and lets users share a file that only
// one of them can write; over NFS version 4 a lock needs a file that is open for writing.
func try(path string, create int, take func(*flock.Flock) (bool, error)) (*Lock, error) {
	var err error
	for _, access := range []int{os.O_RDONLY, os.O_RDWR} {
		lock := flock.New(path, flock.SetFlag(create|access), flock.SetPermissions(0o666))
		var taken bool
		if taken, err = take(lock); taken {
			return &Lock{lock}, nil
		}
		if !errors.Is(err, syscall.EBADF) {
			break
		}
	}
	if unsupported(err) {
		return nil, fmt.Errorf("%s can't be locked: %w (%w)", path, ErrUnsupported, err)
	}
	return nil, err
}

// unsupported says whether the error of a lock is that of a file system without any.
func unsupported(err error) bool {
	for _, number := range []error{syscall.ENOLCK, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS,
		syscall.EBADF, syscall.EINVAL} {
		if errors.Is(err, number) {
			return true
		}
	}
	return false
}

// Unlock frees the lock.
func (l *Lock) Unlock() {
	if l != nil {
		_ = l.held.Unlock() // closing the file can't leave the lock held
	}
}

// Of says whether the lock is on what is at path now: what was locked may have been removed, and something
// else put in its place.
func (l *Lock) Of(path string) bool {
	if l == nil {
		return false
	}
	var there fs.FileInfo
	locked, err := l.held.Stat()
	if err == nil {
		there, err = os.Stat(path)
	}
	return err == nil && os.SameFile(locked, there)
}
