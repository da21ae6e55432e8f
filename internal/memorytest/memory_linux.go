// Package memorytest measures how much memory a process holds, for tests of what the documentation says of
// it.
package memorytest

import (
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"strconv"
	"testing"
)

// alone is set in the environment of a process of Alone's.
const alone = "SHATTERED_TEST_ALONE"

// Alone runs the test that calls it in a process of its own, which holds no memory of other tests, and says
// whether this is that process. Go collects its garbage early there, so that what the process holds is what
// it needs, on busy machines also. It skips the test where tests are to be short.
func Alone(t *testing.T) bool {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a process and hundreds of MiB")
	}
	if os.Getenv(alone) != "" {
		return true
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), alone+"=1", "GOGC=20")
	output, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, output)
	}
	t.Logf("%s", output)
	return false
}

// Resident returns how many bytes of memory the process holds.
func Resident(t *testing.T) float64 { return field(t, "VmRSS") }

// Peak returns the most that the process has held while do ran. It skips the test where the system does not
// tell.
func Peak(t *testing.T, do func()) float64 {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skipf("the system does not let a process reset its peak of memory: %v", err)
	}
	do()
	return field(t, "VmHWM")
}

// Bounded runs do, which returns how many bytes a formula says that it takes, and holds what the process
// takes for it to between 0.6 times that, which shows that the measure measures, and four times, as Go's
// collector of garbage falls behind on a machine that others keep busy, and 64 MiB for what does not grow.
func Bounded(t *testing.T, what any, do func() (formula float64)) {
	t.Helper()
	const fixed = 64 << 20
	debug.FreeOSMemory()
	before := Resident(t)
	var formula float64
	got := Peak(t, func() { formula = do() }) - before
	t.Logf("%+v: %.0f MiB, the formula says %.0f", what, got/(1<<20), formula/(1<<20))
	if got < 0.6*formula || got > 4*formula+fixed {
		t.Errorf("want between 0.6 times the formula, and 4 times and %d MiB", fixed>>20)
	}
}

// field returns a number of bytes that the system says of the process.
func field(t *testing.T, name string) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("the system does not say %s", name)
	}
	kilobytes, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes * 1024
}
