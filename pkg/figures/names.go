package figures

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/paper"
)

// isNoise tells noise from nets.
func isNoise(net string) bool { return net == paper.Brown || net == paper.White }

// noiseTitle names a noise.
func noiseTitle(noise string) string { return noise + " noise" }

// columnTitle names a net and its depth, or noise.
func columnTitle(s paper.Series) string {
	if isNoise(s.Net) {
		return noiseTitle(s.Net)
	}
	return fmt.Sprintf("%d-layer %s", s.Depth, s.Name().Family())
}

// panelTitle puts the paper's letter in front of a title: (a), (b), ...
func panelTitle(i int, title string) string { return fmt.Sprintf("(%c) %s", 'a'+rune(i), title) }
