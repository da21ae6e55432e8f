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
	some := results.Parts{Total: 12, Kept: 10, Recomputed: make([]string, 3), InPart: 2, Sample: 1,
		Tolerance: 0.1, Origins: []results.Origin{{Commit: "abc"}}}
	for want, got := range map[string]string{
		"no parts": results.Parts{}.String(),
		// Two were not kept and are computed too.
		"5 of 12 parts recomputed: largest relative difference 0": some.String(),
		"5 of 12 parts recomputed: largest relative difference 0, where rounding explains up to 0.1 " +
			"(random sample 1). Of 2 of these, only what does not depend on how a processor rounds was " +
			"compared. The others are kept with the code, and were computed at commit abc.": some.Sentence(),
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
