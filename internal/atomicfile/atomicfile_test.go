package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
)

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	for _, text := range []string{"first", "second"} {
		if err := atomicfile.Write(path,
			func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("the file holds %q, %v", got, err)
		}
	}
	wrong := errors.New("wrong")
	err := atomicfile.Write(path, func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return wrong })
	if !errors.Is(err, wrong) {
		t.Errorf("a failing writer gives %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "second" {
		t.Errorf("after a failed write the file holds %q, %v", got, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}
}
