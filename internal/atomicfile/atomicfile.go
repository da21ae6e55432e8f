// Package atomicfile writes files that are complete or not there.
package atomicfile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"

	"github.com/shattered-gradients/shattered/internal/filelock"
)

// unfinished matches the names of files that are being written, or were when their process was killed.
var unfinished = regexp.MustCompile(`^\.unfinished-[0-9a-f]{16}$`)

// forgotten is the age from which an unfinished file is nobody's, on a file system that has no locks to tell.
const forgotten = 24 * time.Hour

// Write makes the file at path with what write writes, with the rights that the umask leaves. It is written
// under another name in the same folder, which must exist, brought to the disk and renamed; after an error
// nothing of it is left. What processes that were killed have left unfinished in that folder is removed when
// this process first writes there.
func Write(path string, write func(io.Writer) error) error {
	folder := filepath.Dir(path)
	collectOnce(folder)
	temporary, lock, err := create(folder)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	defer os.Remove(temporary.Name()) // nothing is there any more after the rename
	defer temporary.Close()           // for errors: a second Close of a good file is harmless
	if err := write(temporary); err != nil {
		return err
	}
	if err := errors.Join(Sync(temporary), temporary.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// create makes an unfinished file and locks it, for others to see that its process lives.
func create(folder string) (*os.File, *filelock.Lock, error) {
	for {
		var random [8]byte
		_, _ = rand.Read(random[:]) // never fails
		path := filepath.Join(folder, ".unfinished-"+hex.EncodeToString(random[:]))
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if err != nil {
			return nil, nil, err
		}
		lock, err := filelock.Try(path)
		if there(file) && (lock.Of(path) || errors.Is(err, filelock.ErrUnsupported)) {
			return file, lock, nil
		}
		lock.Unlock()
		_, _ = file.Close(), os.Remove(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		} // otherwise another process took it for forgotten before it was locked
	}
}

// there says whether the file still has its name.
func there(file *os.File) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(file.Name())
	return err == nil && os.SameFile(open, named)
}

// Sync brings a file, or the list of a folder's files, to the disk, where the file system can be asked for
// that.
func Sync(file *os.File) error {
	err := file.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) ||
		errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return nil
	}
	return err
}

// syncFolder brings the list of a folder's files to the disk. A folder that may be written but not read can't
// be asked.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(Sync(folder), folder.Close())
}

// collected are the folders that this process has collected.
var collected sync.Map

func collectOnce(folder string) {
	if _, done := collected.LoadOrStore(folder, true); !done {
		Collect(folder)
	}
}

// Collect removes the unfinished files in a folder whose processes have ended. What can't be removed stays
// for the next time.
func Collect(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // the folder is not there, or will say so when it is written to
	}
	for _, entry := range entries {
		if unfinished.MatchString(entry.Name()) && entry.Type().IsRegular() {
			filelock.RemoveUnused(filepath.Join(folder, entry.Name()), forgotten)
		}
	}
}
