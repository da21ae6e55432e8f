package plots

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is a list of values against some quantity, with what is known of their spread.
type Series struct {
	// Label names the series in the legend, and in errors. A series without one has no entry in the legend.
	Label string

	// X is where the values stand, and Y are the values.
	X, Y []float64

	// StdErr are the standard errors of the values, and Lower and Upper the ends of an interval around them.
	// Either may be nil.
	StdErr, Lower, Upper []float64

	// Style is what the series looks like. The zero Style stands for the next of the panel's.
	Style Style
}

// Style is what a series looks like.
type Style struct {
	Color  color.Color
	Marker Marker

	// Width is that of lines, in points, and Size the radius of markers: 0 stands for 1.1 and 2.
	Width, Size float64

	// Dashes are the lengths of dashes and gaps, in points; nil for a whole line.
	Dashes []float64

	// Steps makes the line go from value to value in steps.
	Steps bool
}

// Thin returns the style of a line to compare with: a hairline of a colour.
func Thin(c color.Color, dashes ...float64) Style {
	return Style{Color: c, Width: float64(hairline), Dashes: dashes}
}

// Add appends a value, and its interval, at x.
func (s *Series) Add(x, y, lower, upper float64) {
	s.X, s.Y = append(s.X, x), append(s.Y, y)
	s.Lower, s.Upper = append(s.Lower, lower), append(s.Upper, upper)
}

// line returns the style of the series' lines.
func (s Style) line() draw.LineStyle {
	style := draw.LineStyle{Color: s.Color, Width: vg.Length(s.Width)}
	if s.Width == 0 {
		style.Width = 1.1
	}
	for _, length := range s.Dashes {
		style.Dashes = append(style.Dashes, vg.Length(length))
	}
	return style
}

// glyph returns the style of the series' markers.
func (s Style) glyph() draw.GlyphStyle {
	style := draw.GlyphStyle{Color: s.Color, Radius: vg.Length(s.Size), Shape: shapes[s.Marker]}
	if s.Size == 0 {
		style.Radius = 2
	}
	return style
}

// lines returns what draws the values: a line, and markers where the style has one.
func (s Series) lines() []plot.Plotter {
	line := &plotter.Line{XYs: points(s.X, s.Y), LineStyle: s.Style.line()}
	if s.Style.Steps {
		line.StepStyle = plotter.PreStep
	}
	if s.Style.Marker == NoMarker {
		return []plot.Plotter{line}
	}
	return []plot.Plotter{line, s.marks()}
}

// marks returns the values' markers.
func (s Series) marks() plot.Plotter {
	return &plotter.Scatter{XYs: points(s.X, s.Y), GlyphStyle: s.Style.glyph()}
}

// errors returns the series whose interval is one standard error to either side of the values.
func (s Series) errors() Series {
	s.Lower, s.Upper = slices.Clone(s.Y), slices.Clone(s.Y)
	for i, e := range s.StdErr {
		s.Lower[i], s.Upper[i] = s.Y[i]-e, s.Y[i]+e
	}
	return s
}

// area returns the area between the ends of the intervals, at an opacity.
func (s Series) area(opacity float64) plot.Plotter {
	outline := points(s.X, s.Upper)
	for i := len(s.X) - 1; i >= 0; i-- {
		outline = append(outline, plotter.XY{X: s.X[i], Y: s.Lower[i]})
	}
	return &plotter.Polygon{XYs: []plotter.XYs{outline}, Color: Fade(s.Style.Color, opacity)}
}

// points pairs x and y.
func points(x, y []float64) plotter.XYs {
	xys := make(plotter.XYs, len(x))
	for i := range xys {
		xys[i] = plotter.XY{X: x[i], Y: y[i]}
	}
	return xys
}

// intervals are upright bars from low to high.
type intervals struct {
	x, low, high []float64
	style        draw.LineStyle
}

// Plot implements plot.Plotter.
func (b intervals) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i := range b.x {
		c.StrokeLine2(b.style, x(b.x[i]), y(b.low[i]), x(b.x[i]), y(b.high[i]))
	}
}

// Thumbnail implements plot.Thumbnailer.
func (b intervals) Thumbnail(c *draw.Canvas) {
	center := c.Center()
	c.StrokeLine2(b.style, center.X, c.Min.Y, center.X, c.Max.Y)
}

// stripe is an area of the panel's whole height.
type stripe struct {
	from, to float64
	color    color.Color
}

// Plot implements plot.Plotter.
func (s stripe) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	from, to := max(x(s.from), c.Min.X), min(x(s.to), c.Max.X)
	if from < to {
		c.FillPolygon(s.color, []vg.Point{{X: from, Y: c.Min.Y}, {X: from, Y: c.Max.Y}, {X: to, Y: c.Max.Y},
			{X: to, Y: c.Min.Y}})
	}
}

// Count returns the whole numbers from 0 on, n of them, such as lags.
func Count(n int) []float64 {
	counted := make([]float64, n)
	for i := range counted {
		counted[i] = float64(i)
	}
	return counted
}

// Numbers are what can be made numbers of an axis.
type Numbers interface {
	~int | ~int64 | ~uint64 | ~float32 | ~float64
}

// Floats returns values as float64, for an axis.
func Floats[N Numbers](values []N) []float64 {
	floats := make([]float64, len(values))
	for i, value := range values {
		floats[i] = float64(value)
	}
	return floats
}
