package figures

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// dialQuantity is what a panel of the dial shows.
type dialQuantity struct {
	title, label string
	values       func(paper.DialSeries) []stats.Estimate

	// noise are the values of brown and white noise, drawn as lines, where they are given.
	noise []float64
}

// Dial draws beta as a dial: the gradients' autocorrelation at lags 1 and 5 and their effective correlation length against beta, a
// curve for each depth with its 95 % interval. The grey stripe is the recommended range of beta; the dashed lines are brown (above)
// and white noise.
func Dial(r *paper.DialResult) (*Figure, error) {
	if r == nil || len(r.Series) == 0 {
		return nil, fmt.Errorf("there is no result of the dial to draw: compute it with paper.Dial")
	}
	g := &grid{aspect: 0.95, padX: 10, padY: 6}
	g.panels = make([][]*plot.Plot, 1)
	var list []paper.Series
	for _, s := range r.Series {
		list = append(list, paper.Series{Net: s.Net, Depth: s.Depth})
	}
	depths, err := newDepthStyles(list)
	if err != nil {
		return nil, err
	}
	for i, q := range []dialQuantity{
		{"lag 1", "autocorrelation", func(s paper.DialSeries) []stats.Estimate { return s.Lag1 }, nil},
		{"lag 5", "autocorrelation", func(s paper.DialSeries) []stats.Estimate { return s.Lag5 }, nil},
		{"correlation length", "grid steps", func(s paper.DialSeries) []stats.Estimate { return s.Length },
			[]float64{r.Series[0].WhiteLength, r.Series[0].BrownLength}},
	} {
		p, err := dialPanel(r, q, depths)
		if err != nil {
			return nil, err
		}
		g.panels[0] = append(g.panels[0], p)
		g.columnTitles = append(g.columnTitles, panelTitle(i, q.title))
	}
	if g.legend, err = dialLegend(depths); err != nil {
		return nil, err
	}
	return newFigure("beta-dial", "β as a dial: autocorrelation of the gradients of resnets at lags 1 and 5, and their correlation length, against β, a curve for each depth.", g), nil
}

// dialPanel draws one quantity.
func dialPanel(r *paper.DialResult, q dialQuantity, depths depthStyles) (*plot.Plot, error) {
	p := newPanel("β", q.label)
	axes := scales{logX: true, logY: q.noise != nil}
	low, high := 0.0, 1.0
	if axes.logY {
		low, high = slices.Min(q.noise), slices.Max(q.noise)
	}
	var curves []curve
	var betas []float64
	for _, s := range r.Series {
		c, err := dialCurve(s, q)
		if err != nil {
			return nil, err
		}
		c.curveStyle = depths.style(s.Depth)
		betas = append(betas, c.x...)
		if axes.logY { // the intervals of lengths may reach below the shortest length there is
			for k := range c.lower {
				c.lower[k] = max(c.lower[k], slices.Min(q.noise)/2)
			}
		}
		low, high = min(low, slices.Min(c.lower)), max(high, slices.Max(c.upper))
		curves = append(curves, c)
	}
	first, last := slices.Min(betas), slices.Max(betas)
	if axes.logY {
		axes.axes(p, first, last, low/1.1, high*1.1)
	} else {
		axes.axes(p, first, last, low-0.03, high+0.03)
	}
	background, err := dialBackground(p, q.noise)
	if err != nil {
		return nil, err
	}
	return p, addCurves(p, background, curves)
}

// dialCurve returns the curve of a quantity of one depth.
func dialCurve(s paper.DialSeries, q dialQuantity) (curve, error) {
	what := fmt.Sprintf("the %s of depth %d against β", q.title, s.Depth)
	values := q.values(s)
	if len(s.Beta) < 2 || len(values) != len(s.Beta) {
		return curve{}, fmt.Errorf("%s has %d values of β and %d measured: give equally many, at least 2", what, len(s.Beta), len(values))
	}
	c := curve{x: s.Beta}
	for i, v := range values {
		if s.Beta[i] <= 0 {
			return curve{}, fmt.Errorf("%s can't be drawn: β is %g, and only positive ones have a place on a logarithmic axis", what, s.Beta[i])
		}
		if err := finite(what, v.Value, v.Low, v.High); err != nil {
			return curve{}, err
		}
		c.mean, c.stdErr = append(c.mean, v.Value), append(c.stdErr, 0)
		c.lower, c.upper = append(c.lower, v.Low), append(c.upper, v.High)
	}
	return c, nil
}

// dialBackground returns the stripe of the recommended betas and the lines of the noises.
func dialBackground(p *plot.Plot, noise []float64) ([]plot.Plotter, error) {
	var background []plot.Plotter
	from, to := max(paper.RecommendedLow, p.X.Min), min(paper.RecommendedHigh, p.X.Max)
	if from < to {
		stripe, err := band([]float64{from, to}, []float64{p.Y.Min, p.Y.Min}, []float64{p.Y.Max, p.Y.Max})
		if err != nil {
			return nil, err
		}
		stripe.Color = fade(ink, quantileOpacity)
		background = append(background, stripe)
	}
	for _, y := range noise {
		line, err := plotter.NewLine(plotter.XYs{{X: p.X.Min, Y: y}, {X: p.X.Max, Y: y}})
		if err != nil {
			return nil, err
		}
		line.Width, line.Color, line.Dashes = hairline, ink, []vg.Length{3, 2}
		background = append(background, line)
	}
	return background, nil
}

// dialLegend names the depths in one line, and stripe, band and dashes in another.
func dialLegend(depths depthStyles) ([][]legendEntry, error) {
	lines := make([][]legendEntry, 2)
	for _, depth := range depths.depths {
		entry, err := curveEntry(depthLabel(depth), depths.style(depth))
		if err != nil {
			return nil, err
		}
		lines[0] = append(lines[0], entry)
	}
	lines[1] = []legendEntry{
		{fmt.Sprintf("recommended, β = %g to %g", paper.RecommendedLow, paper.RecommendedHigh),
			[]plot.Thumbnailer{&plotter.Polygon{Color: fade(ink, quantileOpacity)}}},
		{"brown and white noise", []plot.Thumbnailer{sample(ink, []vg.Length{3, 2})}},
		{"colour: 95 % interval", []plot.Thumbnailer{&plotter.Polygon{Color: fade(depths.style(depths.depths[0]).color, quantileOpacity)}}},
	}
	return lines, nil
}
