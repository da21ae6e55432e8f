package cifar

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/shattered-gradients/shattered/internal/regular"
)

// archive is the source by HTTPS: the six files as tar.gz.
type archive struct {
	url    string
	size   int64
	sha256 string
	client *http.Client

	// idle is how long the server may send nothing.
	idle time.Duration

	// total is how long all of it may take: a server that sends a byte now and then is never idle.
	total time.Duration
}

// archiveName is the archive's file on the stage.
const archiveName = "archive.tar.gz"

// String implements source.
func (a *archive) String() string { return "the official archive " + a.url }

// fetch implements source.
func (a *archive) fetch(ctx context.Context, to *stage) error {
	if err := to.write(archiveName, func(w io.Writer) error { return a.download(ctx, w) }); err != nil {
		return err
	}
	return eachInArchive(ctx, to.path(archiveName), func(name string, size int64, content io.Reader) error {
		i := slices.IndexFunc(to.edition.files, func(f file) bool { return f.name == path.Base(name) })
		if i < 0 {
			return nil // a description
		}
		if size != to.edition.size() {
			return &fileError{path.Base(name),
				fmt.Sprintf("in it has %d bytes, and not %d", size, to.edition.size()), nil}
		}
		rows := make([]byte, size)
		if _, err := io.ReadFull(content, rows); err != nil {
			return fmt.Errorf("it is not a tar.gz (%w)", err)
		}
		return to.add(to.edition.files[i], rows)
	})
}

// errIdle ends a download whose server sends nothing, and errSlow one that takes too long.
var (
	errIdle = errors.New("the server is idle")
	errSlow = errors.New("the server is slow")
)

// download writes the archive to w if it is the right one. At the first sign that it is not, it ends with an
// error.
func (a *archive) download(ctx context.Context, w io.Writer) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(a.idle, func() { cancel(errIdle) })
	defer watchdog.Stop()
	limit := time.AfterFunc(a.total, func() { cancel(errSlow) })
	defer limit.Stop()
	var received int64
	defer func() {
		switch context.Cause(ctx) {
		case errIdle:
			err = fmt.Errorf("the server sent nothing for %s, after %d of %d bytes", a.idle, received, a.size)
		case errSlow:
			err = fmt.Errorf("the server sent no more than %d of %d bytes in %s", received, a.size, a.total)
		}
	}()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, nil)
	if err != nil {
		return err
	}
	response, err := a.client.Do(request)
	if err != nil {
		var wrapped *url.Error // names the address again
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return fmt.Errorf("the server can't be reached (%w)", err)
	}
	defer response.Body.Close()
	body := bufio.NewReaderSize(response.Body, 1<<16)
	if err := a.check(response, body); err != nil {
		return err
	}

	hash := sha256.New()
	count := counter(ctx, "fetching CIFAR-10 (MB)", int(a.size/megabyte))
	buffer := make([]byte, 1<<18)
	for {
		n, readErr := body.Read(buffer)
		watchdog.Reset(a.idle)
		if received+int64(n) > a.size {
			return fmt.Errorf("the server sent more than the %d bytes of the archive", a.size)
		}
		hash.Write(buffer[:n]) // never fails
		if _, err := w.Write(buffer[:n]); err != nil {
			return err
		}
		count(int((received+int64(n))/megabyte - received/megabyte))
		received += int64(n)
		if errors.Is(readErr, io.EOF) || errors.Is(readErr, io.ErrUnexpectedEOF) {
			break
		}
		if readErr != nil {
			return fmt.Errorf("the connection broke after %d of %d bytes (%w)", received, a.size, readErr)
		}
	}
	if received != a.size {
		return fmt.Errorf("the download ended after %d of %d bytes", received, a.size)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != a.sha256 {
		return fmt.Errorf("what was downloaded has the sha256 %s, and not %s", got, a.sha256)
	}
	return nil
}

// megabyte is the unit of progress.
const megabyte = 1_000_000

// check returns an error when the head of a response shows that it is not the archive.
func (a *archive) check(response *http.Response, body *bufio.Reader) error {
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %q, and not \"200 OK\"", response.Status)
	}
	start, _ := body.Peek(512) // an error comes back when the body is read
	for _, kind := range []string{response.Header.Get("Content-Type"), http.DetectContentType(start)} {
		if strings.HasPrefix(kind, "text/html") {
			return errors.New("the server sent a web page, and not the archive: perhaps the network asks " +
				"for a login first")
		}
	}
	if n := response.ContentLength; n >= 0 && n != a.size {
		return fmt.Errorf("the server announced %d bytes, and not %d", n, a.size)
	}
	return nil
}

// eachInArchive calls do for every regular file in a tar.gz.
func eachInArchive(ctx context.Context, path string,
	do func(name string, size int64, content io.Reader) error) error {
	opened, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer opened.Close()
	unpacked, err := gzip.NewReader(bufio.NewReader(opened))
	if err != nil {
		return fmt.Errorf("it is not a tar.gz (%w)", err)
	}
	for entries := tar.NewReader(unpacked); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("it is not a tar.gz (%w)", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if err := do(header.Name, header.Size, entries); err != nil {
			return err
		}
	}
}
