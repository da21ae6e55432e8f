package report_test

import (
	"encoding/hex"
	"math"
	"regexp"
	"testing"
)

// colours matches the definitions of colours in the page's style, and schemes the blocks of the two schemes.
var (
	colours = regexp.MustCompile(`--([a-z]+): #([0-9a-f]+);`)
	schemes = regexp.MustCompile(`:root \{[^}]*\}`)
)

// luminance is the relative luminance of WCAG 2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) == 3 {
		colour = string([]byte{colour[0], colour[0], colour[1], colour[1], colour[2], colour[2]})
	}
	bytes, err := hex.DecodeString(colour)
	if err != nil || len(bytes) != 3 {
		t.Fatalf("colour %q: %v", colour, err)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(bytes[i]) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

// In the light and in the dark scheme all text must keep the contrast of 4.5 that WCAG 2 asks for (level AA).
func TestContrast(t *testing.T) {
	blocks := schemes.FindAllString(pageOf(t, resultsFolder(t, "paper")), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d schemes of colours, want 2", len(blocks))
	}
	for _, block := range blocks {
		level := make(map[string]float64)
		for _, match := range colours.FindAllStringSubmatch(block, -1) {
			level[match[1]] = luminance(t, match[2])
		}
		for _, ink := range []string{"text", "muted", "link", "good", "bad", "open"} {
			for _, paper := range []string{"page", "soft"} {
				a, b := level[ink], level[paper]
				if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); contrast < 4.5 {
					t.Errorf("%s on %s has contrast %.2f in %s", ink, paper, contrast, block)
				}
			}
		}
	}
}
