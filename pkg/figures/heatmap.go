package figures

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// scaleLevels is the number of colours of a scale: more than the eye tells apart.
const scaleLevels = 128

// sharp is the number of pixels along a heat map's side from which the renderer's linear interpolation is not seen. A smaller
// matrix would be blurred, so its entries become squares of several pixels.
const sharp = 256

// heatMap returns the picture of a square matrix, row 0 on top, on axes that run from 0 to its size. Entries off the scale have
// the colour of its end.
//
// It is an image and not a plotter.HeatMap, which has row 0 at the bottom, draws nothing on an inverted axis, and embeds
// 16-bit images in SVGs.
func heatMap(m mat.Matrix, scale palette.ColorMap) *plotter.Image {
	n, _ := m.Dims()
	refine := (sharp + n - 1) / n
	colors := color.Palette(scale.Palette(scaleLevels).Colors())
	picture := image.NewPaletted(image.Rect(0, 0, n*refine, n*refine), colors)
	step := float64(len(colors)-1) / (scale.Max() - scale.Min())
	for y := range n * refine {
		for x := range n * refine {
			level := math.Round((m.At(y/refine, x/refine) - scale.Min()) * step)
			picture.SetColorIndex(x, y, uint8(min(max(level, 0), scaleLevels-1)))
		}
	}
	return plotter.NewImage(picture, 0, 0, float64(n), float64(n))
}

// indexTicks returns ticks for the indices of n rows or columns; downwards for an axis whose index 0 is on top.
func indexTicks(n int, downwards bool) plot.ConstantTicks {
	ticks := plot.ConstantTicks(roundTicks{}.Ticks(0, float64(n)))
	if downwards {
		for i := range ticks {
			ticks[i].Value = float64(n) - ticks[i].Value
		}
	}
	return ticks
}

// colorBar is the key of a colour scale, upright, to the right of the panels it belongs to. The top of the scale is where
// values are clipped.
type colorBar struct {
	scale palette.ColorMap
	label string
}

// Sizes of a colour bar.
const (
	barGap   vg.Length = 8
	barWidth vg.Length = 9
	barTick  vg.Length = 3
)

// styles of a colour bar's text.
func (b *colorBar) tickStyle() text.Style { return textStyle(tickSize, draw.XLeft, draw.YCenter) }
func (b *colorBar) labelStyle() text.Style {
	style := textStyle(labelSize, draw.XCenter, draw.YBottom)
	style.Rotation = math.Pi / 2
	return style
}

// ticks returns the bar's ticks; the last says that values are clipped.
func (b *colorBar) ticks() []plot.Tick {
	ticks := roundTicks{}.Ticks(b.scale.Min(), b.scale.Max())
	for i := range ticks {
		if ticks[i].Value == b.scale.Max() {
			ticks[i].Label = "≥ " + ticks[i].Label
		}
	}
	return ticks
}

// width returns the width of the bar with all that belongs to it.
func (b *colorBar) width() vg.Length {
	var widest vg.Length
	for _, tick := range b.ticks() {
		widest = max(widest, b.tickStyle().Width(tick.Label))
	}
	return barGap + barWidth + 2*barTick + widest + b.labelStyle().Height(b.label) + edge
}

// draw draws the bar to the right of an area, at its height.
func (b *colorBar) draw(c draw.Canvas, area vg.Rectangle) {
	p := newPanel("", "")
	p.HideAxes()
	addData(p, &plotter.ColorBar{ColorMap: b.scale, Vertical: true, Colors: scaleLevels})
	bar := vg.Rectangle{
		Min: vg.Point{X: area.Max.X + barGap, Y: area.Min.Y},
		Max: vg.Point{X: area.Max.X + barGap + barWidth, Y: area.Max.Y},
	}
	barCanvas := draw.Canvas{Canvas: c.Canvas, Rectangle: bar}
	p.Draw(barCanvas)
	style := b.tickStyle()
	for _, tick := range b.ticks() {
		y := barCanvas.Y(p.Y.Norm(tick.Value))
		c.StrokeLine2(draw.LineStyle{Color: ink, Width: hairline}, bar.Max.X, y, bar.Max.X+barTick, y)
		c.FillText(style, vg.Point{X: bar.Max.X + 2*barTick, Y: y + style.FontExtents().Descent}, tick.Label)
	}
	label := b.labelStyle()
	c.FillText(label, vg.Point{X: c.Max.X - edge - label.FontExtents().Descent, Y: (bar.Min.Y + bar.Max.Y) / 2}, b.label)
}
