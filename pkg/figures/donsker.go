package figures

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Donsker draws the appendix: (a) gradients of one-layer nets as walks in the time Phi(x), a width each; (b) their covariance at
// some times s against t, measured at the smallest and the largest width with the band that holds for all pairs and widths together
// at 95 %, and min(s, t); (c) the Kolmogorov-Smirnov distance of the standardised increments from the normal law against the
// width.
func Donsker(r *paper.DonskerResult) (*Figure, error) {
	if r == nil || len(r.Series) == 0 {
		return nil, fmt.Errorf("there is no result of Donsker's theorem to draw: compute it with paper.Donsker")
	}
	for _, s := range r.Series {
		if err := checkWalk(s); err != nil {
			return nil, err
		}
	}
	g := &grid{aspect: 0.9, padX: 12, columnTitles: []string{
		panelTitle(0, "gradient as a walk"), panelTitle(1, "covariance"), panelTitle(2, "distance to normal"),
	}}
	shown := someWalks(r.Series, 4)
	colors, err := orderedColors(len(shown))
	if err != nil {
		return nil, err
	}
	styles := make([]curveStyle, len(shown))
	for i, color := range colors {
		styles[i] = curveStyle{color, glyphs[i]}
	}
	paths, err := pathPanel(shown, styles)
	if err != nil {
		return nil, err
	}
	ends := []int{0, len(shown) - 1}[:min(len(shown), 2)]
	covariances, err := walkCovariancePanel(shown, ends, styles)
	if err != nil {
		return nil, err
	}
	distances, entries, err := distancePanel(r)
	if err != nil {
		return nil, err
	}
	g.panels = [][]*plot.Plot{{paths, covariances, distances}}
	g.legend, err = donskerLegend(shown, styles, entries)
	return newFigure("donsker", "Gradients of one-layer nets against Brownian motion: the gradients as walks in the time t, their covariance against t, and the Kolmogorov–Smirnov distance of their steps from the normal law against the width N.", g), err
}

// checkWalk returns an error when a walk can't be drawn.
func checkWalk(s paper.DonskerSeries) error {
	what := fmt.Sprintf("the walk of width %d", s.Width)
	if len(s.Time) < 2 || len(s.Path) != len(s.Time) || len(s.Covariances) == 0 || s.Width < 1 {
		return fmt.Errorf("%s has %d times, %d values and %d covariances: give equally many values as times, at least 2, and a covariance",
			what, len(s.Time), len(s.Path), len(s.Covariances))
	}
	for _, values := range [][]float64{s.Time, s.Path} {
		if err := finite(what, values...); err != nil {
			return err
		}
	}
	for _, c := range s.Covariances {
		if err := finite("a covariance of "+what, c.S, c.T, c.Value, c.Low, c.High); err != nil {
			return err
		}
	}
	d := s.Distance
	if err := finite("the distance of "+what, d.Empirical, d.Floor, d.GivenKinks.Value, d.GivenKinks.Low, d.GivenKinks.High, d.Exact); err != nil {
		return err
	}
	if min(d.Empirical, d.Floor, d.GivenKinks.Low, d.Exact) <= 0 {
		return fmt.Errorf("the distance of %s can't be drawn in logarithmic scale: values must be positive", what)
	}
	return nil
}

// someWalks returns at most n of the series, the first and the last among them, evenly spread.
func someWalks(series []paper.DonskerSeries, n int) []paper.DonskerSeries {
	if len(series) <= n {
		return series
	}
	chosen := make([]paper.DonskerSeries, n)
	for i := range chosen {
		chosen[i] = series[(i*(len(series)-1)+(n-1)/2)/(n-1)]
	}
	return chosen
}

// pathPanel draws the first draw of every width as steps.
func pathPanel(series []paper.DonskerSeries, styles []curveStyle) (*plot.Plot, error) {
	p := newPanel("t = Φ(x)", "g")
	var lines []plot.Plotter
	for i, s := range series {
		line, err := plotter.NewLine(points(s.Time, s.Path))
		if err != nil {
			return nil, err
		}
		line.Color, line.Width, line.StepStyle = styles[i].color, 0.9, plotter.PreStep
		lines = append(lines, line)
	}
	addData(p, lines...)
	margin := 0.05 * (p.Y.Max - p.Y.Min)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, p.Y.Min-margin, p.Y.Max+margin
	p.X.Tick.Marker = ticksEvery(0.5)
	return p, nil
}

// covarianceRow returns the covariances of a walk between one time and all others, over these.
func covarianceRow(s paper.DonskerSeries, time float64) (t, mean, low, high []float64) {
	for _, c := range s.Covariances {
		if c.S != time && c.T != time {
			continue
		}
		t = append(t, c.S+c.T-time)
		mean, low, high = append(mean, c.Value), append(low, c.Low), append(high, c.High)
	}
	return t, mean, low, high
}

// covarianceTimes returns about a third and two thirds of the way, and the end, of the times that a walk has covariances at.
func covarianceTimes(s paper.DonskerSeries) []float64 {
	var all []float64
	for _, c := range s.Covariances {
		if c.S == c.T {
			all = append(all, c.S)
		}
	}
	last := len(all) - 1
	return slices.Compact([]float64{all[last/3], all[(2*last+2)/3], all[last]})
}

