package figures

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// theoremColumns is the number of nets side by side.
const theoremColumns = 3

// quantity is one of the three curves of a theorem.
type quantity struct {
	curveStyle
	name  string
	curve func(paper.TheoremSeries) paper.TheoremCurve
}

// newQuantities returns the quantities in their styles.
func newQuantities() ([]quantity, error) {
	colors, err := orderedColors(3)
	if err != nil {
		return nil, err
	}
	return []quantity{
		{curveStyle{colors[0], glyphs[0]}, "C(i,i)", func(s paper.TheoremSeries) paper.TheoremCurve { return s.Variance }},
		{curveStyle{colors[1], glyphs[1]}, "C(i,j)", func(s paper.TheoremSeries) paper.TheoremCurve { return s.Covariance }},
		{curveStyle{colors[2], glyphs[2]}, "R(i,j)", func(s paper.TheoremSeries) paper.TheoremCurve { return s.Correlation }},
	}, nil
}

// Theorems draws Theorems 1 to 3 and Corollary 1 against the depth, two panels a net. Upper panel: variance, covariance and
// correlation in logarithmic scale; lines are the closed forms, markers are measured, and bars are the covariance by plain Monte
// Carlo, which loses it in its noise. Lower panel: how far the measured values are from the closed forms, with the bands that hold
// for all nets, quantities and depths together at 95 %.
func Theorems(r *paper.TheoremsResult) (*Figure, error) {
	if r == nil {
		return nil, fmt.Errorf("there is no result of the theorems to draw: compute it with paper.Theorems")
	}
	measured := r.Select(theory.Conditioned)
	if len(measured) == 0 {
		return nil, fmt.Errorf("the result of the theorems has no net: compute it with paper.Theorems")
	}
	quantities, err := newQuantities()
	if err != nil {
		return nil, err
	}
	g := &grid{aspect: 0.62, padX: 10, padY: 20}
	for i, s := range measured {
		if err := checkTheorem(s, quantities); err != nil {
			return nil, err
		}
		upper, err := theoremPanel(s, r.Select(theory.Plain), quantities)
		if err != nil {
			return nil, err
		}
		lower, err := deviationPanel(s, quantities)
		if err != nil {
			return nil, err
		}
		column := i % theoremColumns
		if column == 0 {
			g.panels = append(g.panels, make([]*plot.Plot, min(theoremColumns, len(measured))), make([]*plot.Plot, min(theoremColumns, len(measured))))
			upper.Y.Label.Text, lower.Y.Label.Text = "C and R", "measured / closed − 1, %"
		}
		title := fmt.Sprintf("%s: %s", s.Theorem, s.Title())
		if i < theoremColumns {
			g.columnTitles = append(g.columnTitles, title)
		} else {
			g.addCaption(upper, title)
		}
		rows := g.panels[len(g.panels)-2:]
		rows[0][column], rows[1][column] = upper, lower
	}
	for _, p := range g.panels[len(g.panels)-1] {
		if p != nil {
			p.X.Label.Text = "depth L"
		}
	}
	g.legend, err = theoremLegend(quantities)
	return newFigure("theorems", "Theorems 1 to 3 and Corollary 1: variance, covariance and correlation of gradients against the depth, measured and by their closed forms, and below each panel how far the two are apart, in per cent.", g), err
}

// checkTheorem returns an error when a net's curves can't be drawn.
func checkTheorem(s paper.TheoremSeries, quantities []quantity) error {
	for _, q := range quantities {
		what, c := fmt.Sprintf("%s of %q", q.name, s.Title()), q.curve(s)
		for _, values := range [][]float64{c.Mean, c.Lower, c.Upper, c.Closed} {
			if n := len(s.Depths); n < 2 || len(values) != n {
				return fmt.Errorf("%s has %d depths, %d means, %d lower and %d upper ends, %d closed forms: give equally many, at least 2",
					what, n, len(c.Mean), len(c.Lower), len(c.Upper), len(c.Closed))
			}
			if err := finite(what, values...); err != nil {
				return err
			}
		}
		if slices.Min(c.Closed) <= 0 || slices.Min(c.Mean) <= 0 {
			return fmt.Errorf("%s can't be drawn in logarithmic scale: values must be positive", what)
		}
	}
	return nil
}

// depthsOf returns the depths as coordinates.
func depthsOf(s paper.TheoremSeries) []float64 {
	x := make([]float64, len(s.Depths))
	for i, depth := range s.Depths {
		x[i] = float64(depth)
	}
	return x
}

