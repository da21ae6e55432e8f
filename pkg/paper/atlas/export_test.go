package atlas

import "slices"

// Unregister takes a row from those that are registered.
func Unregister(name string) {
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Name == name })
}
