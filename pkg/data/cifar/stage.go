package cifar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/filelock"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// stagePrefix starts the name of a stage's folder. It is beside the cache's final folder, so that files can
// be renamed into that.
const stagePrefix = ".fetching-"

// lockName is the file in the cache that the process that fetches has locked. The system frees the lock when
// that process ends, however it does; the file stays, for a file that others may be about to lock can't be
// removed safely.
const lockName = "cifar-10.lock"

// cacheError says that the cache can't be written, which no other source mends.
type cacheError struct {
	folder string
	cause  error
}

// Error implements error.
func (e *cacheError) Error() string {
	return fmt.Sprintf("CIFAR-10 can't be kept in the cache %s (%v): make that a folder which can be "+
		"written, with 400 MB free, or let HOME name another home folder, or %s a folder with %s",
		e.folder, regular.Cause(e.cause), FolderVariable, wanted)
}

// Unwrap returns the cause.
func (e *cacheError) Unwrap() error { return e.cause }

// diskFilter stands between what is written and a file.
type diskFilter func(io.Writer) io.Writer

// stage is a folder of its own in the cache, in which a source puts files together before any of them is
// seen.
type stage struct {
	folder, cache string
	edition       edition
	disk          diskFilter
	put           map[string]bool // the files that are there and checked
}

// path returns the path of a file on the stage.
func (s *stage) path(name string) string { return filepath.Join(s.folder, name) }

// write makes a file with what write writes, and brings it to the disk. An error of the disk is a
// *cacheError; those of write are returned as they are.
func (s *stage) write(name string, write func(io.Writer) error) error {
	made, err := os.Create(s.path(name))
	if err != nil {
		return &cacheError{s.cache, err}
	}
	defer made.Close() // for errors: a second Close of a good file is harmless
	var to io.Writer = made
	if s.disk != nil {
		to = s.disk(to)
	}
	if err := write(diskWriter{to, s.cache}); err != nil {
		return err
	}
	if err := errors.Join(atomicfile.Sync(made), made.Close()); err != nil {
		return &cacheError{s.cache, err}
	}
	return nil
}

// diskWriter tells errors of the disk from those of what is written to it.
type diskWriter struct {
	io.Writer
	cache string
}

// Write implements io.Writer.
func (w diskWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		err = &cacheError{w.cache, err}
	}
	return n, err
}

// add puts the content of one of the files on the stage, if it has the known sha256.
func (s *stage) add(f file, content []byte) error {
	sum := sha256.Sum256(content)
	if got := hex.EncodeToString(sum[:]); got != f.sha256 {
		return &fileError{f.name, fmt.Sprintf("in it has the sha256 %s, and not %s", got, f.sha256), nil}
	}
	err := s.write(f.name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err == nil {
		s.put[f.name] = true
	}
	return err
}

// publish moves the files into the cache's final folder, in the place of what is there. It takes all or none.
func (s *stage) publish() error {
	for _, f := range s.edition.files {
		if !s.put[f.name] {
			return &fileError{f.name, "is not in it", nil}
		}
	}
	final := filepath.Join(s.cache, BinaryFolder)
	if err := os.MkdirAll(final, 0o777); err != nil {
		return &cacheError{s.cache, err}
	}
	for _, f := range s.edition.files {
		if err := os.Rename(s.path(f.name), filepath.Join(final, f.name)); err != nil {
			return &cacheError{s.cache, err}
		}
	}
	return nil
}

// lock makes this process the one that fetches, after waiting for another. It removes what a process that was
// killed had left on a stage. On a file system without locks it says so and continues: two that fetch at once
// do so twice, and put the same files into the same place.
func (l *loader) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(l.cache, 0o777); err != nil {
		return nil, &cacheError{l.cache, err}
	}
	path := filepath.Join(l.cache, lockName)
	var held *filelock.Lock
	var count func(int)
	for began, counted := time.Now(), 0; ; {
		held, err = filelock.TryMake(path)
		if errors.Is(err, filelock.ErrUnsupported) {
			progress.Note(ctx, fmt.Sprintf("%v: another process that loads CIFAR-10 now may fetch it as well",
				err))
			break
		}
		if err != nil {
			return nil, &cacheError{l.cache, err}
		}
		if held != nil {
			break
		}
		waited := time.Since(began)
		if waited >= l.lockTimeout {
			return nil, fmt.Errorf("another process has been fetching CIFAR-10 for more than %s (it holds "+
				"the lock %s): wait for it or end it, and load again",
				l.lockTimeout, path)
		}
		if count == nil {
			count = counter(ctx, "waiting for another process that fetches CIFAR-10 (at most, in seconds)",
				int(l.lockTimeout.Seconds()))
		}
		count(int(waited.Seconds()) - counted)
		counted = int(waited.Seconds())
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(l.lockPoll):
		}
	}
	age := time.Duration(0)
	if held == nil {
		age = forgotten
	}
	if err := removeStages(l.cache, age); err != nil {
		held.Unlock()
		return nil, &cacheError{l.cache, err}
	}
	return held.Unlock, nil
}

// tidy removes what a process that was killed after filling the cache has left on its stage, unless another
// fetches now. In a cache that can't be written it stays.
func (l *loader) tidy() {
	entries, _ := os.ReadDir(l.cache)
	if !slices.ContainsFunc(entries,
		func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), stagePrefix) }) {
		return
	}
	held, err := filelock.TryMake(filepath.Join(l.cache, lockName))
	if err == nil && held != nil {
		_ = removeStages(l.cache, 0)
	}
	held.Unlock()
}

// forgotten is the age from which a stage is nobody's, on a file system that has no locks to tell.
const forgotten = 24 * time.Hour

// removeStages removes the stages of that age from the cache.
func removeStages(cache string, age time.Duration) error {
	entries, err := os.ReadDir(cache)
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), stagePrefix) {
			continue
		}
		if info, gone := entry.Info(); gone == nil && time.Since(info.ModTime()) >= age {
			err = errors.Join(err, os.RemoveAll(filepath.Join(cache, entry.Name())))
		}
	}
	return err
}
