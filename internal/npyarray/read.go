package npyarray

import (
	"errors"
	"fmt"
	"math"

	"github.com/sbinet/npyio/npy"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/internal/regular"
)

// Read reads a .npy file of numbers, in row-major order, with its dimensions. Its type is one of float32,
// float64, int32, int64 and uint8. Every error is a sentence that names the file.
func Read(path string) (values []float64, dims []int, err error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("can't read the array %s: %w", path, regular.Cause(err))
	}
	defer file.Close()
	values, dims, err = read(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, dims, nil
}

// errNotAnArray is the error of a file that isn't what numpy.save writes.
var errNotAnArray = errors.New("it is not a whole array of NumPy: write it with numpy.save, whose files " +
	"end " +
	"with .npy")

// read reads an array. NumPy's reader panics on some headers that it did not write.
func read(file interface {
	Read([]byte) (int, error)
}) (values []float64, dims []int, err error) {
	defer func() {
		if recover() != nil {
			values, dims, err = nil, nil, errNotAnArray
		}
	}()
	reader, err := npy.NewReader(file)
	if err != nil {
		return nil, nil, errNotAnArray
	}
	header := reader.Header.Descr
	size := 1.0
	for _, dim := range header.Shape {
		if dim < 0 {
			return nil, nil, errNotAnArray
		}
		size *= float64(dim)
	}
	if err := (cost.Bytes(size) * 8).Check(fmt.Sprintf("an array of shape %v", header.Shape),
		"numbers"); err != nil {
		return nil, nil, fmt.Errorf("%w; give fewer inputs", err)
	}
	if header.Fortran && len(header.Shape) > 1 {
		return nil, nil, errors.New("its values stand column by column: save it row by row, with " +
			"numpy.ascontiguousarray")
	}
	switch header.Type {
	case "<f4":
		values, err = widened[float32](reader)
	case "<f8":
		values, err = widened[float64](reader)
	case "<i4":
		values, err = widened[int32](reader)
	case "<i8":
		values, err = widened[int64](reader)
	case "|u1":
		values, err = widened[uint8](reader)
	default:
		return nil, nil, fmt.Errorf("its numbers are of NumPy's type %q: save it as float32, with "+
			"array.astype(\"float32\")", header.Type)
	}
	if err != nil || float64(len(values)) != math.Round(size) {
		return nil, nil, errNotAnArray
	}
	return values, header.Shape, nil
}

// widened reads the values as float64.
func widened[T float32 | float64 | int32 | int64 | uint8](reader *npy.Reader) ([]float64, error) {
	var values []T
	if err := reader.Read(&values); err != nil {
		return nil, err
	}
	return numbers.Widen(values), nil
}
