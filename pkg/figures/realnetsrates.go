package figures

import (
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// RealNetsRates draws what the fits to real nets say against the width: the rates of log R a layer, the exponents of R, and R of the deepest
// highway nets, with their 95 % intervals, and the theorems' numbers as dashed lines in the same colour.
func RealNetsRates(r *paper.RealNetsResult) (*Figure, error) {
	families, _, err := realNetsFamilies(r)
	if err != nil {
		return nil, err
	}
	g := &grid{aspect: 0.72, padX: 10, padY: 22}
	g.panels = make([][]*plot.Plot, 1)
	for i, panel := range []struct{ title, label, abscissa string }{
		{"rate of log R a layer", "rate", paper.PerLayer},
		{"exponent of R in the depth", "exponent", paper.LogDepth},
		{"R of the deepest highway nets", "R(i,j)", ""},
	} {
		p, legend, err := ratePanel(families, panel.abscissa)
		if err != nil {
			return nil, err
		}
		p.X.Label.Text, p.Y.Label.Text = "width", panel.label
		g.panels[0] = append(g.panels[0], p)
		g.columnTitles = append(g.columnTitles, panelTitle(i, panel.title))
		g.legend = append(g.legend, legend)
	}
	return newFigure("real-nets-rates", "What the fits to real nets say against the width: rates a layer, exponents, and the correlation in the deepest highway nets, with 95 % intervals and the theorems' numbers as dashed lines.", g), nil
}

// ratePanel draws the fits with the given abscissa, or the correlation of nets without a fit where it is empty.
func ratePanel(families [][]paper.CorrelationSeries, abscissa string) (*plot.Plot, []legendEntry, error) {
	var shown [][]paper.CorrelationSeries
	for _, family := range families {
		if fit := family[0].Fit; fit == nil && abscissa == "" || fit != nil && fit.Abscissa == abscissa {
			shown = append(shown, family)
		}
	}
	p := newPanel("", "")
	if len(shown) == 0 {
		addData(p)
		return p, nil, nil
	}
	colors, err := orderedColors(len(shown))
	if err != nil {
		return nil, nil, err
	}
	axes := scales{logX: true}
	var legend []legendEntry
	var curves []curve
	var lines []plot.Plotter
	low, high := 0.0, 0.0
	var widths []float64
	for i, family := range shown {
		c := curve{curveStyle: curveStyle{colors[i], glyphs[i%len(glyphs)]}}
		var theory []float64
		for _, s := range family {
			measured, predicted := realNetsNumber(s)
			c.x, c.mean, theory = append(c.x, float64(s.Width)), append(c.mean, measured.Value), append(theory, predicted)
			c.lower, c.upper, c.stdErr = append(c.lower, measured.Low), append(c.upper, measured.High), append(c.stdErr, 0)
		}
		widths = append(widths, c.x...)
		low, high = min(low, slices.Min(c.lower), slices.Min(theory)), max(high, slices.Max(c.upper), slices.Max(theory))
		line, err := plotter.NewLine(points(c.x, theory))
		if err != nil {
			return nil, nil, err
		}
		line.Width, line.Color, line.Dashes = 1, c.color, theoryDashes
		lines, curves = append(lines, line), append(curves, c)
		entry, err := curveEntry(family[0].Title(), c.curveStyle)
		if err != nil {
			return nil, nil, err
		}
		legend = append(legend, entry)
	}
	axes.axes(p, slices.Min(widths)/1.15, slices.Max(widths)*1.15, low-0.05*(high-low), high+0.05*(high-low))
	slices.Sort(widths)
	p.X.Tick.Marker = plot.ConstantTicks(labelledTicks(slices.Compact(widths)))
	if err := addCurves(p, nil, curves); err != nil {
		return nil, nil, err
	}
	p.Add(lines...)
	return p, legend, nil
}

// realNetsNumber returns the number of a series that its theorem speaks of, measured and predicted.
func realNetsNumber(s paper.CorrelationSeries) (stats.Estimate, float64) {
	if s.Fit != nil {
		return s.Fit.Slope, s.Fit.Theory
	}
	last := len(s.Depths) - 1
	return s.Correlation[last], s.Theory[last]
}
