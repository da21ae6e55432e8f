package faulttest

import (
	"fmt"
	"os"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
)

// CountsVariable names the file that the tests' counts are added to, by all processes of a run: scripts/test
// --all sets it, and sums up at its end.
const CountsVariable = "SHATTERED_TEST_COUNTS"

// allVariable is set in runs that have time: scripts/test --all.
const allVariable = "SHATTERED_TEST_ALL"

// All says whether tests should try everything, and not a sample.
func All() bool { return os.Getenv(allVariable) != "" }

// Everything skips a test that takes longer than the others unless everything is asked for.
func Everything(t testing.TB) {
	t.Helper()
	if !All() {
		t.Skip("takes long: scripts/test --all")
	}
}

// number numbers the counts of this process.
var number atomic.Int64

// Faults counts faults that the test is about to make happen. They are survived unless the test fails.
func Faults(t testing.TB, n int) { tried(t, "faults", n) }

// Inputs counts bad inputs that the test is about to give. They are survived unless the test fails.
func Inputs(t testing.TB, n int) { tried(t, "inputs", n) }

// tried notes what is tried now, and at the end of the test whether it was survived: a test that never ends,
// because its process did, is one that crashed.
func tried(t testing.TB, what string, n int) {
	t.Helper()
	id := fmt.Sprintf("%d-%d", os.Getpid(), number.Add(1))
	note("tried %s %s %d %s", id, what, n, t.Name())
	t.Cleanup(func() {
		if t.Failed() {
			note("failed %s", id)
		} else {
			note("survived %s", id)
		}
	})
}

// noting is held while a count is written.
var noting sync.Mutex

// note adds a line to the file of counts, if there is one. Lines of several processes don't mix: each is one
// write at the file's end.
func note(format string, arguments ...any) {
	path := os.Getenv(CountsVariable)
	if path == "" {
		return
	}
	noting.Lock()
	defer noting.Unlock()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = fmt.Fprintf(file, format+"\n", arguments...)
		_ = file.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "a count is lost:", err)
	}
}

// crash matches what the Go runtime and the system say of a program that did not end by its own decision.
var crash = regexp.MustCompile(`(?m)^(panic: |fatal error: |unexpected fault address|SIG[A-Z]+: |` +
	`.*signal: (segmentation fault|aborted|bus error|illegal instruction))`)

// NoCrash fails the test when the output is that of a program that crashed, and counts the crash.
func NoCrash(t testing.TB, output string) {
	t.Helper()
	if found := crash.FindString(output); found != "" {
		note("crash %d-%d %s", os.Getpid(), number.Add(1), t.Name())
		t.Errorf("a program crashed (%s):\n%s", found, output)
	}
}
