package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Key is an entry of a legend: a label and, drawn over each other, the pictures of what it labels.
type Key struct {
	label      string
	thumbnails []plot.Thumbnailer
}

// LineKey is the key of curves of a style.
func LineKey(label string, style Style) Key {
	key := Key{label, []plot.Thumbnailer{&plotter.Line{LineStyle: style.line()}}}
	if style.Marker != NoMarker {
		key.thumbnails = append(key.thumbnails, &plotter.Scatter{GlyphStyle: style.glyph()})
	}
	return key
}

// PointKey is the key of points of a style.
func PointKey(label string, style Style) Key {
	return Key{label, []plot.Thumbnailer{&plotter.Scatter{GlyphStyle: style.glyph()}}}
}

// BarKey is the key of upright bars of a style.
func BarKey(label string, style Style) Key {
	return Key{label, []plot.Thumbnailer{intervals{style: style.line()}}}
}

// AreaKey is the key of areas of a colour.
func AreaKey(label string, c color.Color) Key {
	return Key{label, []plot.Thumbnailer{&plotter.Polygon{Color: c}}}
}

// Note is a legend's entry without a picture.
func Note(text string) Key { return Key{label: text} }

// BandKeys are the keys of the bands of curves: of their standard errors, and of their intervals, which the
// text explains.
func BandKeys(interval string) []Key {
	return []Key{AreaKey("mean ± 1 standard error", Fade(Ink, ErrorOpacity)),
		AreaKey(interval, Fade(Ink, IntervalOpacity))}
}

// Sizes of a legend.
const (
	legendSkip     vg.Length = 17
	thumbnailWidth vg.Length = 24
	thumbnailGap   vg.Length = 5
	entryGap       vg.Length = 18
)

// drawLegend draws the keys in a line, centred at the bottom of the canvas.
func drawLegend(c draw.Canvas, keys []Key) {
	x, y := c.Center().X-legendWidth(keys)/2, c.Min.Y+legendSkip/2
	style := textStyle(labelSize, draw.XLeft, draw.YCenter)
	for _, key := range keys {
		icon := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: y - 5}, Max: vg.Point{X: x + thumbnailWidth, Y: y + 5},
		}}
		for _, thumbnail := range key.thumbnails {
			thumbnail.Thumbnail(&icon)
		}
		x += thumbnailWidth + thumbnailGap
		c.FillText(style, vg.Point{X: x, Y: y + style.FontExtents().Descent}, key.label)
		x += style.Width(key.label) + entryGap
	}
}

// legendWidth returns the width of a legend's line.
func legendWidth(keys []Key) vg.Length {
	width := -entryGap
	for _, key := range keys {
		width += thumbnailWidth + thumbnailGap + textStyle(labelSize, draw.XLeft,
			draw.YCenter).Width(key.label) + entryGap
	}
	return width
}
