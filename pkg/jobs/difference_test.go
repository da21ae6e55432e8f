package jobs

import (
	"math"
	"testing"
)

// TestDifference: numbers differ by a share, or below 1 by themselves; anything else that differs does so
// beyond every tolerance.
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{`{"x": [1, 2.5], "y": null}`, `{"y": null, "x": [1, 2.5]}`, 0},
		{`[100, 3]`, `[101, 3]`, 1.0 / 101},
		{`1e-9`, `3e-9`, 2e-9},
		{`[0.25, 10]`, `[0.75, 11]`, 0.5},
		{`[1, 2]`, `[1, 2, 3]`, math.Inf(1)},
		{`{"x": 1}`, `{"x": 1, "y": 2}`, math.Inf(1)},
		{`{"x": 1}`, `{"y": 1}`, math.Inf(1)},
		{`"he"`, `"he"`, 0},
		{`"he"`, `"lecun"`, math.Inf(1)},
		{`true`, `false`, math.Inf(1)},
		{`null`, `{"x": 1}`, math.Inf(1)},
		{`1`, `"1"`, math.Inf(1)},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			got, _, err := difference([]byte(pair[0]), []byte(pair[1]))
			if err != nil || got != c.want && !(math.Abs(got-c.want) < 1e-15) {
				t.Errorf("%s and %s differ by %g, want %g, %v", pair[0], pair[1], got, c.want, err)
			}
		}
	}
}
