package atomicfile_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// replacing is the work of replacing a file of a few pages by another.
func replacing() faulttest.Work {
	before, after := strings.Repeat("before", 5000), strings.Repeat("after", 5000)
	read := func(t *testing.T, folder string) string {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(folder, "file"))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	return faulttest.Work{
		Prepare: func(t *testing.T, folder string) {
			if err := os.WriteFile(filepath.Join(folder, "file"), []byte(before), 0o644); err != nil {
				t.Fatal(err)
			}
		},
		Do: func(t *testing.T, folder string) {
			if err := atomicfile.Write(filepath.Join(folder, "file"), func(w io.Writer) error {
				_, err := io.WriteString(w, after)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		},
		Kept: func(t *testing.T, folder string) {
			if got := read(t, folder); got != before && got != after {
				t.Errorf("the file has %d bytes, and is neither that from before nor the new one", len(got))
			}
		},
		Check: func(t *testing.T, folder string) {
			if got := read(t, folder); got != after || files(t, folder) != 1 {
				t.Errorf("the file has %d bytes, want %d, and there are %d files", len(got), len(after),
					files(t, folder))
			}
		},
		Sample: 4,
	}
}

// TestFaultsInWriting replaces a file with a fault at each call.
func TestFaultsInWriting(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	replacing().Test(t, 20)
}

// TestFullDiskInWriting replaces a file on a disk on which there is less and less room.
func TestFullDiskInWriting(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	replacing().OnFullDisk(t, 40)
}

// TestFaultsInWritingNotebooks lets Python replace a file, as the notebooks are, with a fault at each call.
func TestFaultsInWritingNotebooks(t *testing.T) {
	python(t, "", "")
	work := replacing()
	work.Command = func(t *testing.T, folder string) *exec.Cmd {
		return python(t, filepath.Join(folder, "file"), "atomic_file.write(path, 'after' * 5000)")
	}
	work.Sample = 0
	work.Test(t, 20)
}