// theoremPanel draws the upper panel of a net.
func theoremPanel(s paper.TheoremSeries, plain []paper.TheoremSeries, quantities []quantity) (*plot.Plot, error) {
	p := newPanel("", "")
	x := depthsOf(s)
	low, high := math.Inf(1), 0.0
	var lines, markers []plot.Plotter
	for _, q := range quantities {
		c := q.curve(s)
		low, high = min(low, slices.Min(c.Closed)), max(high, slices.Max(c.Closed))
		line, err := plotter.NewLine(points(x, c.Closed))
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = q.color, 1
		scatter, err := plotter.NewScatter(everyFew(x, c.Mean))
		if err != nil {
			return nil, err
		}
		scatter.GlyphStyle = draw.GlyphStyle{Color: q.color, Radius: 2.3, Shape: q.glyph}
		lines, markers = append(lines, line), append(markers, scatter)
	}
	margin := math.Pow(high/low, 0.08)
	low, high = low/margin, high*margin
	var bars []plot.Plotter
	for _, other := range plain {
		if other.GateNet == s.GateNet {
			bars = append(bars, newPlainBars(other, low, high))
		}
	}
	addData(p, slices.Concat(bars, lines, markers)...)
	setLog(&p.Y, low, high)
	p.X.Min, p.X.Max = 0, x[len(x)-1]+1
	return p, nil
}

// everyFew thins the points to a dozen or so, for markers that do not run into each other.
func everyFew(x, y []float64) plotter.XYs {
	step := (len(x) + 11) / 12
	var thinned plotter.XYs
	for i := len(x) - 1; i >= 0; i -= step {
		thinned = append(thinned, plotter.XY{X: x[i], Y: y[i]})
	}
	return thinned
}

// newPlainBars returns the intervals of the covariance by plain Monte Carlo, cut at the ends of an axis.
func newPlainBars(s paper.TheoremSeries, low, high float64) intervals {
	b := intervals{style: plainStyle}
	for i, depth := range s.Depths {
		from, to := max(s.Covariance.Lower[i], low), min(s.Covariance.Upper[i], high)
		if from < to {
			b.x, b.low, b.high = append(b.x, float64(depth)), append(b.low, from), append(b.high, to)
		}
	}
	return b
}

// plainStyle is the style of plain Monte Carlo.
var plainStyle = draw.LineStyle{Color: grey, Width: 1.4}

// deviationPanel draws the lower panel of a net.
func deviationPanel(s paper.TheoremSeries, quantities []quantity) (*plot.Plot, error) {
	p := newPanel("", "")
	x := depthsOf(s)
	zero, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: x[len(x)-1] + 1, Y: 0}})
	if err != nil {
		return nil, err
	}
	zero.Color, zero.Width = ink, hairline
	var bands, lines []plot.Plotter
	largest := 0.0
	for _, q := range quantities {
		c := q.curve(s)
		percent := func(values []float64) []float64 {
			deviations := make([]float64, len(values))
			for i, v := range values {
				deviations[i] = 100 * (v/c.Closed[i] - 1)
				largest = max(largest, math.Abs(deviations[i]))
			}
			return deviations
		}
		area, err := band(x, percent(c.Lower), percent(c.Upper))
		if err != nil {
			return nil, err
		}
		area.Color = fade(q.color, deviationOpacity)
		line, err := plotter.NewLine(points(x, percent(c.Mean)))
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = q.color, 1.1
		bands, lines = append(bands, area), append(lines, line)
	}
	addData(p, slices.Concat(bands, []plot.Plotter{zero}, lines)...)
	p.X.Min, p.X.Max = 0, x[len(x)-1]+1
	p.Y.Min, p.Y.Max = -1.15*largest, 1.15*largest
	return p, nil
}

// deviationOpacity lets three bands be seen through each other.
const deviationOpacity = 0.22

// theoremLegend names quantities in one line, and what lines, bands and bars mean in another.
func theoremLegend(quantities []quantity) ([][]legendEntry, error) {
	lines := make([][]legendEntry, 2)
	for _, q := range quantities {
		entry, err := curveEntry(q.name, q.curveStyle)
		if err != nil {
			return nil, err
		}
		lines[0] = append(lines[0], entry)
	}
	line, markers, err := curve{curveStyle: curveStyle{color.Color(ink), glyphs[0]}, x: []float64{0}, mean: []float64{0}}.line()
	if err != nil {
		return nil, err
	}
	lines[1] = []legendEntry{
		{"closed form", []plot.Thumbnailer{line}},
		{"measured, gates drawn", []plot.Thumbnailer{markers}},
		{"95 % band for all values together", []plot.Thumbnailer{&plotter.Polygon{Color: fade(ink, deviationOpacity)}}},
		{"C(i,j) by plain Monte Carlo, 95 %", []plot.Thumbnailer{intervals{style: plainStyle}}},
	}
	return lines, nil
}
