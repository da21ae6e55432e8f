package figures

import (
	"fmt"
	"image/color"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	// realNetsColumns is the number of panels side by side.
	realNetsColumns = 3

	// lostInNoise is how many standard errors a correlation must be above 0 to have a place on a logarithmic axis.
	lostInNoise = 3

	// realNetsMargin is the space between the smallest correlation and the frame, as a factor.
	realNetsMargin = 1.5
)

// Patterns of the lines that nothing was measured for.
var (
	theoryDashes  = []vg.Length{5, 3}
	countedDashes = []vg.Length{1.5, 2}
)

// RealNets draws the theorems on real nets: the correlation of the gradients at two inputs against depth, a panel for each family of nets and a curve for
// each width, up to the depth where the noise swallows it. The dark band is one standard error to either side, the light one
// the 95 % interval. The dashed line is the theorem's; the dotted one is what counting paths gives for the widest nets with their
// measured activations. Axes are logarithmic, that of the depth where the theorem says a power of it; those of highway nets,
// which keep their correlation, are linear.
func RealNets(r *paper.RealNetsResult) (*Figure, error) {
	families, styles, err := realNetsFamilies(r)
	if err != nil {
		return nil, err
	}
	g := &grid{aspect: 0.72, padX: 10, padY: 22}
	for i, family := range families {
		p, err := realNetsPanel(family, styles)
		if err != nil {
			return nil, err
		}
		p.X.Label.Text = "layers"
		if i%realNetsColumns == 0 {
			g.panels = append(g.panels, make([]*plot.Plot, realNetsColumns))
			p.Y.Label.Text = "R(i,j)"
		}
		title := panelTitle(i, family[0].Title())
		if i < realNetsColumns {
			g.columnTitles = append(g.columnTitles, title)
		} else {
			g.addCaption(p, title)
		}
		g.panels[len(g.panels)-1][i%realNetsColumns] = p
	}
	for len(g.columnTitles) < realNetsColumns {
		g.columnTitles = append(g.columnTitles, "")
	}
	if g.legend, err = realNetsLegend(styles); err != nil {
		return nil, err
	}
	return newFigure("real-nets", "The theorems on real nets: correlation R(i,j) of the gradients at two inputs against the number of layers, a panel for each family of nets and a curve for each width.", g), nil
}

// realNetsFamilies returns the result's families of nets, checked, and the styles of the widths.
func realNetsFamilies(r *paper.RealNetsResult) ([][]paper.CorrelationSeries, map[int]curveStyle, error) {
	if r == nil || len(r.Series) == 0 {
		return nil, nil, fmt.Errorf("there is no result of the theorems on real nets to draw: compute it with paper.RealNets")
	}
	var widths []int
	for _, s := range r.Series {
		what := fmt.Sprintf("the series of %s, width %d", s.Title(), s.Width)
		n := len(s.Depths)
		if n < 2 || len(s.Correlation) != n || len(s.Counted) != n || len(s.Theory) != n {
			return nil, nil, fmt.Errorf("%s has %d depths, %d correlations, %d counted and %d closed forms: give equally many, at least 2",
				what, n, len(s.Correlation), len(s.Counted), len(s.Theory))
		}
		values := slices.Concat(s.Counted, s.Theory)
		for _, r := range s.Correlation {
			values = append(values, r.Value, r.StdErr, r.Low, r.High)
		}
		if err := finite(what, values...); err != nil {
			return nil, nil, err
		}
		widths = append(widths, s.Width)
	}
	slices.Sort(widths)
	widths = slices.Compact(widths)
	colors, err := orderedColors(len(widths))
	styles := make(map[int]curveStyle)
	for i, width := range widths {
		styles[width] = curveStyle{colors[i], glyphs[i%len(glyphs)]}
	}
	return r.Families(), styles, err
}

// scales says which axes of a panel are logarithmic.
type scales struct{ logX, logY bool }

// axes gives a panel's axes their ranges.
func (s scales) axes(p *plot.Plot, lowX, highX, lowY, highY float64) {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = lowX, highX, lowY, highY
	if s.logX {
		setLog(&p.X, lowX, highX)
	}
	if s.logY {
		setLog(&p.Y, lowY, highY)
	}
}

