package cifar

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// cachePath returns the path of a file in the loader's cache.
func cachePath(l *loader, name string) string { return filepath.Join(l.cache, BinaryFolder, name) }

// flip returns the content with one bit changed.
func flip(content []byte, at int) []byte {
	changed := slices.Clone(content)
	changed[at] ^= 1
	return changed
}

func TestFetchFillsTheCache(t *testing.T) {
	f := newFake(3)
	l, s := f.served(t)
	first := succeeds(t, f, l)
	if want := "the official archive " + s.URL; !strings.HasPrefix(first.Origin, want) {
		t.Errorf("the data come from %q, not %q", first.Origin, want)
	}
	second := succeeds(t, f, l)
	if want := "the cache " + filepath.Join(l.cache, BinaryFolder); second.Origin != want ||
		s.requests.Load() != 1 {
		t.Errorf("the second time the data come from %q, after %d requests", second.Origin, s.requests.Load())
	}
}

// TestDamagedCacheIsMended spoils a file or more of a cache, and finds the damage named and mended; when it
// can't be mended, the error names the damage, and the cache is as it was.
func TestDamagedCacheIsMended(t *testing.T) {
	f := newFake(3)
	const second = "data_batch_2.bin"
	for name, c := range map[string]struct {
		spoil  func(l *loader) error
		phrase string
	}{
		"half made": {func(l *loader) error {
			return errors.Join(os.Remove(cachePath(l, second)), os.Remove(cachePath(l, "test_batch.bin")),
				os.Truncate(cachePath(l, "data_batch_4.bin"), 9))
		}, second + " is missing"},
		"truncated": {func(l *loader) error { return os.Truncate(cachePath(l, second), 3073) },
			second + " has 3073 bytes, and not 9219"},
		"corrupted": {func(l *loader) error {
			return os.WriteFile(cachePath(l, second),
				flip(f.contents[second], 7), 0o644)
		},
			second + " has the sha256 " + sum(flip(f.contents[second], 7))},
		"swapped": {func(l *loader) error {
			return os.WriteFile(cachePath(l, second), f.contents["data_batch_1.bin"], 0o644)
		}, second + " has the sha256 " + sum(f.contents["data_batch_1.bin"])},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := f.served(t)
			succeeds(t, f, l)
			if err := c.spoil(l); err != nil {
				t.Fatal(err)
			}
			alone := *l
			alone.sources = []source{&broken{err: errors.New("no luck")}}
			fails(t, &alone, "CIFAR-10 is damaged in the cache (", c.phrase, "the broken source: no luck")
			if data := succeeds(t, f, l); !strings.Contains(data.Origin, c.phrase) ||
				!strings.HasPrefix(data.Origin, "the official archive") {
				t.Errorf("the origin %q does not say that %q", data.Origin, c.phrase)
			}
		})
	}
}

// TestLeftoversAreRemoved plays a process that was killed while it fetched.
func TestLeftoversAreRemoved(t *testing.T) {
	f := newFake(3)
	l, _ := f.served(t)
	left := filepath.Join(l.cache, stagePrefix+"123")
	f.write(t, left)
	succeeds(t, f, l) // which wants nothing but the six files there
}

// TestFullDisk fills the disk while the archive is written, and while a file from it is: other sources are
// not asked then.
func TestFullDisk(t *testing.T) {
	f := newFake(3)
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS} {
		for _, room := range []int{0, 1000, len(tarGz(t, BinaryFolder, f.contents)),
			len(tarGz(t, BinaryFolder, f.contents)) + 20_000} {
			l, s := f.served(t)
			other := &broken{err: errors.New("no luck")}
			l.sources = append(l.sources, other)
			left := room
			l.disk = func(w io.Writer) io.Writer { return limited{w, &left, full} }
			err := fails(t, l, "CIFAR-10 can't be kept in the cache "+l.cache+" ("+full.Error()+")",
				"400 MB free")
			if !errors.Is(err, full) || s.requests.Load() != 1 || other.asked != 0 {
				t.Errorf("error %v after %d requests, and the other source was asked %d times", err,
					s.requests.Load(), other.asked)
			}
		}
	}
}

// TestUnwritableCache checks a cache that can't be made, one in which nothing can be made, and one whose
// final folder can't be.
func TestUnwritableCache(t *testing.T) {
	f := newFake(3)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	l, s := f.served(t)
	l.cache = filepath.Join(file, "cache")
	if _, err := l.load(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "can't be kept in the cache "+l.cache+" (not a directory)") {
		t.Errorf("below a file: %v", err)
	}
	if s.requests.Load() != 0 {
		t.Error("the server was asked for data that have no place")
	}
	l, _ = f.served(t)
	if err := os.MkdirAll(l.cache, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.cache, BinaryFolder), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	fails(t, l, "can't be kept in the cache "+l.cache+" (not a directory)")
	if os.Geteuid() == 0 {
		return // may write everywhere
	}
	l, _ = f.served(t)
	if err := os.MkdirAll(l.cache, 0o555); err != nil {
		t.Fatal(err)
	}
	fails(t, l, "can't be kept in the cache "+l.cache+" (permission denied)")
}
