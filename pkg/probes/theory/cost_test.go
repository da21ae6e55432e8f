package theory_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/theory"
)

// TestCountsAreChecked asks for more than can be drawn.
func TestCountsAreChecked(t *testing.T) {
	for says, change := range map[string]func(*theory.Config){
		"would need 524.3 PiB of moments":   func(c *theory.Config) { c.Draws = 1 << 62 },
		"would take 4e+15 gates":            func(c *theory.Config) { c.Draws, c.Width = 1e9, 1e6 },
		"layers would need":                 func(c *theory.Config) { c.Depths = []int{math.MaxInt} },
		"a layer of width 1125899906842624": func(c *theory.Config) { c.Width = 1 << 50 },
	} {
		config := theory.Config{Net: theory.FeedforwardNet, Depths: []int{4}, Width: 10, Draws: 2}
		change(&config)
		if _, err := theory.Run(t.Context(), config); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the error %v does not say %q", err, says)
		}
	}
	for says, change := range map[string]func(*theory.DonskerConfig){
		"would take 9.2e+19 kinks":     func(c *theory.DonskerConfig) { c.Draws = math.MaxInt },
		"1125899906842625 inputs":      func(c *theory.DonskerConfig) { c.Inputs, c.Cells = 1<<50+1, 1 },
		"1125899906842624 cells":       func(c *theory.DonskerConfig) { c.Inputs, c.Cells = 1<<50+1, 1<<50 },
		"draws of 4611686018427387904": func(c *theory.DonskerConfig) { c.Widths = []int{1 << 62} },
	} {
		config := theory.DonskerConfig{Widths: []int{10}, Draws: 2}
		change(&config)
		if _, err := theory.Donsker(t.Context(), config); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the error %v does not say %q", err, says)
		}
	}
}
