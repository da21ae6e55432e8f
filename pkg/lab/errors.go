package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/janpfeifer/must"
)

// StackVariable asks for the stack behind an error's sentence.
const StackVariable = "SHATTERED_STACK"

// current is the session that the cell works with; nil before it has one and after it was closed.
var current atomic.Pointer[Session]

// The reader of a notebook is told what was wrong, what was expected and what to do; where it happened in our
// code is of no use to them unless they ask.
func init() {
	must.M = func(err error) {
		if err != nil {
			end(err)
		}
	}
}

// end ends the cell with a sentence, and with the stack where that is asked for.
func end(err error) {
	s := current.Load()
	if s != nil {
		s.display.stop()
	}
	if errors.Is(err, context.Canceled) {
		err = interrupted(s)
	}
	fmt.Fprintf(os.Stderr, "error: %s\n", firstLine.FindString(strings.TrimSpace(err.Error())))
	if os.Getenv(StackVariable) != "" {
		fmt.Fprintf(os.Stderr, "%+v\n%s", err, debug.Stack())
	}
	os.Exit(1)
}

// firstLine matches the sentence at the beginning of an error. Errors of libraries may go on with a stack, or
// with lines of source.
var firstLine = regexp.MustCompile(`^[^\n]*`)

// interrupted says what an interrupted cell leaves behind.
func interrupted(s *Session) error {
	if s == nil {
		return errors.New("interrupted: nothing was saved")
	}
	switch saved := s.newParts(); {
	case saved > 1:
		return fmt.Errorf("interrupted: %d finished parts are saved, run the cell again and it goes on "+
			"after them", saved)
	case saved == 1:
		return errors.New("interrupted: one finished part is saved, run the cell again and it goes on " +
			"after it")
	}
	return errors.New("interrupted: nothing was finished that could be saved, run the cell again and it " +
		"starts where it did this time")
}

// codePlace matches the place in the cell's code in a stack: GoNB puts the code of all cells into one file.
var codePlace = regexp.MustCompile(`(\S+/main\.go):(\d+)`)

// panicked turns a panic of the cell's code into an error that quotes the line it happened in. (GoNB would
// say which line of which cell that is; but it does so in whole stacks only.)
func panicked(cause any) error {
	err, isError := cause.(error)
	if !isError {
		err = fmt.Errorf("%v", cause)
	}
	at := codePlace.FindSubmatch(debug.Stack())
	if at == nil {
		return fmt.Errorf("the cell panicked: %w", err)
	}
	code, _ := os.ReadFile(string(at[1])) // without it, no line is quoted
	lines := strings.Split(string(code), "\n")
	if number, _ := strconv.Atoi(string(at[2])); number > 0 && number <= len(lines) && len(code) > 0 {
		return fmt.Errorf("the cell panicked: %w (in the line: %s)", err, strings.TrimSpace(lines[number-1]))
	}
	return fmt.Errorf("the cell panicked: %w", err)
}
