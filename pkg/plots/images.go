package plots

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// scaleLevels is the number of colours of a scale: more than the eye tells apart.
const scaleLevels = 128

// sharp is the number of pixels along an image's longer side from which the renderer's linear interpolation
// is not seen. What has fewer would be blurred, so its pixels become squares of several.
const sharp = 256

// Scale is a scale of colours, viridis from Low to High. What is off the scale has the colour of its end.
type Scale struct {
	Low, High float64

	// Label says what has the colours, beside the scale's bar.
	Label string

	// Clipped says on the bar that values may be above High.
	Clipped bool
}

// colors returns the scale's colours.
func (s Scale) colors() []color.Color { return viridis(s.Low, s.High).Palette(scaleLevels).Colors() }

// Matrix draws a matrix as a heat map, row 0 on top, on axes that count rows and columns.
//
// It is an image and not a plotter.HeatMap, which has row 0 at the bottom, draws nothing on an inverted axis,
// and embeds 16-bit images in SVGs.
func (p *Panel) Matrix(m mat.Matrix, scale Scale) {
	rows, columns := m.Dims()
	if !(scale.Low < scale.High) {
		p.Fail("has a scale of colours from %g to %g: give a higher end than the lower", scale.Low,
			scale.High)
		return
	}
	for i := range rows {
		if !p.finite("the matrix", mat.Row(nil, i, m)) {
			return
		}
	}
	step := (scaleLevels - 1) / (scale.High - scale.Low)
	p.Squares(columns, rows, 1, scale.colors(), func(x, y int) int {
		level := math.Round((m.At(y, x) - scale.Low) * step)
		return int(min(max(level, 0), scaleLevels-1))
	})
	p.scale = &scale
	p.X.ticker, p.Y.ticker = indexTicks(columns, false), indexTicks(rows, true)
}

// indexTicks returns ticks for the indices of n rows or columns; downwards for an axis whose index 0 is on
// top.
func indexTicks(n int, downwards bool) plot.ConstantTicks {
	ticks := plot.ConstantTicks(roundTicks{}.Ticks(0, float64(n)))
	if downwards {
		for i := range ticks {
			ticks[i].Value = float64(n) - ticks[i].Value
		}
	}
	return ticks
}

// Squares draws width x height squares, each in one of at most 256 colours, which at returns the index of: x
// from the left, y from the top. A square has at least that many pixels along a side: 1 lets neighbours run
// into each other where there are many, and 4 keeps them apart. The axes run from 0 to width and to height.
func (p *Panel) Squares(width, height, pixels int, colors []color.Color, at func(x, y int) int) {
	if width < 1 || height < 1 || len(colors) > 256 {
		p.Fail("has %d x %d squares in %d colours: give at least one square, and at most 256 colours",
			width, height, len(colors))
		return
	}
	refine := max(pixels, (sharp+max(width, height)-1)/max(width, height))
	picture := image.NewPaletted(image.Rect(0, 0, width*refine, height*refine), colors)
	for y := range height {
		for x := range width {
			index := at(x, y)
			if index < 0 || index >= len(colors) {
				p.Fail("has a square of colour %d: give one of 0 to %d", index, len(colors)-1)
				return
			}
			for dy := range refine {
				for dx := range refine {
					picture.SetColorIndex(x*refine+dx, y*refine+dy, uint8(index))
				}
			}
		}
	}
	p.image(picture, width, height)
}

// Photo draws an image of width x height x 3 bytes: row from the top, column from the left, and red, green,
// blue.
func (p *Panel) Photo(width, height int, pixels []uint8) {
	if width < 1 || height < 1 || len(pixels) != 3*width*height {
		p.Fail("has %d values for an image of %d x %d pixels: give three for each, and at least one pixel",
			len(pixels), width, height)
		return
	}
	refine := (sharp + max(width, height) - 1) / max(width, height)
	enlarged := image.NewRGBA(image.Rect(0, 0, width*refine, height*refine))
	for y := range height * refine {
		for x := range width * refine {
			at := 3 * (y/refine*width + x/refine)
			enlarged.SetRGBA(x, y, color.RGBA{R: pixels[at], G: pixels[at+1], B: pixels[at+2], A: 0xff})
		}
	}
	p.image(enlarged, width, height)
}

// image draws a picture on axes from 0 to its width and height.
func (p *Panel) image(picture image.Image, width, height int) {
	p.under = append(p.under, plotter.NewImage(picture, 0, 0, float64(width), float64(height)))
	p.X.Range(0, float64(width))
	p.Y.Range(0, float64(height))
	p.aspect = float64(height) / float64(width)
}

// Sizes of a colour bar.
const (
	barGap   vg.Length = 8
	barWidth vg.Length = 9
	barTick  vg.Length = 3
)

// styles of a colour bar's text.
func (s *Scale) tickStyle() text.Style { return textStyle(tickSize, draw.XLeft, draw.YCenter) }
func (s *Scale) labelStyle() text.Style {
	style := textStyle(labelSize, draw.XCenter, draw.YBottom)
	style.Rotation = math.Pi / 2
	return style
}

// ticks returns the bar's ticks; the last says whether values may be above.
func (s *Scale) ticks() []plot.Tick {
	ticks := roundTicks{}.Ticks(s.Low, s.High)
	for i := range ticks {
		if s.Clipped && ticks[i].Value == s.High {
			ticks[i].Label = "≥ " + ticks[i].Label
		}
	}
	return ticks
}

// width returns the width of the bar with all that belongs to it.
func (s *Scale) width() vg.Length {
	var widest vg.Length
	for _, tick := range s.ticks() {
		widest = max(widest, s.tickStyle().Width(tick.Label))
	}
	return barGap + barWidth + 2*barTick + widest + s.labelStyle().Height(s.Label) + edge
}

// draw draws the bar to the right of an area, at its height.
func (s *Scale) draw(c draw.Canvas, area vg.Rectangle) {
	panel := NewPanel("", "")
	panel.bare = true
	panel.X.Range(0, 1)
	panel.Y.Range(s.Low, s.High)
	panel.over = []plot.Plotter{&plotter.ColorBar{ColorMap: viridis(s.Low, s.High), Vertical: true,
		Colors: scaleLevels}}
	p := panel.plot()
	bar := vg.Rectangle{
		Min: vg.Point{X: area.Max.X + barGap, Y: area.Min.Y},
		Max: vg.Point{X: area.Max.X + barGap + barWidth, Y: area.Max.Y},
	}
	barCanvas := draw.Canvas{Canvas: c.Canvas, Rectangle: bar}
	p.Draw(barCanvas)
	style := s.tickStyle()
	for _, tick := range s.ticks() {
		y := barCanvas.Y(p.Y.Norm(tick.Value))
		c.StrokeLine2(draw.LineStyle{Color: Ink, Width: hairline}, bar.Max.X, y, bar.Max.X+barTick, y)
		c.FillText(style, vg.Point{X: bar.Max.X + 2*barTick, Y: y + style.FontExtents().Descent}, tick.Label)
	}
	label := s.labelStyle()
	c.FillText(label, vg.Point{X: c.Max.X - edge - label.FontExtents().Descent,
		Y: (bar.Min.Y + bar.Max.Y) / 2}, s.Label)
}
