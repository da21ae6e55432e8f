package paper

import (
	"cmp"
	"fmt"
)

// Ascending returns an error unless the values ascend, each there once; what says what they are, such as
// depths. Claims compare the first of them with the last.
func Ascending[T cmp.Ordered](what string, values []T) error {
	return ordered(what, "ascending", values, func(before, after T) bool { return before < after })
}

// Descending is [Ascending] the other way round.
func Descending[T cmp.Ordered](what string, values []T) error {
	return ordered(what, "descending", values, func(before, after T) bool { return before > after })
}

func ordered[T any](what, order string, values []T, follows func(before, after T) bool) error {
	for i := 1; i < len(values); i++ {
		if !follows(values[i-1], values[i]) {
			return fmt.Errorf("the %s are %v: give them in %s order, each once", what, values, order)
		}
	}
	return nil
}
