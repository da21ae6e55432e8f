package cost

import (
	"math"
	"strings"
	"testing"
)

func TestBytes(t *testing.T) {
	for want, bytes := range map[string]Bytes{
		"0 bytes": 0, "1023 bytes": 1023, "1.0 KiB": 1024, "3.6 TiB": Of(4, 1e6, 1e6),
		"32.0 EiB":     Of(8, 1<<62),
		"5.44e+39 EiB": Of(8, math.MaxInt, math.MaxInt, math.MaxInt), "15.6 GiB": 16750372454,
	} {
		if got := bytes.String(); got != want {
			t.Errorf("%g bytes are written %s, want %s", float64(bytes), got, want)
		}
	}
}

func TestWhatCantBePaidIsASentence(t *testing.T) {
	if err := Memory().Check("all of it", "numbers"); err != nil {
		t.Errorf("the whole memory does not fit: %v", err)
	}
	err := Of(4, 1e9, 1e9).Check("a matrix of width 1000000000", "weights")
	if err == nil || !strings.HasPrefix(err.Error(),
		"a matrix of width 1000000000 would need 3.5 EiB of weights, and this machine has ") {
		t.Errorf("a matrix of 10^18 weights: %v", err)
	}
	if err := Steps("a run", MostSteps, "steps"); err != nil {
		t.Errorf("%d steps: %v", MostSteps, err)
	}
	if err := Operations("gates", 1e13, "draws"); err != nil {
		t.Errorf("10^13 operations: %v", err)
	}
	err = Steps("9223372036854775807 epochs", math.MaxInt*500.0, "steps")
	if err == nil || !strings.Contains(err.Error(), "would take 4.6e+21 steps") {
		t.Errorf("2^63 epochs of 500 steps: %v", err)
	}
}
