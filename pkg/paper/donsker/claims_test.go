package donsker

import (
	"testing"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestNoWalksAreFarFromBrownian: without anything to compare no distance is finite, and no claim holds.
func TestNoWalksAreFarFromBrownian(t *testing.T) {
	outside, deviation, apart := (&Result{}).distances()
	if deviation.Made() || stats.Exact(outside).Made() || stats.Exact(apart).Made() {
		t.Errorf("no walks are %g, %v and %g off", outside, deviation, apart)
	}
}
