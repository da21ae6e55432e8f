package figures

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/paper"
)

// isNoise tells noise from nets.
func isNoise(net string) bool { return net == paper.Brown || net == paper.White }

// netTitle names a net as the paper does.
func netTitle(net string, beta float64) string {
	switch {
	case isNoise(net):
		return net + " noise"
	case net == "residual":
		net = "resnet"
	}
	if beta != 0 {
		return fmt.Sprintf("%s, β = %g", net, beta)
	}
	return net
}

// columnTitle names a net and its depth, or noise.
func columnTitle(s paper.Series) string {
	beta := 0.0
	if s.Beta != nil {
		beta = *s.Beta
	}
	if isNoise(s.Net) {
		return netTitle(s.Net, 0)
	}
	return fmt.Sprintf("%d-layer %s", s.Depth, netTitle(s.Net, beta))
}

// panelTitle puts the paper's letter in front of a title: (a), (b), ...
func panelTitle(i int, title string) string { return fmt.Sprintf("(%c) %s", 'a'+rune(i), title) }
