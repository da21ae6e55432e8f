package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/sbinet/npyio/npz"
	"github.com/shattered-gradients/shattered/internal/npyarray"
)

// Array is what a figure draws of numbers that are too many for its JSON file, such as a matrix: it goes into
// its npz file only.
type Array struct {
	name  string
	value any // as npyio writes it
}

// NewArray returns an array of that name with its values in row-major order and its dimensions.
func NewArray[T float64 | float32 | uint8 | bool](name string, values []T, dims ...int) (Array, error) {
	size := min(1, len(dims))
	for _, dim := range dims {
		size *= max(dim, 0)
	}
	if name == "" || size != len(values) {
		return Array{}, fmt.Errorf("array %q has %d values and dimensions %v: give it a name, and "+
			"dimensions whose product is the number of values", name, len(values), dims)
	}
	return Array{name, npyarray.Shaped(values, dims)}, nil
}

// NPZ returns the numbers of the figure as an archive of NumPy arrays, for numpy.load.
//
// The first dimension of an array is the entry of the series, in the order of the JSON file: depth has a
// value an entry, mean a row, which is padded with NaN where another entry's is longer. A field within a
// field is named by both, as in fit.slope.low, and those of tests begin with "tests.". Numbers are float64,
// NaN where there is none; true and false are 1 and 0. Texts are there where an entry has one. Then come the
// figure's Arrays.
func (f *Figure) NPZ() ([]byte, error) {
	var file bytes.Buffer
	archive := npz.NewWriter(&file)
	for _, part := range f.parts() {
		entries, err := entriesOf(part.list)
		if err != nil {
			return nil, fmt.Errorf("the %s of %s can't be written as NumPy arrays: %w", part.name, f.Figure,
				err)
		}
		columns, err := stack(entries)
		if err != nil {
			return nil, fmt.Errorf("the %s of %s can't be written as NumPy arrays: %w", part.name, f.Figure,
				err)
		}
		for _, c := range columns {
			value := c.array()
			if value == nil {
				continue
			}
			name := c.path
			if name == "" {
				name = valueColumn
			}
			if part.name != "series" {
				name = joined(part.name, name)
			}
			if err := archive.Write(name+".npy", value); err != nil {
				return nil, err
			}
		}
	}
	for _, array := range f.Arrays {
		if err := archive.Write(array.name+".npy", array.value); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// array returns the column in the form that npyio writes, or nil for texts in more than one dimension.
func (c *column) array() any {
	numbers := make([]float64, len(c.values))
	texts := make([]string, len(c.values))
	isText := false
	for i, value := range c.values {
		texts[i] = text(value)
		switch value := value.(type) {
		case nil:
			numbers[i] = math.NaN()
		case json.Number:
			numbers[i], _ = value.Float64() // infinite when it is out of range
		case bool:
			if value {
				numbers[i] = 1
			}
		case string:
			isText = true
		}
	}
	switch {
	case !isText:
		return npyarray.Shaped(numbers, c.shape)
	case len(c.shape) > 1:
		return nil
	}
	return texts
}