// realNetsPanel draws the curves of a family.
func realNetsPanel(family []paper.CorrelationSeries, styles map[int]curveStyle) (*plot.Plot, error) {
	widest := slices.MaxFunc(family, func(a, b paper.CorrelationSeries) int { return a.Width - b.Width })
	axes := scales{logX: widest.Fit != nil && widest.Fit.Abscissa == paper.LogDepth, logY: widest.Fit != nil}
	var curves []curve
	low := 1.0
	for _, s := range family {
		c := realNetsCurve(s, !axes.logY)
		c.curveStyle = styles[s.Width]
		if len(c.x) > 0 {
			low = min(low, slices.Min(c.lower))
			curves = append(curves, c)
		}
	}
	first, last := float64(widest.Depths[0]), float64(widest.Depths[len(widest.Depths)-1])
	floor := 0.0
	switch {
	case axes.logX:
		last *= 1.1
	default:
		first, last = 0, last*1.03
	}
	if axes.logY {
		floor = low / realNetsMargin
	}
	p := newPanel("", "")
	axes.axes(p, first, last, floor, 1)
	var lines []plot.Plotter
	for _, reference := range []struct {
		values []float64
		dashes []vg.Length
	}{{widest.Theory, theoryDashes}, {widest.Counted, countedDashes}} {
		line, err := referenceLine(widest.Depths, reference.values, floor, reference.dashes)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	if err := addCurves(p, nil, curves); err != nil {
		return nil, err
	}
	p.Add(lines...)
	return p, nil
}

// realNetsCurve returns the part of a series that can be drawn.
func realNetsCurve(s paper.CorrelationSeries, linear bool) curve {
	var c curve
	for i, r := range s.Correlation {
		if !linear && r.Value <= lostInNoise*r.StdErr {
			break
		}
		if !linear {
			r.Low = max(r.Low, r.Value/lostInNoise)
		}
		c.x, c.mean, c.stdErr = append(c.x, float64(s.Depths[i])), append(c.mean, r.Value), append(c.stdErr, r.StdErr)
		c.lower, c.upper = append(c.lower, r.Low), append(c.upper, min(r.High, 1))
	}
	return c
}

// referenceLine draws values over depths down to a floor, from where on it ends.
func referenceLine(depths []int, values []float64, floor float64, dashes []vg.Length) (*plotter.Line, error) {
	var x, y []float64
	for i, value := range values {
		if value < floor {
			break
		}
		x, y = append(x, float64(depths[i])), append(y, value)
	}
	if len(x) == 0 { // nothing of it is in sight
		x, y = []float64{float64(depths[0])}, []float64{floor}
	}
	line, err := plotter.NewLine(points(x, y))
	if err != nil {
		return nil, err
	}
	line.Width, line.Color, line.Dashes = 1, ink, dashes
	return line, nil
}

// realNetsLegend names the widths in one line, and bands and lines in another.
func realNetsLegend(styles map[int]curveStyle) ([][]legendEntry, error) {
	widths := make([]int, 0, len(styles))
	for width := range styles {
		widths = append(widths, width)
	}
	slices.Sort(widths)
	lines := make([][]legendEntry, 2)
	for _, width := range widths {
		entry, err := curveEntry(fmt.Sprintf("width %d", width), styles[width])
		if err != nil {
			return nil, err
		}
		lines[0] = append(lines[0], entry)
	}
	lines[1] = []legendEntry{
		{"theorem", []plot.Thumbnailer{sample(ink, theoryDashes)}},
		{"paths counted with the measured activations", []plot.Thumbnailer{sample(ink, countedDashes)}},
		{"95 % interval", []plot.Thumbnailer{&plotter.Polygon{Color: fade(ink, quantileOpacity)}}},
	}
	return lines, nil
}

// sample is a line for a legend.
func sample(c color.Color, dashes []vg.Length) *plotter.Line {
	return &plotter.Line{LineStyle: draw.LineStyle{Color: c, Width: 1, Dashes: dashes}}
}
