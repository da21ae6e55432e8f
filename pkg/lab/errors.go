package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/janpfeifer/must"
)

// StackVariable asks for the stack behind an error's sentence.
const StackVariable = "SHATTERED_STACK"

// The reader of a notebook is told what was wrong, what was expected and what to do; where it happened in our code is of no
// use to them unless they ask.
func init() {
	must.M = func(err error) {
		if err == nil {
			return
		}
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted: run the cell again, it goes on after the parts that were finished")
		}
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		if os.Getenv(StackVariable) != "" {
			fmt.Fprintf(os.Stderr, "%+v\n%s", err, debug.Stack())
		}
		os.Exit(1)
	}
}
