// Package npyarray gives flat values a shape that npyio writes.
package npyarray

import "reflect"

// Shaped copies flat values in row-major order into a Go array of arrays with the given dimensions, the form
// in which npyio knows a shape. There must be as many values as the dimensions ask for; without dimensions it
// returns the only value.
func Shaped[T any](values []T, dims []int) any {
	shape := reflect.TypeFor[T]()
	for i := len(dims) - 1; i >= 0; i-- {
		shape = reflect.ArrayOf(dims[i], shape)
	}
	array := reflect.New(shape)
	if len(values) > 0 {
		flat := reflect.NewAt(reflect.ArrayOf(len(values), reflect.TypeFor[T]()),
			array.UnsafePointer()).Elem()
		reflect.Copy(flat, reflect.ValueOf(values))
	}
	return array.Elem().Interface()
}
