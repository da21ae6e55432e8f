package export

import (
	"fmt"
	"io"

	"github.com/sbinet/npyio/npz"
	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/npyarray"
)

// array is a named array, its values in row-major order.
type array struct {
	name   string
	values []float64
	dims   []int
}

// writeNPZ writes arrays to a file that is complete or not there.
func writeNPZ(path string, arrays []array) error {
	err := atomicfile.Write(path, func(w io.Writer) error {
		archive := npz.NewWriter(w)
		for _, a := range arrays {
			if err := archive.Write(a.name+".npy", npyarray.Shaped(a.values, a.dims)); err != nil {
				return err
			}
		}
		return archive.Close()
	})
	if err != nil {
		return fmt.Errorf("can't write %s: %w; choose a file in a folder you can write to", path, err)
	}
	return nil
}
