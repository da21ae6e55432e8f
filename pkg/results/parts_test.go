package results_test

import (
	"testing"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestPartsInWords: what a page says of where a figure's parts come from.
func TestPartsInWords(t *testing.T) {
	kept := results.Parts{
		Total: 960, Kept: 960, Recomputed: make([]string, 8), Sample: 7, Largest: 2e-6, Tolerance: 0.05,
		Origins: []results.Origin{{Commit: "abc"}, {Commit: "def"}},
	}
	for want, got := range map[string]string{
		"8 of 960 parts recomputed: largest relative difference 2e-06": kept.String(),
		"8 of 960 parts recomputed: largest relative difference 2e-06, where rounding explains up to 0.05 " +
			"(random sample 7). " +
			"The others are kept with the code, and were computed at commit abc, def.": kept.Sentence(),
		"All 5 parts computed.": results.Parts{Total: 5}.Sentence(),
	} {
		if got != want {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
}
