package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Opacities of the bands of a curve: of its intervals, and of its standard errors.
const (
	IntervalOpacity = 0.10
	ErrorOpacity    = 0.30
)

// Panel is a pair of axes in a frame, and what is drawn inside. What Level and Stripe draw lies below bands,
// these below lines and bars, and these below markers without a line; what is of one kind is drawn in the
// order of the calls.
//
// A panel that is given what can't be drawn keeps its first error and draws nothing more; the figure reports
// the error.
type Panel struct {
	// Title stands above the panel.
	Title string

	// X and Y are the axes.
	X, Y Axis

	name                    string
	under, areas, over, top []plot.Plotter
	keys                    []Key
	scale                   *Scale
	drawn                   int // curves in a style of the panel's
	aspect                  float64
	bare, frameless         bool // without axes, or a frame
	err                     error
}

// NewPanel returns an empty panel with the labels of its axes.
func NewPanel(xLabel, yLabel string) *Panel {
	return &Panel{X: Axis{Label: xLabel}, Y: Axis{Label: yLabel, Room: 0.06}}
}

// Fail keeps an error, as drawing does, unless the panel has one. The sentence goes behind the names of
// figure and panel, as in "has no matrix: compute it first".
func (p *Panel) Fail(format string, values ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, values...)
	}
}

// Curve draws a series: its intervals and standard errors as bands, and its values as a line, with markers
// where its style has one.
func (p *Panel) Curve(s Series) {
	s = p.styled(s)
	if !p.holds(s) {
		return
	}
	if s.Lower != nil {
		p.areas = append(p.areas, s.area(IntervalOpacity))
	}
	if s.StdErr != nil {
		p.areas = append(p.areas, s.errors().area(ErrorOpacity))
	}
	p.over = append(p.over, s.lines()...)
	p.key(s.Label, LineKey(s.Label, s.Style))
}

// Band draws the area between the ends of a series' intervals, at an opacity.
func (p *Panel) Band(s Series, opacity float64) {
	s = p.styled(s)
	s.Y, s.StdErr = s.Lower, nil
	if p.holds(s) {
		p.areas = append(p.areas, s.area(opacity))
		p.key(s.Label, AreaKey(s.Label, Fade(s.Style.Color, opacity)))
	}
}

// Bars draws the ends of a series' intervals, or else its standard errors, as upright bars, and no values.
func (p *Panel) Bars(s Series) {
	s = p.styled(s)
	if s.Lower == nil && len(s.StdErr) == len(s.Y) {
		s = s.errors()
	}
	s.Y, s.StdErr = s.Lower, nil
	if p.holds(s) {
		p.over = append(p.over, intervals{s.X, s.Lower, s.Upper, s.Style.line()})
		p.key(s.Label, BarKey(s.Label, s.Style))
	}
}

// Points draws the values of a series as markers alone.
func (p *Panel) Points(s Series) {
	if s.Style.Marker == NoMarker {
		s.Style.Marker = CategoryStyle(p.drawn).Marker
	}
	s = p.styled(s)
	s.StdErr, s.Lower, s.Upper = nil, nil, nil
	if p.holds(s) {
		p.top = append(p.top, s.marks())
		p.key(s.Label, PointKey(s.Label, s.Style))
	}
}

// Level draws a line to compare with, at y between two ends of x.
func (p *Panel) Level(y, from, to float64, style Style) {
	level := Series{X: []float64{from, to}, Y: []float64{y, y}, Style: style}
	if p.holds(level) {
		p.under = append(p.under, level.lines()...)
	}
}

// Stripe draws an area over the panel's whole height, between two ends of x, which need not lie on the axis.
func (p *Panel) Stripe(from, to float64, c color.Color) {
	p.under = append(p.under, stripe{from, to, c})
}

// Texts writes a text beside each of the points of a series, in its colour; an empty one leaves the point
// alone.
func (p *Panel) Texts(s Series, texts []string) {
	if len(texts) != len(s.X) {
		p.Fail("has %d texts for %d points of the series %q: give one for each", len(texts), len(s.X),
			s.Label)
	}
	s = p.styled(s)
	if !p.holds(s) {
		return
	}
	style := textStyle(smallSize, draw.XLeft, draw.YBottom)
	style.Color = s.Style.Color
	labels := &plotter.Labels{XYs: points(s.X, s.Y), Labels: texts, Offset: vg.Point{X: 4, Y: 2}}
	for range texts {
		labels.TextStyle = append(labels.TextStyle, style)
	}
	p.over = append(p.over, labels)
}

