package cifar

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// TestWrongDownloads serves what is not the archive: each gives a sentence with what was expected and what
// came, and leaves nothing.
func TestWrongDownloads(t *testing.T) {
	f := newFake(3)
	packed := tarGz(t, BinaryFolder, f.contents)
	n, half := len(packed), len(packed)/2
	corrupted := flip(packed, half)
	page := []byte("<!DOCTYPE html><html><body>Please log in.</body></html>")
	chunked := func(content []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // so that the length is not known
			_, _ = w.Write(content)
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "sorry", code) }
	}
	ended := fmt.Sprintf("the download ended after %d of %d bytes", half, n)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		phrase  string
	}{
		"truncated": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(n))
			_, _ = w.Write(packed[:half]) // and the connection closes
		}, ended},
		"truncated, length unknown": {chunked(packed[:half]), ended},
		"truncated, as announced": {send(packed[:half]),
			fmt.Sprintf("the server announced %d bytes, and not %d", half, n)},
		"empty": {send(nil), fmt.Sprintf("the server announced 0 bytes, and not %d", n)},
		"too long": {chunked(append(packed, 0)),
			fmt.Sprintf("the server sent more than the %d bytes of the archive", n)},
		"corrupted": {send(corrupted),
			fmt.Sprintf("what was downloaded has the sha256 %s, and not %s", sum(corrupted), sum(packed))},
		"web page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page)
		}, "the server sent a web page, and not the archive"},
		"web page in disguise": {send(page), "the server sent a web page, and not the archive"},
		"not found": {status(http.StatusNotFound),
			`the server answered "404 Not Found", and not "200 OK"`},
		"server error": {status(http.StatusInternalServerError),
			`the server answered "500 Internal Server Error", and not "200 OK"`},
		"nothing new": {status(http.StatusNoContent),
			`the server answered "204 No Content", and not "200 OK"`},
	} {
		t.Run(name, func(t *testing.T) {
			faulttest.Faults(t, 1)
			s := serve(t, c.handler)
			fails(t, f.loader(t, from(s, packed)), "the official archive "+s.URL+"/cifar.tar.gz: "+c.phrase)
		})
	}
}

// TestWrongArchives serves archives that are what was expected from outside, and not inside.
func TestWrongArchives(t *testing.T) {
	f := newFake(3)
	const first, second, last = "data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"
	with := func(name string, content []byte) map[string][]byte {
		contents := maps.Clone(f.contents)
		contents[name] = content
		return contents
	}
	swapped := with(first, f.contents[second])
	swapped[second] = f.contents[first]
	missing := maps.Clone(f.contents)
	delete(missing, last)
	whole := tarGz(t, BinaryFolder, f.contents)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(bytes.Repeat([]byte{7}, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		packed []byte
		phrase string
	}{
		"swapped": {tarGz(t, BinaryFolder, swapped),
			fmt.Sprintf("%s in it has the sha256 %s, and not %s", first, sum(f.contents[second]),
				sum(f.contents[first]))},
		"corrupted": {tarGz(t, BinaryFolder, with(last, flip(f.contents[last], 0))),
			last + " in it has the sha256 "},
		"short": {tarGz(t, BinaryFolder, with(last, f.contents[last][:3073])),
			last + " in it has 3073 bytes, and not 9219"},
		"missing":      {tarGz(t, BinaryFolder, missing), last + " is not in it"},
		"not gzip":     {bytes.Repeat([]byte{7}, 1000), "it is not a tar.gz (gzip: invalid header)"},
		"half a gzip":  {whole[:len(whole)/2], "it is not a tar.gz (unexpected EOF)"},
		"gzip, no tar": {zipped.Bytes(), "it is not a tar.gz (archive/tar: invalid tar header)"},
	} {
		t.Run(name, func(t *testing.T) {
			faulttest.Inputs(t, 1)
			fails(t, f.loader(t, from(serve(t, send(c.packed)), c.packed)), c.phrase)
		})
	}
}

func TestOtherFoldersInTheArchive(t *testing.T) {
	f := newFake(3)
	packed := tarGz(t, "some/other/folder", f.contents)
	succeeds(t, f, f.loader(t, from(serve(t, send(packed)), packed)))
}

func TestNoNetwork(t *testing.T) {
	faulttest.Faults(t, 1)
	f := newFake(3)
	s := serve(t, send(nil))
	s.Close() // the port is free now, and nobody answers
	fails(t, f.loader(t, from(s, []byte("archive"))),
		"the official archive "+s.URL+"/cifar.tar.gz: the server can't be reached (dial tcp",
		"connection refused")
}

// TestStalledServer plays servers that fall silent before the answer and in the middle of it. How much the
// client has read by then depends on the machine.
func TestStalledServer(t *testing.T) {
	f := newFake(3)
	packed := tarGz(t, BinaryFolder, f.contents)
	for name, sent := range map[string]int{"at once": 0, "in the middle": len(packed) / 2} {
		t.Run(name, func(t *testing.T) {
			faulttest.Faults(t, 1)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if sent > 0 {
					w.Header().Set("Content-Length", fmt.Sprint(len(packed)))
					_, _ = w.Write(packed[:sent])
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done() // until the client hangs up
			})
			stalled := from(s, packed)
			stalled.idle = 200 * time.Millisecond
			fails(t, f.loader(t, stalled), "the server sent nothing for 200ms, after ",
				fmt.Sprintf("of %d bytes", len(packed)))
		})
	}
}

// TestDrippingServer plays a server that is never idle, and would not end in years.
func TestDrippingServer(t *testing.T) {
	faulttest.Faults(t, 1)
	f := newFake(3)
	packed := tarGz(t, BinaryFolder, f.contents)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(packed)))
		for _, b := range packed {
			_, _ = w.Write([]byte{b})
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done(): // the client hung up
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	dripping := from(s, packed)
	dripping.total = time.Second
	fails(t, f.loader(t, dripping), "the server sent no more than ",
		fmt.Sprintf("of %d bytes in 1s", len(packed)))
}

// TestSlowServer plays a server that takes longer than it may be idle for, and is idle for less.
func TestSlowServer(t *testing.T) {
	f := newFake(3)
	packed := tarGz(t, BinaryFolder, f.contents)
	const pieces = 6
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(packed)))
		for i := range pieces {
			_, _ = w.Write(packed[i*len(packed)/pieces : (i+1)*len(packed)/pieces])
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done(): // the client hung up
				return
			case <-time.After(300 * time.Millisecond):
			}
		}
	})
	slow := from(s, packed)
	slow.idle = 1200 * time.Millisecond // four times a pause, for busy machines, and two thirds of the whole
	succeeds(t, f, f.loader(t, slow))
}

// TestStopInTheDownload ends the context when half of the archive was sent.
func TestStopInTheDownload(t *testing.T) {
	faulttest.Faults(t, 1)
	f := newFake(3)
	packed := tarGz(t, BinaryFolder, f.contents)
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(packed)))
		_, _ = w.Write(packed[:len(packed)/2])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	other := &broken{err: errors.New("no luck")}
	l := f.loader(t, from(s, packed), other)
	if data, err := l.load(ctx); data != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("data %v, error %v", data, err)
	}
	if left := snapshot(t, l.cache); len(left) > 0 || other.asked != 0 {
		t.Errorf("the cache holds %v, and the other source was asked %d times", left, other.asked)
	}
}
