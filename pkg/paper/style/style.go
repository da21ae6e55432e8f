// Package style is what the pictures of the paper's experiments share and package plots does not know: how
// nets, depths and noises look and what they are called, and panels of gradients, of their covariance and of
// their autocorrelation. It computes nothing.
package style

import (
	"fmt"
	"image/color"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Brown is the colour of brown noise.
var Brown = color.NRGBA{R: 0x8c, G: 0x51, B: 0x0a, A: 0xff}

// The paper's colours of Figures 3 and 4, dark enough to be read as lines.
var (
	Leaf = color.NRGBA{R: 0x2c, G: 0x8a, B: 0x2c, A: 0xff}
	Sky  = color.NRGBA{R: 0x2f, G: 0x7a, B: 0xbd, A: 0xff}
)

// IsNoise tells noise from nets.
func IsNoise(net string) bool { return net == paper.Brown || net == paper.White }

// NoiseTitle names a noise.
func NoiseTitle(noise string) string { return noise + " noise" }

// Noises are the noises in their order, brown being brown.
func Noises() []string { return []string{paper.Brown, paper.White} }

// Noise returns the style of a noise.
func Noise(noise string) plots.Style {
	if noise == paper.Brown {
		return plots.Style{Color: Brown, Marker: plots.Box}
	}
	return plots.Style{Color: plots.Grey, Marker: plots.Circle}
}

// Title names a net and its depth, or noise.
func Title(s paper.Series) string {
	if IsNoise(s.Net) {
		return NoiseTitle(s.Net)
	}
	return fmt.Sprintf("%d-layer %s", s.Depth, s.Name().Family())
}

// DepthTitle names a depth.
func DepthTitle(depth int) string { return fmt.Sprintf("depth %d", depth) }

// By returns styles for numbers that are in an order, such as depths and widths, each once: the larger, the
// lighter.
func By(numbers []int) map[int]plots.Style {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	styles := make(map[int]plots.Style)
	for i, style := range plots.OrderedStyles(len(numbers)) {
		styles[numbers[i]] = style
	}
	return styles
}

// Curve returns a curve over draws as a series; one that is missing is empty, which a panel refuses.
func Curve(label string, x []float64, c *stats.Curve, look plots.Style) plots.Series {
	s := plots.Series{Label: label, X: x, Style: look}
	if c != nil {
		s.Y, s.StdErr, s.Lower, s.Upper = c.Mean, given(c.StdErr), given(c.Lower), given(c.Upper)
	}
	return s
}

// given returns values that a curve has to have, for a panel to refuse where they are missing.
func given(values []float64) []float64 {
	if values == nil {
		return []float64{}
	}
	return values
}

// Autocorrelation returns the autocorrelation of a net or noise against the lag.
func Autocorrelation(label string, s paper.Series, look plots.Style) plots.Series {
	return Curve(label, plots.Floats(s.Lags), &s.Curve, look)
}

// WhiteBandKey is the key of what WhiteBand draws.
func WhiteBandKey() plots.Key {
	return plots.LineKey("95 % band of white noise", plots.Thin(plots.Ink, 3, 2))
}

// WhiteBand draws a line at zero and the two lines between which 95 % of the autocorrelations of white noise
// of length m lie.
func WhiteBand(p *plots.Panel, from, to float64, m int) {
	p.Level(0, from, to, plots.Thin(plots.Faint))
	limit := stats.WhiteBand(m)
	p.Level(-limit, from, to, plots.Thin(plots.Ink, 3, 2))
	p.Level(limit, from, to, plots.Thin(plots.Ink, 3, 2))
}

// LagAxes gives a panel of autocorrelations its axes: all lags, and values from 1 down to low, or lower where
// some are.
func LagAxes(p *plots.Panel, low, last float64) {
	p.X.Range(-0.5, last+0.5)
	p.Y.Room = 0
	lowest, _ := p.Y.Ends()
	p.Y.Range(min(low, lowest-0.05), 1.05)
	p.X.Every(5)
	p.Y.Every(0.5)
}

// CovarianceScale is the scale of colours of all pictures of |(g - mean g)(g - mean g)^T| / var(g), one for
// all so that they can be compared. The entries' mean is below 1 for every g, by the Cauchy-Schwarz
// inequality; those of white noise, a product of two normal variables, exceed 4 once in 150. A scale up to
// the largest entry would leave the rest dark.
var CovarianceScale = plots.Scale{High: 4, Clipped: true, Label: "|(g − ḡ)(g − ḡ)ᵀ| / var g"}

// Gradient returns a panel of the first draw's gradient, or of noise, over the inputs.
func Gradient(c paper.Column) *plots.Panel {
	p := plots.NewPanel("input", "")
	p.Title = Title(c.Series)
	p.Curve(plots.Series{X: c.X, Y: c.Values, Style: plots.Style{Color: plots.Blue, Width: 0.8}})
	return p
}

// Covariance returns a panel of the covariance matrix of that gradient.
func Covariance(c paper.Column) *plots.Panel {
	p := plots.NewPanel("input index", "")
	switch m := len(c.X); {
	case c.Covariance == nil:
		p.Fail("has no covariance of %q, which is not kept in the results' file: compute it with "+
			"stats.NormalizedOuter", Title(c.Series))
	case c.Covariance.SymmetricDim() != m:
		n := c.Covariance.SymmetricDim()
		p.Fail("has a covariance of %d x %d for %d inputs of %q: give one of %d x %d", n, n, m,
			Title(c.Series), m, m)
	default:
		p.Matrix(c.Covariance, CovarianceScale)
	}
	return p
}

// OneAutocorrelation returns a panel of the autocorrelation of one net, and the keys that explain it. Its
// axes are the same for all nets, unless a value lies outside of them, so that pictures that follow each
// other can be compared.
func OneAutocorrelation(c paper.Column) (*plots.Panel, []plots.Key) {
	p := plots.NewPanel("lag", "")
	p.Title = "autocorrelation"
	look := plots.Style{Color: plots.Blue, Marker: plots.Circle}
	p.Curve(Autocorrelation("", c.Series, look))
	last := 0.0
	if n := len(c.Lags); n > 0 {
		last = float64(c.Lags[n-1])
		WhiteBand(p, float64(c.Lags[0]), last, len(c.X))
	}
	LagAxes(p, -0.4, last)
	if c.Draws == 1 {
		return p, []plots.Key{plots.LineKey("one draw", look), WhiteBandKey()}
	}
	keys := append([]plots.Key{plots.LineKey(fmt.Sprintf("mean of %d draws", c.Draws), look)},
		plots.BandKeys("10 % to 90 % of the draws")...)
	return p, append(keys, WhiteBandKey())
}
