package cifar

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/progress"
)

// broken is a source that fails, and counts how often it is asked.
type broken struct {
	asked int
	err   error
}

func (*broken) String() string { return "the broken source" }

func (b *broken) fetch(context.Context, *stage) error {
	b.asked++
	return b.err
}

// never returns a loader with an empty cache whose only source fails.
func (f *fake) never(t *testing.T) (*loader, *broken) {
	b := &broken{err: errors.New("no luck")}
	return f.loader(t, b), b
}

func TestNamedFolder(t *testing.T) {
	f := newFake(3)
	for _, inside := range []string{"", BinaryFolder} {
		l, never := f.never(t)
		l.folder = t.TempDir()
		folder := filepath.Join(l.folder, inside)
		f.write(t, folder)
		data, err := l.load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		f.check(t, data)
		if data.Origin != "the folder "+folder || never.asked != 0 {
			t.Errorf("the data come from %q, and sources were asked %d times", data.Origin, never.asked)
		}
		if left := snapshot(t, l.cache); len(left) > 0 {
			t.Errorf("the cache holds %v", left)
		}
	}
}

// TestWrongNamedFolder checks that a folder that the user named is not passed over in silence, though the
// cache has the data.
func TestWrongNamedFolder(t *testing.T) {
	f := newFake(3)
	const third = "data_batch_3.bin"
	for name, c := range map[string]struct {
		spoil  func(path string) error
		phrase string
	}{
		"missing": {os.Remove, third + " is missing: let it name"},
		"truncated": {func(path string) error { return os.Truncate(path, 100) },
			third + " has 100 bytes, and not 9219"},
		"corrupted": {func(path string) error {
			return os.WriteFile(path, flip(f.contents[third], 5000),
				0o644)
		},
			third + " has the sha256 " + sum(flip(f.contents[third], 5000)) + ", and not " +
				sum(f.contents[third])},
		"a folder": {func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o755)) },
			third + " can't be opened: it is a folder, and not a file"},
		"a pipe": {func(path string) error {
			return errors.Join(os.Remove(path),
				syscall.Mkfifo(path, 0o644))
		},
			third + " can't be opened: it is a named pipe, and not a file"},
		"empty": {func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
			"has none of the data: let it name a folder with the six files"},
	} {
		t.Run(name, func(t *testing.T) {
			l, never := f.never(t)
			f.write(t, filepath.Join(l.cache, BinaryFolder))
			l.folder = t.TempDir()
			f.write(t, filepath.Join(l.folder, BinaryFolder))
			if err := c.spoil(filepath.Join(l.folder, BinaryFolder, third)); err != nil {
				t.Fatal(err)
			}
			fails(t, l, "CIFAR10_DIR names the folder "+l.folder, c.phrase)
			if never.asked != 0 {
				t.Error("a source was asked")
			}
		})
	}
}

func TestNamedFile(t *testing.T) {
	f := newFake(3)
	l, _ := f.never(t)
	l.folder = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(l.folder, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	fails(t, l, "CIFAR10_DIR names the folder "+l.folder, "not a directory")
}

// TestSourcesAreAskedInOrder lets the first source fail, and then all of them.
func TestSourcesAreAskedInOrder(t *testing.T) {
	f := newFake(3)
	l, s := f.served(t)
	first, last := &broken{err: errors.New("no luck")}, &broken{err: errors.New("nor here")}
	l.sources = []source{first, l.sources[0], last}
	succeeds(t, f, l)
	if first.asked != 1 || s.requests.Load() != 1 || last.asked != 0 {
		t.Errorf("sources were asked %d, %d and %d times", first.asked, s.requests.Load(), last.asked)
	}
	l = f.loader(t, first, last)
	fails(t, l, "CIFAR-10 is not in the cache "+l.cache,
		"(the broken source: no luck; the broken source: nor here)", "let CIFAR10_DIR name it")
}

// partly is a source that has all but the last file.
type partly struct{ *fake }

func (partly) String() string { return "half a source" }
func (p partly) fetch(_ context.Context, to *stage) error {
	for _, f := range p.files[:5] {
		if err := to.add(f, p.contents[f.name]); err != nil {
			return err
		}
	}
	return nil
}

func TestAllFilesOrNone(t *testing.T) {
	f := newFake(3)
	fails(t, f.loader(t, partly{f}), "half a source: test_batch.bin is not in it")
}

// counts remembers what it is told.
type counts struct {
	sync.Mutex
	last map[string][2]int
}

func (c *counts) Update(name string, done, total int) {
	c.Lock()
	defer c.Unlock()
	if done < c.last[name][0] {
		done = -1 // a count that goes back
	}
	c.last[name] = [2]int{done, total}
}

func TestProgress(t *testing.T) {
	f := newFake(150) // 2.8 MB
	l, _ := f.served(t)
	seen := &counts{last: make(map[string][2]int)}
	if _, err := l.load(progress.With(t.Context(), seen)); err != nil {
		t.Fatal(err)
	}
	if want := map[string][2]int{"fetching CIFAR-10 (MB)": {2, 2}}; !maps.Equal(seen.last, want) {
		t.Errorf("progress ended with %v, not %v", seen.last, want)
	}

	l.cache = filepath.Join(t.TempDir(), "cache")
	seen.last = make(map[string][2]int)
	if _, err := l.load(progress.Start(progress.With(t.Context(), seen), "a figure", 3)); err != nil {
		t.Fatal(err)
	}
	if want := map[string][2]int{"a figure": {0, 3}}; !maps.Equal(seen.last, want) {
		t.Errorf("within another task, progress ended with %v, not %v", seen.last, want)
	}
}

func TestEndedContext(t *testing.T) {
	f := newFake(3)
	l, s := f.served(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, folder := range []string{"", t.TempDir()} {
		if folder != "" {
			l.folder = folder
			f.write(t, folder)
		}
		if data, err := l.load(ctx); data != nil || !errors.Is(err, context.Canceled) ||
			!strings.HasPrefix(err.Error(), "loading CIFAR-10 was stopped") {
			t.Errorf("folder %q: data %v, error %v", folder, data, err)
		}
	}
	if s.requests.Load() != 0 || len(snapshot(t, l.cache)) > 0 {
		t.Error("after the end something was fetched")
	}
}
