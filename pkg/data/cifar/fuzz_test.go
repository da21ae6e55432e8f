package cifar

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzArchive reads what servers may send as an archive, where nobody had asked for its hash.
func FuzzArchive(f *testing.F) {
	fake := newFake(1)
	for _, file := range fake.files {
		fake.contents[file.name] = fake.contents[file.name][:10]
	}
	whole := tarGz(f, BinaryFolder, fake.contents)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	path := filepath.Join(f.TempDir(), "archive")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		faulttest.Bounded(t, len(content), func() {
			_, _ = readLabels(context.Background(), path, fake.edition)
			_ = eachInArchive(context.Background(), path, func(_ string, _ int64, content io.Reader) error {
				_, err := io.Copy(io.Discard, io.LimitReader(content, 1<<20))
				return err
			})
		})
	})
}

// FuzzPicture converts pictures that hold no images, or say that they hold more than there are.
func FuzzPicture(f *testing.F) {
	for _, size := range []image.Point{{pixels, 2}, {pixels, 1}, {1, 1}} {
		var file bytes.Buffer
		if err := png.Encode(&file, image.NewRGBA(image.Rectangle{Max: size})); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		faulttest.Bounded(t, len(content), func() { _, _ = convert(bytes.NewReader(content), []uint8{1, 2}) })
	})
}
