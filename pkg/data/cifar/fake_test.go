package cifar

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// fake is a small edition of the data, of noise, with files and checksums of its own.
type fake struct {
	edition
	contents map[string][]byte // of the files
}

func newFake(rows int) *fake {
	f := &fake{edition: edition{rows: rows}, contents: make(map[string][]byte)}
	for i, official := range officialEdition.files {
		content := make([]byte, rows*rowSize)
		rng := random.Stream(1, uint64(i))
		for k := range content {
			content[k] = byte(rng.Uint32())
			if k%rowSize == 0 {
				content[k] %= 10
			}
		}
		f.contents[official.name] = content
		f.files = append(f.files, file{official.name, sum(content)})
	}
	return f
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// tarGz packs files into an archive, in a folder and with a description as in the official one.
func tarGz(t testing.TB, folder string, contents map[string][]byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	entries := tar.NewWriter(zipped)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(entries.WriteHeader(&tar.Header{Name: folder + "/", Typeflag: tar.TypeDir, Mode: 0o755}))
	contents = maps.Clone(contents)
	contents["readme.html"] = []byte("a description")
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		must(entries.WriteHeader(&tar.Header{Name: folder + "/" + name, Typeflag: tar.TypeReg, Mode: 0o644,
			Size: int64(len(contents[name]))}))
		_, err := entries.Write(contents[name])
		must(err)
	}
	must(entries.Close())
	must(zipped.Close())
	return packed.Bytes()
}

// server is a local server that counts its requests.
type server struct {
	*httptest.Server
	requests atomic.Int32
}

func serve(t *testing.T, handler http.HandlerFunc) *server {
	s := new(server)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// send answers with a content, of known length.
func send(content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-gzip")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}
}

// from returns the source that expects an archive at a server.
func from(s *server, expected []byte) *archive {
	return &archive{url: s.URL + "/cifar.tar.gz", size: int64(len(expected)), sha256: sum(expected),
		client: newClient(time.Minute), idle: time.Minute, total: time.Minute}
}

// loader returns a loader with an empty cache of its own.
func (f *fake) loader(t *testing.T, sources ...source) *loader {
	t.Helper()
	return &loader{edition: f.edition, cache: filepath.Join(t.TempDir(), "cache"), sources: sources,
		lockTimeout: time.Minute, lockPoll: time.Millisecond}
}

// served returns a loader whose source is a server with the whole archive.
func (f *fake) served(t *testing.T) (*loader, *server) {
	t.Helper()
	packed := tarGz(t, BinaryFolder, f.contents)
	s := serve(t, send(packed))
	return f.loader(t, from(s, packed)), s
}

// write writes the files into a folder.
func (f *fake) write(t *testing.T, folder string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range f.contents {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// check compares data with the files, byte by byte.
func (f *fake) check(t *testing.T, data *images.Data) {
	t.Helper()
	if data == nil || data.Train.Len() != 5*f.rows || data.Test.Len() != f.rows {
		t.Fatalf("the data are not 5 x %d and %d images: %+v", f.rows, f.rows, data)
	}
	for i := range 6 * f.rows {
		set, index := data.Train, i
		if i >= 5*f.rows {
			set, index = data.Test, i-5*f.rows
		}
		row := f.contents[f.files[i/f.rows].name][i%f.rows*3073:]
		if set.Labels[index] != row[0] {
			t.Fatalf("image %d has the label %d, not %d", i, set.Labels[index], row[0])
		}
		for k, got := range set.Image(index) {
			if c, y, x := k%3, k/3/32, k/3%32; got != row[1+1024*c+32*y+x] {
				t.Fatalf("image %d has %d in row %d, column %d, channel %d, not %d", i, got, y, x, c,
					row[1+1024*c+32*y+x])
			}
		}
	}
}

// snapshot returns the contents of all files below a folder, and the names of all folders; not the lock's
// file, which stays.
func snapshot(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == lockName {
			if path != folder && err == nil && entry.IsDir() {
				found[path] = "folder"
			}
			return err
		}
		content, err := os.ReadFile(path)
		found[path] = string(content)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return found
}

// fails checks that loading fails with one sentence that has all phrases, and leaves the cache as it was.
func fails(t *testing.T, l *loader, phrases ...string) error {
	t.Helper()
	before := snapshot(t, l.cache)
	data, err := l.load(t.Context())
	if data != nil || err == nil {
		t.Fatalf("data %v, error %v", data, err)
	}
	for _, phrase := range phrases {
		if !strings.Contains(err.Error(), phrase) {
			t.Errorf("the error %q does not say %q", err, phrase)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("the error %q is not one line", err)
	}
	if after := snapshot(t, l.cache); !maps.Equal(before, after) {
		t.Errorf("the cache held %v, and now %v", slices.Sorted(maps.Keys(before)),
			slices.Sorted(maps.Keys(after)))
	}
	return err
}

// succeeds checks that loading gives the data and leaves the whole cache, and nothing else in it.
func succeeds(t *testing.T, f *fake, l *loader) *images.Data {
	t.Helper()
	data, err := l.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.check(t, data)
	want := map[string]string{filepath.Join(l.cache, BinaryFolder): "folder"}
	for name, content := range f.contents {
		want[filepath.Join(l.cache, BinaryFolder, name)] = string(content)
	}
	if got := snapshot(t, l.cache); !maps.Equal(got, want) {
		t.Errorf("the cache holds %v", slices.Sorted(maps.Keys(got)))
	}
	return data
}

// limited is a disk with room for so many bytes, and the error of what comes after.
type limited struct {
	io.Writer
	room *int
	full error
}

func (w limited) Write(p []byte) (int, error) {
	n := min(len(p), *w.room)
	*w.room -= n
	written, err := w.Writer.Write(p[:n])
	if err == nil && n < len(p) {
		err = &fs.PathError{Op: "write", Path: "somewhere", Err: w.full}
	}
	return written, err
}
