package results

import (
	"archive/zip"
	"bytes"
	"io"
	"path/filepath"

	"github.com/shattered-gradients/shattered/internal/regular"
)

// SaveData writes the figure's numbers to folder/<figure>.csv and .npz. A figure that was loaded has no
// Arrays any more.
func (f *Figure) SaveData(folder string) error {
	values, arrays, err := f.data()
	if err != nil {
		return err
	}
	if err := WriteFile(folder, f.Figure+".csv", values); err != nil {
		return err
	}
	return WriteFile(folder, f.Figure+".npz", arrays)
}

// UpdateData writes those of folder/<figure>.csv and .npz anew that are missing or don't hold the figure's
// numbers. A npz file that does is left alone: it may hold Arrays, which a figure that was loaded has no
// more.
func (f *Figure) UpdateData(folder string) error {
	values, arrays, err := f.data()
	if err != nil {
		return err
	}
	if there, err := regular.ReadFile(filepath.Join(folder, f.Figure+".csv")); err != nil ||
		!bytes.Equal(there, values) {
		if err := WriteFile(folder, f.Figure+".csv", values); err != nil {
			return err
		}
	}
	if there, err := regular.ReadFile(filepath.Join(folder, f.Figure+".npz")); err != nil ||
		!holds(there, arrays) {
		return WriteFile(folder, f.Figure+".npz", arrays)
	}
	return nil
}

// data returns the contents of the csv and the npz file.
func (f *Figure) data() (values, arrays []byte, err error) {
	if values, err = f.CSV(); err != nil {
		return nil, nil, err
	}
	arrays, err = f.NPZ()
	return values, arrays, err
}

// holds says whether an archive has all files of another, with the same contents.
func holds(archive, other []byte) bool {
	there, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return false
	}
	wanted, err := zip.NewReader(bytes.NewReader(other), int64(len(other)))
	if err != nil {
		return false
	}
	for _, file := range wanted.File {
		want, err := unzip(wanted, file.Name)
		if err != nil {
			return false
		}
		if got, err := unzip(there, file.Name); err != nil || !bytes.Equal(got, want) {
			return false
		}
	}
	return true
}

// unzip returns the content of a file in an archive.
func unzip(archive *zip.Reader, name string) ([]byte, error) {
	file, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
