package figures

import (
	"fmt"
	"image/color"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// curveStyle is what a curve looks like.
type curveStyle struct {
	color color.Color
	glyph draw.GlyphDrawer
}

// curve is a mean over draws against some ordered quantity, with its spread.
type curve struct {
	curveStyle
	label string

	// x, mean, stdErr and the quantiles lower and upper are equally long.
	x, mean, stdErr, lower, upper []float64
}

// glyphs are the markers of curves in an order, filled and open in turn.
var glyphs = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.SquareGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.TriangleGlyph{},
}

// Opacities of a curve's bands.
const (
	quantileOpacity = 0.10
	errorOpacity    = 0.30
)

// newCurve returns the curve of a series, or an error that says what is wrong with it.
func newCurve(s paper.Series) (curve, error) {
	what := fmt.Sprintf("the autocorrelation of %q (%s)", columnTitle(s), s.Statistics)
	if isNoise(s.Net) {
		what = fmt.Sprintf("the autocorrelation of %s", columnTitle(s))
	}
	n := len(s.Lags)
	for _, values := range [][]float64{s.Mean, s.StdErr, s.Lower, s.Upper} {
		if n < 2 || len(values) != n {
			return curve{}, fmt.Errorf("%s has %d lags, %d means, %d standard errors, %d lower and %d upper quantiles: "+
				"give equally many, at least 2", what, n, len(s.Mean), len(s.StdErr), len(s.Lower), len(s.Upper))
		}
		if err := finite(what, values...); err != nil {
			return curve{}, err
		}
	}
	c := curve{mean: s.Mean, stdErr: s.StdErr, lower: s.Lower, upper: s.Upper}
	for _, lag := range s.Lags {
		c.x = append(c.x, float64(lag))
	}
	return c, nil
}

// bands returns the curve's areas: from quantile to quantile, and one standard error to either side of the mean.
func (c curve) bands() (quantiles, errors *plotter.Polygon, err error) {
	if quantiles, err = band(c.x, c.lower, c.upper); err != nil {
		return nil, nil, err
	}
	low, high := make([]float64, len(c.x)), make([]float64, len(c.x))
	for i, mean := range c.mean {
		low[i], high[i] = mean-c.stdErr[i], mean+c.stdErr[i]
	}
	if errors, err = band(c.x, low, high); err != nil {
		return nil, nil, err
	}
	quantiles.Color, errors.Color = fade(c.color, quantileOpacity), fade(c.color, errorOpacity)
	return quantiles, errors, nil
}

// line returns the curve's line and its markers.
func (c curve) line() (*plotter.Line, *plotter.Scatter, error) {
	line, markers, err := plotter.NewLinePoints(points(c.x, c.mean))
	if err != nil {
		return nil, nil, err
	}
	line.Width, line.Color = 1.1, c.color
	markers.GlyphStyle = draw.GlyphStyle{Color: c.color, Radius: 2, Shape: c.glyph}
	return line, markers, nil
}

// addCurves adds curves to a panel: first all bands, so that no band covers a line.
func addCurves(p *plot.Plot, background []plot.Plotter, curves []curve) error {
	data := background
	for _, c := range curves {
		quantiles, errors, err := c.bands()
		if err != nil {
			return err
		}
		data = append(data, quantiles, errors)
	}
	for _, c := range curves {
		line, markers, err := c.line()
		if err != nil {
			return err
		}
		data = append(data, line, markers)
	}
	addData(p, data...)
	return nil
}

// curveEntry is the legend's entry of curves of one style.
func curveEntry(label string, style curveStyle) (legendEntry, error) {
	line, markers, err := curve{curveStyle: style, x: []float64{0}, mean: []float64{0}}.line()
	return legendEntry{label, []plot.Thumbnailer{line, markers}}, err
}

// bandEntries are the legend's entries of the bands that every curve has.
func bandEntries() []legendEntry {
	quantiles := &plotter.Polygon{Color: fade(ink, quantileOpacity)}
	errors := &plotter.Polygon{Color: fade(ink, errorOpacity)}
	return []legendEntry{
		{"mean ± 1 standard error", []plot.Thumbnailer{errors}},
		{"10 % to 90 % of the draws", []plot.Thumbnailer{quantiles}},
	}
}

// depthStyles are the styles of curves of the depths that occur: deeper is lighter, and every depth looks the same in all
// panels.
type depthStyles struct {
	depths []int
	colors []color.Color
}

// newDepthStyles returns the styles for the depths in a list of series.
func newDepthStyles(series []paper.Series) (depthStyles, error) {
	var d depthStyles
	for _, s := range series {
		if !isNoise(s.Net) {
			d.depths = append(d.depths, s.Depth)
		}
	}
	slices.Sort(d.depths)
	d.depths = slices.Compact(d.depths)
	var err error
	d.colors, err = orderedColors(len(d.depths))
	return d, err
}

// style returns the style of a depth.
func (d depthStyles) style(depth int) curveStyle {
	i := slices.Index(d.depths, depth)
	return curveStyle{d.colors[i], glyphs[i%len(glyphs)]}
}

// depthLabel names a depth.
func depthLabel(depth int) string { return fmt.Sprintf("depth %d", depth) }

// noiseStyles are the styles of the noises, brown being brown.
var noiseStyles = []struct {
	net string
	curveStyle
}{
	{paper.Brown, curveStyle{brown, draw.BoxGlyph{}}},
	{paper.White, curveStyle{grey, draw.CircleGlyph{}}},
}