// walkCovariancePanel draws rows of the covariance of the walks with the given indices.
func walkCovariancePanel(series []paper.DonskerSeries, shown []int, styles []curveStyle) (*plot.Plot, error) {
	p := newPanel("t", "E[g(s) g(t)]")
	var bands, lines, markers []plot.Plotter
	for _, time := range covarianceTimes(series[0]) {
		line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: time, Y: time}, {X: 1, Y: time}})
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = ink, hairline
		lines = append(lines, line)
		for _, i := range shown {
			t, mean, low, high := covarianceRow(series[i], time)
			area, err := band(t, low, high)
			if err != nil {
				return nil, err
			}
			area.Color = fade(styles[i].color, deviationOpacity)
			scatter, err := plotter.NewScatter(points(t, mean))
			if err != nil {
				return nil, err
			}
			scatter.GlyphStyle = draw.GlyphStyle{Color: styles[i].color, Radius: 2, Shape: styles[i].glyph}
			bands, markers = append(bands, area), append(markers, scatter)
		}
	}
	addData(p, slices.Concat(bands, lines, markers)...)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, min(p.Y.Min, 0)-0.02, max(p.Y.Max, 1)+0.02
	p.X.Tick.Marker, p.Y.Tick.Marker = ticksEvery(0.5), ticksEvery(0.5)
	return p, nil
}

// distancePanel draws the distances against the width, and returns the legend's entries of their curves.
func distancePanel(r *paper.DonskerResult) (*plot.Plot, []legendEntry, error) {
	p := newPanel("N", "Kolmogorov–Smirnov distance")
	var widths, exact, given, empirical, floor []float64
	var bars intervals
	for _, s := range r.Series {
		d, width := s.Distance, float64(s.Width)
		widths = append(widths, width)
		exact, given = append(exact, d.Exact), append(given, d.GivenKinks.Value)
		empirical, floor = append(empirical, d.Empirical), append(floor, d.Floor)
		bars.x, bars.low, bars.high = append(bars.x, width), append(bars.low, d.GivenKinks.Low), append(bars.high, d.GivenKinks.High)
	}
	bars.style = draw.LineStyle{Color: curveBlue, Width: 1.4}
	sampled, err := plotter.NewScatter(points(widths, empirical))
	if err != nil {
		return nil, nil, err
	}
	sampled.GlyphStyle = draw.GlyphStyle{Color: grey, Radius: 2.3, Shape: draw.BoxGlyph{}}
	conditioned, err := plotter.NewScatter(points(widths, given))
	if err != nil {
		return nil, nil, err
	}
	conditioned.GlyphStyle = draw.GlyphStyle{Color: curveBlue, Radius: 2.3, Shape: draw.CircleGlyph{}}
	law, err := thinLine(points(widths, exact), nil)
	if err != nil {
		return nil, nil, err
	}
	noise, err := thinLine(points(widths, floor), []vg.Length{1, 2})
	if err != nil {
		return nil, nil, err
	}
	data := []plot.Plotter{noise, law, bars, sampled, conditioned}
	entries := []legendEntry{
		{"sampled increments", []plot.Thumbnailer{sampled}}, {"their floor", []plot.Thumbnailer{noise}},
		{"given the kinks", []plot.Thumbnailer{conditioned}}, {"exact law", []plot.Thumbnailer{law}},
	}
	if r.Fit != nil {
		at := func(n float64) plotter.XY {
			return plotter.XY{X: n, Y: fitOffset * r.Fit.Factor * math.Pow(n, r.Fit.Exponent.Value)}
		}
		fitted, err := thinLine(plotter.XYs{at(float64(r.Fit.From)), at(slices.Max(widths))}, []vg.Length{5, 2})
		if err != nil {
			return nil, nil, err
		}
		fitted.Color, fitted.Width = brown, 1.2
		data = append(data, fitted)
		entries = append(entries, legendEntry{fmt.Sprintf("fit: N to the power %s, moved down", labelledTicks([]float64{math.Round(100*r.Fit.Exponent.Value) / 100})[0].Label), []plot.Thumbnailer{fitted}})
	}
	addData(p, data...)
	setLog(&p.X, slices.Min(widths)/1.5, slices.Max(widths)*1.5)
	setLog(&p.Y, p.Y.Min/2, p.Y.Max*2)
	return p, entries, nil
}

// fitOffset keeps the fitted line apart from the points that it runs through.
const fitOffset = 0.5

// thinLine returns a line in the colour of text.
func thinLine(xys plotter.XYs, dashes []vg.Length) (*plotter.Line, error) {
	line, err := plotter.NewLine(xys)
	if err != nil {
		return nil, err
	}
	line.Color, line.Width, line.Dashes = ink, 2*hairline, dashes
	return line, nil
}

// donskerLegend names widths and the line of Brownian motion, and below the curves of the distances.
func donskerLegend(series []paper.DonskerSeries, styles []curveStyle, distances []legendEntry) ([][]legendEntry, error) {
	var widths []legendEntry
	for i, s := range series {
		entry, err := curveEntry(fmt.Sprintf("N = %d", s.Width), styles[i])
		if err != nil {
			return nil, err
		}
		widths = append(widths, entry)
	}
	brownian, err := thinLine(plotter.XYs{{}}, nil)
	if err != nil {
		return nil, err
	}
	widths = append(widths, legendEntry{"(b) min(s, t) for three s", []plot.Thumbnailer{brownian}},
		legendEntry{"(b) 95 % band for all pairs together", []plot.Thumbnailer{&plotter.Polygon{Color: fade(ink, deviationOpacity)}}})
	return [][]legendEntry{widths, distances}, nil
}
