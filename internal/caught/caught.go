// Package caught turns panics of graph functions into errors.
package caught

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Panic runs fn and returns as an error what it panics with: GoMLX's errors, and whatever goes wrong in a
// graph function of the reader's own, whose stack follows on further lines.
func Panic(fn func()) (err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("a function that builds the graph failed: %w\n%s", cause, debug.Stack())
		case error:
			err = cause
		default:
			err = fmt.Errorf("%v", cause)
		}
	}()
	fn()
	return nil
}
