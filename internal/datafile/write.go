package datafile

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/sbinet/npyio/npz"
	"github.com/shattered-gradients/shattered/internal/npyarray"
)

// JSON returns the value as JSON, with null for numbers that are not finite.
func JSON(value any) ([]byte, error) {
	p, err := plain(reflect.ValueOf(value), "")
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(finite(p), "", " ")
	return append(text, '\n'), err
}

// MarshalJSON writes the object's values in their order.
func (o object) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, name := range o.names {
		if i > 0 {
			text = append(text, ',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		text = append(append(append(text, key...), ':'), value...)
	}
	return append(text, '}'), nil
}

// column is a value with a name.
type column struct {
	name  string
	value any
}

// columns returns the value as columns: the fields of a struct or map, those within fields named by both; of
// a list of structs or maps a list of each field; of anything else the one column "value".
func columns(value any) ([]column, error) {
	p, err := plain(reflect.ValueOf(value), "")
	if err != nil {
		return nil, err
	}
	list, isList := p.([]any)
	if !isList || len(list) == 0 ||
		slices.ContainsFunc(list, func(entry any) bool { _, is := entry.(object); return !is }) {
		return flattened("", p), nil
	}
	var all []column
	at := make(map[string]int)
	for i, entry := range list {
		for _, c := range flattened("", entry) {
			if _, known := at[c.name]; !known {
				at[c.name] = len(all)
				all = append(all, column{c.name, make([]any, len(list))})
			}
			all[at[c.name]].value.([]any)[i] = c.value
		}
	}
	return all, nil
}

// flattened returns the columns of one value.
func flattened(name string, value any) []column {
	o, isObject := value.(object)
	if !isObject {
		if name == "" {
			name = "value"
		}
		return []column{{name, value}}
	}
	var all []column
	for i := range o.names {
		all = append(all, flattened(joined(name, o.names[i]), o.values[i])...)
	}
	return all
}

// CSV returns the value as comma-separated values with a header. Columns are as long as each other; what
// stands once is repeated in every row, and a list of lists has a column for each place in them, named with
// its number from 0 on.
func CSV(value any) ([]byte, error) {
	all, err := columns(value)
	if err != nil {
		return nil, err
	}
	length, longest := -1, ""
	var header []string
	var cells [][]any // a slice a column; of one element where it stands once
	for _, c := range all {
		list, isList := c.value.([]any)
		if !isList {
			header, cells = append(header, c.name), append(cells, []any{c.value})
			continue
		}
		if length >= 0 && len(list) != length {
			return nil, fmt.Errorf("%s has %d rows and %s %d, which is no table: save it as .npz or .json, "+
				"or columns of one length", longest, length, c.name, len(list))
		}
		length, longest = len(list), c.name
		split, err := c.split(list)
		if err != nil {
			return nil, err
		}
		for _, s := range split {
			header, cells = append(header, s.name), append(cells, s.value.([]any))
		}
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write(header) // into memory
	for row := range max(length, 1) {
		if length == 0 {
			break
		}
		record := make([]string, len(cells))
		for i, values := range cells {
			record[i] = cell(values[min(row, len(values)-1)])
		}
		_ = w.Write(record)
	}
	w.Flush()
	return text.Bytes(), w.Error()
}

// split returns a column of lists as a column for each place in them, and others as they are.
func (c column) split(list []any) ([]column, error) {
	var split []column
	for row, entry := range list {
		inner, isList := entry.([]any)
		if !isList && len(split) == 0 {
			continue
		}
		if row == 0 {
			for i := range inner {
				split = append(split, column{c.name + "_" + strconv.Itoa(i), make([]any, len(list))})
			}
		}
		if !isList || len(inner) != len(split) {
			return nil, fmt.Errorf("the rows of %s are not equally long, so they are no table: save it as "+
				".json", c.name)
		}
		for i, value := range inner {
			switch value.(type) {
			case []any, object:
				return nil, fmt.Errorf("%s has lists in its lists, which is no table: save it as .npz or "+
					".json", c.name)
			}
			split[i].value.([]any)[row] = value
		}
	}
	if len(split) == 0 {
		return []column{{c.name, list}}, nil
	}
	return split, nil
}

// cell returns a value as it stands in a table; what is not finite stands as Python and R read it, and
// nothing as nothing.
func cell(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case float64:
		switch {
		case math.IsNaN(value):
			return "nan"
		case math.IsInf(value, 0):
			return map[bool]string{true: "inf", false: "-inf"}[value > 0]
		}
		return strconv.FormatFloat(value, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}

// NPZ returns the value as an archive of NumPy arrays, for numpy.load: one for each column, of numbers as
// float64 (NaN where there is none; true and false are 1 and 0) in as many dimensions as there are lists in
// lists, or of texts in one.
func NPZ(value any) ([]byte, error) {
	all, err := columns(value)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	archive := npz.NewWriter(&file)
	for _, c := range all {
		array, err := c.array()
		if err != nil {
			return nil, err
		}
		if err := archive.Write(c.name+".npy", array); err != nil {
			return nil, err
		}
	}
	err = archive.Close()
	return file.Bytes(), err
}

// array returns the column in the form that npyio writes.
func (c column) array() (any, error) {
	var numbers []float64
	var texts []string
	var shape []int
	var walk func(value any, depth int) bool
	walk = func(value any, depth int) bool {
		list, isList := value.([]any)
		if !isList {
			switch value := value.(type) {
			case nil:
				numbers = append(numbers, math.NaN())
			case bool:
				numbers = append(numbers, map[bool]float64{true: 1}[value])
			case int64:
				numbers = append(numbers, float64(value))
			case uint64:
				numbers = append(numbers, float64(value))
			case float64:
				numbers = append(numbers, value)
			case string:
				texts = append(texts, value)
			default:
				return false
			}
			return depth == len(shape)
		}
		if depth == len(shape) {
			if len(numbers)+len(texts) > 0 {
				return false // a list where others have a value
			}
			shape = append(shape, len(list))
		}
		if shape[depth] != len(list) {
			return false
		}
		for _, entry := range list {
			if !walk(entry, depth+1) {
				return false
			}
		}
		return true
	}
	switch fits := walk(c.value, 0); {
	case !fits:
		return nil, fmt.Errorf("the lists in %s are not equally long, or hold different things, so they "+
			"are no array: save it as .json", c.name)
	case len(texts) == 0:
		return npyarray.Shaped(numbers, shape), nil
	case len(numbers) > 0 || len(shape) > 1:
		return nil, fmt.Errorf("%s has texts among numbers or in lists of lists, which is no array: save "+
			"it as .json or .csv", c.name)
	}
	return texts, nil
}
