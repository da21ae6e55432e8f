package cifar

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/data/images"
)

// file is one of the files of CIFAR-10's binary version. It has a row of 3073 bytes for every image: the
// label, then 1024 bytes of red, 1024 of green and 1024 of blue, each row by row from the top.
type file struct {
	name, sha256 string
}

// rowSize is the size of a row in bytes.
const rowSize = 1 + values

// fileError says what is wrong with a file.
type fileError struct {
	path, wrong string
	cause       error // may be nil
}

// Error implements error.
func (e *fileError) Error() string { return e.path + " " + e.wrong }

// Unwrap returns the cause.
func (e *fileError) Unwrap() error { return e.cause }

// edition is what the files of CIFAR-10 must be: those of the training set in order, and then that of the
// test set.
type edition struct {
	files []file
	rows  int // images in each file
}

// size returns the size of each file in bytes.
func (e edition) size() int64 { return int64(e.rows) * rowSize }

// present says whether any of the files is in the folder, or may be, for what the system lets us see.
func (e edition) present(folder string) bool {
	for _, f := range e.files {
		if _, err := os.Stat(filepath.Join(folder, f.name)); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// read reads the files in a folder, checking the sha256 of every one. The error is a *fileError of the first
// file that is wrong, or the context's.
func (e edition) read(ctx context.Context, folder string) (*images.Data, error) {
	n := len(e.files) - 1
	data := &images.Data{Train: images.NewSet(n * e.rows), Test: images.NewSet(e.rows)}
	wrong := make([]error, len(e.files))
	var group sync.WaitGroup
	for i, f := range e.files {
		set, first := data.Train, i*e.rows
		if i == n {
			set, first = data.Test, 0
		}
		part := &images.Set{Images: set.Images[first*values : (first+e.rows)*values],
			Labels: set.Labels[first : first+e.rows]}
		group.Go(func() { wrong[i] = e.readFile(ctx, filepath.Join(folder, f.name), f.sha256, part) })
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, err := range wrong {
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// readFile reads one file into a set of its size.
func (e edition) readFile(ctx context.Context, path, want string, to *images.Set) error {
	opened, err := regular.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &fileError{path, "is missing", err}
	}
	if err != nil {
		return &fileError{path, "can't be opened: " + regular.Cause(err).Error(), err}
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err != nil {
		return &fileError{path, "can't be read: " + regular.Cause(err).Error(), err}
	}
	if info.Size() != e.size() {
		return &fileError{path, fmt.Sprintf("has %d bytes, and not %d", info.Size(), e.size()), nil}
	}
	hash := sha256.New()
	if err := decode(ctx, io.TeeReader(opened, hash), to); err != nil {
		return &fileError{path, "can't be read: " + regular.Cause(err).Error(), err}
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		return &fileError{path, fmt.Sprintf("has the sha256 %s, and not %s", got, want), nil}
	}
	return nil
}

// decode reads as many rows as the set has images, channels last.
func decode(ctx context.Context, from io.Reader, to *images.Set) error {
	buffered := bufio.NewReaderSize(from, 64*rowSize)
	var row [rowSize]byte
	for i := range to.Labels {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.ReadFull(buffered, row[:]); err != nil {
			return err
		}
		to.Labels[i] = row[0]
		red, green, blue := row[1:1+pixels], row[1+pixels:1+2*pixels], row[1+2*pixels:]
		image := to.Image(i)
		for p := range pixels {
			image[3*p], image[3*p+1], image[3*p+2] = red[p], green[p], blue[p]
		}
	}
	return nil
}

// encode appends a row: a label, and an image with channels last.
func encode(rows []byte, label uint8, image []uint8) []byte {
	rows = append(rows, label)
	for c := range images.Channels {
		for p := range pixels {
			rows = append(rows, image[images.Channels*p+c])
		}
	}
	return rows
}
