package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// column is a number or text of the results, or an array of them, under its path in the JSON file: the names
// of the fields on the way to it, joined by dots.
type column struct {
	path string

	// shape has a length for each list on the way: none for a single value.
	shape []int

	// values are json.Number, string, bool, or nil for a missing value, in row-major order.
	values []any
}

// entriesOf returns the columns of each entry of a list in the results; what is not a list is its only entry.
func entriesOf(list any) ([][]column, error) {
	content, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	if content[0] != '[' {
		content = slices.Concat([]byte("["), content, []byte("]"))
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(content, &raw); err != nil {
		return nil, err
	}
	entries := make([][]column, len(raw))
	for i, entry := range raw {
		decoder := json.NewDecoder(bytes.NewReader(entry))
		decoder.UseNumber()
		if entries[i], err = columnsOf(decoder); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// columnsOf reads the next JSON value as columns, in the order of its fields.
func columnsOf(decoder *json.Decoder) ([]column, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return objectColumns(decoder)
	case json.Delim('['):
		return listColumns(decoder)
	}
	return []column{{values: []any{token}}}, nil
}

// objectColumns reads the fields of an object up to its end.
func objectColumns(decoder *json.Decoder) ([]column, error) {
	var all []column
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		field, err := columnsOf(decoder)
		if err != nil {
			return nil, err
		}
		for _, c := range field {
			c.path = joined(fmt.Sprint(name), c.path)
			all = append(all, c)
		}
	}
	_, err := decoder.Token()
	return all, err
}

// listColumns reads the elements of a list up to its end, and stacks them.
func listColumns(decoder *json.Decoder) ([]column, error) {
	var elements [][]column
	for decoder.More() {
		element, err := columnsOf(decoder)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	return stack(elements)
}

// joined joins two parts of a path.
func joined(path, rest string) string {
	if path == "" || rest == "" {
		return path + rest
	}
	return path + "." + rest
}

// stack joins the columns of the elements of a list: those of one path become one column with a dimension
// more, padded with missing values to the longest. What an element lacks, or has as null, is missing too.
// Where elements differ in the number of dimensions, their columns stay apart, each with the number of its
// element after the path. It returns an error where the padding would be far more than the values.
func stack(elements [][]column) ([]column, error) {
	if len(elements) == 0 {
		return []column{{shape: []int{0}}}, nil
	}
	found := paths(elements)
	left := roomFor(elements)
	if left -= float64(len(found)) * float64(len(elements)); left < 0 { // a value an element, of each path
		return nil, fmt.Errorf("%d entries with %d different fields can't be made columns: give the "+
			"entries of a list the same fields", len(elements), len(found))
	}
	var all []column
	for _, path := range found {
		found := make([]column, len(elements))
		for i, element := range elements {
			found[i] = column{path: path, values: []any{nil}}
			if k := slices.IndexFunc(element, func(c column) bool { return c.path == path }); k >= 0 {
				found[i] = element[k]
			}
		}
		stacked, err := stackPath(found, &left)
		if err != nil {
			return nil, err
		}
		all = append(all, stacked...)
	}
	return all, nil
}

// roomFor returns how many values the columns of elements may have once they are padded: many times those
// that there are. Curves of different depths need a few times as many; lists of which one is long and the
// others short as many as the square.
func roomFor(elements [][]column) float64 {
	values := 0.0
	for _, element := range elements {
		for _, c := range element {
			values += float64(len(c.values))
		}
	}
	const least, times = 1 << 20, 64
	return least + times*values
}

// stackPath stacks the columns of one path, one an element, and takes what they come to from what is left of
// the room.
func stackPath(found []column, left *float64) ([]column, error) {
	var shape []int // the smallest that all fit into
	started := false
	for _, c := range found {
		if c.isNull() {
			continue
		}
		if !started {
			shape, started = slices.Clone(c.shape), true
		}
		if len(c.shape) != len(shape) {
			return apart(found), nil
		}
		for axis, length := range c.shape {
			shape[axis] = max(shape[axis], length)
		}
	}
	size := float64(len(found))
	for _, length := range shape {
		size *= float64(length)
	}
	if *left -= size; *left < 0 {
		return nil, fmt.Errorf("the lists of %q are of such different lengths that they would make a table "+
			"of %.0f values: give lists of similar lengths", found[0].path, size)
	}
	stacked := column{path: found[0].path, shape: append([]int{len(found)}, shape...)}
	for _, c := range found {
		stacked.values = append(stacked.values, c.padded(shape)...)
	}
	return []column{stacked}, nil
}

// apart gives each column the number of its element.
func apart(found []column) []column {
	for i := range found {
		found[i].path = joined(found[i].path, strconv.Itoa(i))
	}
	return slices.DeleteFunc(found, func(c column) bool { return c.isNull() })
}

// padded returns the column's values in a shape of as many dimensions that is at least as large.
func (c *column) padded(shape []int) []any {
	size := 1
	for _, length := range shape {
		size *= length
	}
	padded := make([]any, size)
	if c.isNull() {
		return padded
	}
	for i, value := range c.values {
		to, step, rest := 0, 1, i
		for axis := len(shape) - 1; axis >= 0; axis-- {
			to += rest % c.shape[axis] * step
			rest /= c.shape[axis]
			step *= shape[axis]
		}
		padded[to] = value
	}
	return padded
}

// isNull tells whether the column is a single null, which can stand for a value of any shape.
func (c *column) isNull() bool { return len(c.shape) == 0 && c.values[0] == nil }

// paths returns the paths of all columns in the order in which they come first, less those that are null
// wherever they are and have fields elsewhere.
func paths(elements [][]column) []string {
	var all []string
	filled := make(map[string]bool)
	for _, element := range elements {
		for _, c := range element {
			if !slices.Contains(all, c.path) {
				all = append(all, c.path)
			}
			if !c.isNull() {
				filled[c.path] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(path string) bool {
		below := func(other string) bool {
			return other != path &&
				(path == "" || strings.HasPrefix(other, path+"."))
		}
		return !filled[path] && slices.ContainsFunc(all, below)
	})
}
