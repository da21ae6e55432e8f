// Package datafile writes any value of Go as JSON, CSV or an archive of NumPy arrays: numbers, lists, maps,
// structs and matrices, as they come in a notebook's cell.
//
// Fields of structs have the names that their JSON has, and what is not exported, or has the name "-", is
// left out. Values that write themselves as text, as a norm does, are that text.
package datafile

import (
	"cmp"
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// object is a list of named values in their order.
type object struct {
	names  []string
	values []any
}

// matrix is what gonum's matrices have in common.
type matrix interface {
	Dims() (rows, columns int)
	At(row, column int) float64
}

// plain returns the value as nil, bool, int64, uint64, float64, string, []any or object, or an error that
// says where in it something else is.
func plain(v reflect.Value, place string) (any, error) {
	if !v.IsValid() || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface ||
		v.Kind() == reflect.Map || v.Kind() == reflect.Slice) && v.IsNil() {
		return nil, nil
	}
	if v.CanInterface() {
		switch value := v.Interface().(type) {
		case encoding.TextMarshaler:
			text, err := value.MarshalText()
			return string(text), err
		case matrix:
			return rows(value), nil
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return plain(v.Elem(), place)
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil // and no float64, which holds whole numbers up to 2^53 alone
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.String:
		return v.String(), nil
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			var err error
			if list[i], err = plain(v.Index(i), fmt.Sprintf("%s[%d]", place, i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	case reflect.Map:
		return plainMap(v, place)
	case reflect.Struct:
		var o object
		err := o.addFields(v, place)
		return o, err
	}
	return nil, fmt.Errorf("%s is a %s, which no file can hold: save numbers, texts, and lists, maps or "+
		"structs of them", cmp.Or(place, "the value"), v.Kind())
}

// rows returns the rows of a matrix.
func rows(m matrix) any {
	r, c := m.Dims()
	list := make([]any, r)
	for i := range list {
		row := make([]any, c)
		for j := range row {
			row[j] = m.At(i, j)
		}
		list[i] = row
	}
	return list
}

// plainMap returns a map as an object, in the order of its keys.
func plainMap(v reflect.Value, place string) (any, error) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.CanInt() {
			return cmp.Compare(a.Int(), b.Int())
		}
		if a.CanFloat() {
			return cmp.Compare(a.Float(), b.Float())
		}
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	var o object
	for _, key := range keys {
		name := fmt.Sprint(key)
		value, err := plain(v.MapIndex(key), joined(place, name))
		if err != nil {
			return nil, err
		}
		o.names, o.values = append(o.names, name), append(o.values, value)
	}
	return o, nil
}

// addFields adds the fields of a struct. Those of an embedded one stand in its place.
func (o *object) addFields(v reflect.Value, place string) error {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == "-" || !field.IsExported() {
			continue
		}
		if field.Anonymous && tag == "" && field.Type.Kind() == reflect.Struct {
			if err := o.addFields(v.Field(i), place); err != nil {
				return err
			}
			continue
		}
		name := cmp.Or(tag, field.Name)
		value, err := plain(v.Field(i), joined(place, name))
		if err != nil {
			return err
		}
		o.names, o.values = append(o.names, name), append(o.values, value)
	}
	return nil
}

// joined returns the name of a field within a field.
func joined(place, name string) string {
	if place == "" {
		return name
	}
	return place + "." + name
}

// finite returns the value with nil for every number that is none, which JSON has no word for.
func finite(value any) any {
	switch value := value.(type) {
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil
		}
	case []any:
		list := make([]any, len(value))
		for i := range list {
			list[i] = finite(value[i])
		}
		return list
	case object:
		o := object{names: value.names}
		for _, v := range value.values {
			o.values = append(o.values, finite(v))
		}
		return o
	}
	return value
}