// Columns draws heights, none of them negative, as upright bars that divide the axis from low to high evenly.
func (p *Panel) Columns(heights []float64, low, high float64, c color.Color) {
	if len(heights) == 0 || !(low < high) {
		p.Fail("has %d columns from %g to %g: give at least one, and a higher end than the lower",
			len(heights), low, high)
		return
	}
	bars := &plotter.Histogram{FillColor: c, LineStyle: draw.LineStyle{Color: color.White, Width: 0.4}}
	if !p.finite("the columns", heights) {
		return
	}
	width := (high - low) / float64(len(heights))
	for i, height := range heights {
		if height > 0 {
			from := low + width*float64(i)
			bars.Bins = append(bars.Bins, plotter.HistogramBin{Min: from, Max: from + width, Weight: height})
		}
	}
	p.Y.Hold(0, slices.Max(heights))
	p.X.Hold(low, high)
	p.over = append(p.over, bars)
}

// styled gives a series without a style the next of the panel's.
func (p *Panel) styled(s Series) Series {
	if s.Style.Color == nil {
		next := CategoryStyle(p.drawn)
		p.drawn++
		s.Style.Color = next.Color
		if s.Style.Marker == NoMarker && len(s.X) <= mostMarkers {
			s.Style.Marker = next.Marker
		}
	}
	return s
}

// mostMarkers is how many markers a curve has at most that was given no style: more would hide it.
const mostMarkers = 40

// holds widens the axes for a series, or keeps the error that says why it can't be drawn.
func (p *Panel) holds(s Series) bool {
	name := "a series"
	if s.Label != "" {
		name = fmt.Sprintf("the series %q", s.Label)
	}
	if (s.Lower == nil) != (s.Upper == nil) {
		p.Fail("has one end of the intervals of %s: give both", name)
	}
	for _, list := range []struct {
		what   string
		values []float64
		given  bool
	}{
		{"values", s.Y, true}, {"x", s.X, true}, {"standard errors", s.StdErr, s.StdErr != nil},
		{"lower ends", s.Lower, s.Lower != nil}, {"upper ends", s.Upper, s.Upper != nil},
	} {
		if n := len(list.values); list.given && (n != len(s.X) || n == 0) {
			p.Fail("has %d x for %d %s of %s: give equally many, and at least one", len(s.X), n, list.what,
				name)
		}
		if !p.finite(name, list.values) {
			return false
		}
	}
	if s.StdErr != nil {
		p.Y.Hold(slices.Concat(s.errors().Lower, s.errors().Upper)...)
	}
	p.X.Hold(s.X...)
	p.Y.Hold(slices.Concat(s.Y, s.Lower, s.Upper)...)
	return true
}

// finite keeps an error that names the first value that can't be drawn.
func (p *Panel) finite(what string, values []float64) bool {
	for i, v := range values {
		if !numbers.Finite(v) {
			p.Fail("can't draw %s: value %d is %g, and only finite numbers have a place", what, i, v)
		}
	}
	return p.err == nil
}

// Keys returns the keys of the panel's series, in the order in which they were drawn.
func (p *Panel) Keys() []Key { return p.keys }

// key keeps the key of a series that has a label.
func (p *Panel) key(label string, key Key) {
	if label != "" {
		p.keys = append(p.keys, key)
	}
}

// check returns the panel's error, or one that says what has no place on its axes.
func (p *Panel) check() error {
	for _, axis := range []*Axis{&p.X, &p.Y} {
		if axis.Log && axis.data != nil && axis.data.low <= 0 {
			p.Fail("has %g on its logarithmic axis %q: give positive values", axis.data.low, axis.Label)
			break
		}
		if low, high := axis.Ends(); !(low < high) || math.IsInf(high-low, 0) || axis.Log && low <= 0 {
			p.Fail("has an axis %q from %g to %g: give finite ends, the lower first, and positive ones to a "+
				"logarithmic axis", axis.Label, low, high)
		}
	}
	return p.err
}

// plot returns the panel as gonum's plot.
func (p *Panel) plot() *plot.Plot {
	built := plot.New()
	for _, axis := range []*plot.Axis{&built.X, &built.Y} {
		axis.Padding = 0
		axis.Width = 0 // the frame stands in its place
		axis.Label.TextStyle = textStyle(labelSize, draw.XCenter, draw.YBottom)
		axis.Tick.Label = textStyle(tickSize, axis.Tick.Label.XAlign, axis.Tick.Label.YAlign)
		axis.Tick.LineStyle = draw.LineStyle{Color: Ink, Width: hairline}
		axis.Tick.Length = 3
	}
	layers := [][]plot.Plotter{p.under, p.areas, p.over, p.top}
	if !p.frameless {
		layers = append(layers, []plot.Plotter{frame{}})
	}
	for _, layer := range layers {
		for _, plotter := range layer {
			// Unlike the plotter, the struct says nothing of glyphs, for which gonum would leave space at the
			// edges: data areas then have exactly the frame's size.
			built.Add(struct{ plot.Plotter }{plotter})
		}
	}
	p.X.apply(&built.X)
	p.Y.apply(&built.Y)
	if p.bare {
		built.HideAxes()
	}
	return built
}
