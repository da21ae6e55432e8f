package results_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestRaggedListsAreBounded writes results whose table would be far larger than they are: one long list among
// many short ones, at two depths, and entries that have no field in common.
func TestRaggedListsAreBounded(t *testing.T) {
	const n = 20000
	long, short := "["+strings.Repeat("1,", n)+"1]", strings.Repeat("[1],", n)
	var odd []string
	for i := range n / 4 {
		odd = append(odd, fmt.Sprintf(`{"f%d":[1]}`, i))
	}
	for name, series := range map[string]string{
		"lists in an entry": `[{"a":[` + short + long + `]}]`,
		"deeper lists":      `[{"a":[[` + short + long + `],[[1]]]}]`,
		"fields":            "[" + strings.Join(odd, ",") + "]",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f := figureOf(t, series, "")
		_, npzErr := f.NPZ()
		_, csvErr := f.CSV()
		runtime.ReadMemStats(&after)
		for format, err := range map[string]error{"npz": npzErr, "csv": csvErr} {
			if err == nil || !strings.Contains(err.Error(), "figure-0") ||
				!strings.Contains(err.Error(), ": give ") {
				t.Errorf("%s of %d bytes as %s: %v", name, len(series), format, err)
			}
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<30 { // the tables would take 6 GB
			t.Errorf("%s of %d bytes took %d bytes", name, len(series), used)
		}
	}
}
