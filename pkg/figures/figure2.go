package figures

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// panel2 is a panel of Figure 2: a family of nets, or the noises.
type panel2 struct {
	title  string
	curves []curve
}

// Figure2 draws Figure 2: the autocorrelation of gradients against the lag, a panel for every family of nets in the result's
// config and one for noise, a curve for every depth. Frozen statistics above, coupled ones below; noise has no statistics
// and stands in both rows, for comparison.
//
// A curve is the mean over the draws; its dark band is one standard error to either side, its light band goes from the 10 %
// to the 90 % quantile of the draws. The dashed lines at +-1.96 / sqrt(M) hold 95 % of the autocorrelations of white noise
// at M inputs.
func Figure2(r *paper.Figure2Result) (*Figure, error) {
	if r == nil {
		return nil, fmt.Errorf("there is no result of Figure 2 to draw: compute it with paper.Figure2")
	}
	if len(r.Config.Nets) == 0 || r.Config.Inputs < 1 {
		return nil, fmt.Errorf("the config of Figure 2 has %d nets and %d inputs: both must be at least 1", len(r.Config.Nets), r.Config.Inputs)
	}
	depths, err := newDepthStyles(r.Series)
	if err != nil {
		return nil, err
	}
	g := &grid{aspect: 0.78, padX: 8, padY: 6}
	for _, statistics := range paper.AllStatistics {
		row, err := figure2Row(r, statistics, depths)
		if err != nil {
			return nil, err
		}
		var plots []*plot.Plot
		for i, panel := range row {
			p, err := panel.draw(r.Config.Inputs)
			if err != nil {
				return nil, err
			}
			plots = append(plots, p)
			if len(g.panels) == 0 {
				g.columnTitles = append(g.columnTitles, panelTitle(i, panel.title))
			}
		}
		g.panels = append(g.panels, plots)
		g.rowTitles = append(g.rowTitles, fmt.Sprintf("%s statistics", statistics))
	}
	shareAxes(g.panels)
	if g.legend, err = figure2Legend(depths, r.Config.Inputs); err != nil {
		return nil, err
	}
	about := fmt.Sprintf("Figure 2: autocorrelation of the gradients of nets over %d inputs, and of noise, against the lag, a curve for each depth.", r.Config.Inputs)
	return newFigure("figure-2", about, g), nil
}

// figure2Row gathers the panels of one row.
func figure2Row(r *paper.Figure2Result, statistics norms.Statistics, depths depthStyles) ([]panel2, error) {
	var row []panel2
	for _, net := range r.Config.Nets {
		name, series := r.Panel(net, statistics)
		panel := panel2{title: name.Family()}
		for _, s := range series {
			c, err := newCurve(s)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(panel.curves, func(other curve) bool { return other.label == depthLabel(s.Depth) }) {
				return nil, fmt.Errorf("panel %q of Figure 2 has two curves of depth %d: nets of one panel differ in depth alone", panel.title, s.Depth)
			}
			c.label, c.curveStyle = depthLabel(s.Depth), depths.style(s.Depth)
			panel.curves = append(panel.curves, c)
		}
		if len(panel.curves) == 0 {
			return nil, fmt.Errorf("panel %q of Figure 2 has no curve with %s statistics: compute the result with paper.Figure2", panel.title, statistics)
		}
		row = append(row, panel)
	}
	noise := panel2{title: "noise"}
	for _, style := range noiseStyles {
		selected := r.Select(style.net, 0, "")
		if len(selected) != 1 {
			return nil, fmt.Errorf("the result of Figure 2 has %d curves of %s noise where one is expected: compute the result with paper.Figure2", len(selected), style.net)
		}
		c, err := newCurve(selected[0])
		if err != nil {
			return nil, err
		}
		c.label, c.curveStyle = noiseTitle(style.net), style.curveStyle
		noise.curves = append(noise.curves, c)
	}
	return append(row, noise), nil
}

// draw draws the panel for nets on m inputs.
func (p panel2) draw(m int) (*plot.Plot, error) {
	lags := p.curves[0].x
	zero, band, err := whiteBand(lags[0], lags[len(lags)-1], m)
	if err != nil {
		return nil, err
	}
	panel := newPanel("", "")
	if err := addCurves(panel, []plot.Plotter{zero, band[0], band[1]}, p.curves); err != nil {
		return nil, err
	}
	return panel, nil
}

// whiteBand returns a line at zero and the two lines between which 95 % of the autocorrelations of white noise of length m lie.
func whiteBand(from, to float64, m int) (zero *plotter.Line, band [2]*plotter.Line, err error) {
	level := func(y float64) (*plotter.Line, error) {
		line, err := plotter.NewLine(plotter.XYs{{X: from, Y: y}, {X: to, Y: y}})
		if err != nil {
			return nil, err
		}
		line.Width, line.Color = hairline, faint
		return line, nil
	}
	if zero, err = level(0); err != nil {
		return nil, band, err
	}
	limit := stats.WhiteBand(m)
	for i, y := range []float64{-limit, limit} {
		if band[i], err = level(y); err != nil {
			return nil, band, err
		}
		band[i].Color, band[i].Dashes = ink, []vg.Length{3, 2}
	}
	return zero, band, nil
}

// shareAxes gives all panels the same axes, which hold everything drawn, and labels only those at the grid's left and lower
// edges.
func shareAxes(panels [][]*plot.Plot) {
	low, high, last := 0.0, 1.0, 0.0
	for _, row := range panels {
		for _, p := range row {
			low, high, last = min(low, p.Y.Min), max(high, p.Y.Max), max(last, p.X.Max)
		}
	}
	for i, row := range panels {
		for j, p := range row {
			p.X.Min, p.X.Max = -0.5, last+0.5
			p.Y.Min, p.Y.Max = low-0.05, high+0.05
			p.X.Tick.Marker, p.Y.Tick.Marker = ticksEvery(5), ticksEvery(0.5)
			if j == 0 {
				p.Y.Label.Text = "autocorrelation"
			} else {
				p.Y.Tick.Marker = unlabelled{p.Y.Tick.Marker}
			}
			if i == len(panels)-1 {
				p.X.Label.Text = "lag"
			}
		}
	}
}

// figure2Legend names depths and noises in one line, and what bands and dashes mean in another.
func figure2Legend(depths depthStyles, m int) ([][]legendEntry, error) {
	lines := make([][]legendEntry, 2)
	add := func(label string, style curveStyle) error {
		entry, err := curveEntry(label, style)
		lines[0] = append(lines[0], entry)
		return err
	}
	for _, depth := range depths.depths {
		if err := add(depthLabel(depth), depths.style(depth)); err != nil {
			return nil, err
		}
	}
	for _, noise := range noiseStyles {
		if err := add(noiseTitle(noise.net), noise.curveStyle); err != nil {
			return nil, err
		}
	}
	_, dashed, err := whiteBand(0, 1, m)
	if err != nil {
		return nil, err
	}
	lines[1] = append(bandEntries(), legendEntry{"95 % band of white noise", []plot.Thumbnailer{dashed[0]}})
	return lines, nil
}
