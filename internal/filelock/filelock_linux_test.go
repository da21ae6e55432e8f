package filelock_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/internal/filelock"
	"golang.org/x/sys/unix"
)

// TestLocks checks locks on a file and on a folder: they keep each other out although one process has them.
func TestLocks(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "lock")
	if _, err := filelock.Try(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a lock on nothing gives %v", err)
	}
	if lock, err := filelock.TryMake(path); err != nil || !lock.Of(path) {
		t.Fatalf("a lock on a file that is made for it is %v, %v", lock, err)
	} else {
		lock.Unlock()
	}
	for _, path := range []string{folder, path} {
		try := func(how func(string) (*filelock.Lock, error), want bool) *filelock.Lock {
			t.Helper()
			lock, err := how(path)
			if err != nil || (lock != nil) != want || want && !lock.Of(path) {
				t.Fatalf("a lock on %s is %v, %v; want one: %t", path, lock, err, want)
			}
			return lock
		}
		alone := try(filelock.Try, true)
		try(filelock.Try, false).Unlock()
		try(filelock.TryShared, false)
		alone.Unlock()
		first, second := try(filelock.TryShared, true), try(filelock.TryShared, true)
		first.Unlock()
		try(filelock.Try, false)
		second.Unlock()
		try(filelock.Try, true).Unlock()
	}
	lock, err := filelock.Try(path)
	if err != nil || os.Remove(path) != nil || lock.Of(path) {
		t.Errorf("a lock on a file that was removed is one of what is there, %v", err)
	}
}

func TestWithoutLocks(t *testing.T) {
	for _, errno := range []unix.Errno{unix.ENOLCK, unix.ENOTSUP, unix.EBADF, unix.ENOSYS} {
		t.Run(errno.Error(), func(t *testing.T) {
			faulttest.Run(t, faulttest.Refusals{unix.SYS_FLOCK: errno}, func(t *testing.T) {
				lock, err := filelock.TryMake(filepath.Join(t.TempDir(), "lock"))
				if lock != nil || !errors.Is(err, filelock.ErrUnsupported) {
					t.Errorf("a lock is %v, %v", lock, err)
				}
			})
		})
	}
}
