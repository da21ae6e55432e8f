package figures

import (
	"fmt"
	"image/color"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The paper's colours of Figures 3 and 4, dark enough to be read as lines.
var (
	leaf = color.NRGBA{R: 0x2c, G: 0x8a, B: 0x2c, A: 0xff}
	sky  = color.NRGBA{R: 0x2f, G: 0x7a, B: 0xbd, A: 0xff}
)

// family is what the nets of one panel of Figure 3 have in common.
type family struct {
	// title names the panel. Nets without normalisation and with batch normalisation share one, and that goes without saying; those of any
	// other normalisation have a panel that names it.
	title  string
	series []paper.ActivationSeries
}

// families groups series, in order of their first occurrence.
func families(all []paper.ActivationSeries) []family {
	var found []family
	for _, s := range all {
		title := s.Name().Family()
		if s.Norm != norms.None.Name && s.Norm != norms.Batch.Name {
			title = s.Name().Title()
		}
		i := slices.IndexFunc(found, func(f family) bool { return f.title == title })
		if i < 0 {
			i = len(found)
			found = append(found, family{title: title})
		}
		found[i].series = append(found[i].series, s)
	}
	return found
}

// shareLimit is the top of the panels, a little above what Figure 3 shows at the paper's size; more where a share reaches higher.
const shareLimit = 0.7

// dotted is the pattern of the curves with batch normalisation.
var dotted = []vg.Length{1.5, 2}

// Figure3 draws Figure 3: activations and coactivations against the layer, a panel for the feedforward nets and one for the
// resnets of every beta. Solid curves are without batch normalisation, dotted ones with it; green is the share of inputs at
// which a unit is active, blue that of the pairs of distinct inputs. A curve is the mean over the draws, its band goes from
// their 10 % to their 90 % quantile. The thin lines are at 1/2 and 1/4.
func Figure3(r *paper.Figure3Result) (*Figure, error) {
	if r == nil || len(r.Series) == 0 {
		return nil, fmt.Errorf("there is no result of Figure 3 to draw: compute it with paper.Figure3")
	}
	g := &grid{aspect: 0.95, padX: 8, padY: 6}
	top := shareLimit
	for _, s := range r.Series {
		if err := checkActivations(s); err != nil {
			return nil, err
		}
		top = max(top, slices.Max(s.Active.Upper), slices.Max(s.Coactive.Upper))
	}
	g.panels = make([][]*plot.Plot, 1)
	for i, f := range families(r.Series) {
		p, err := sharePanel(f, top)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			p.Y.Label.Text = "share"
		} else {
			p.Y.Tick.Marker = unlabelled{p.Y.Tick.Marker}
		}
		g.panels[0] = append(g.panels[0], p)
		g.columnTitles = append(g.columnTitles, panelTitle(i, f.title))
	}
	g.legend = figure3Legend()
	return newFigure("figure-3", "Figure 3: share of inputs at which a unit is active, and of pairs of inputs at both of which it is, against the layer.", g), nil
}

// checkActivations returns an error that says what of a series can't be drawn.
func checkActivations(s paper.ActivationSeries) error {
	what := fmt.Sprintf("the series of %s in Figure 3", s.Name().Text())
	n := len(s.Layers)
	for _, layers := range []*stats.Curve{s.Active, s.Coactive} {
		if layers == nil || n < 2 || len(layers.Mean) != n || len(layers.Lower) != n || len(layers.Upper) != n {
			return fmt.Errorf("%s does not have equally many layers, means and quantiles, at least 2: compute it with paper.Figure3", what)
		}
		for _, values := range [][]float64{layers.Mean, layers.Lower, layers.Upper} {
			if err := finite(what, values...); err != nil {
				return err
			}
		}
	}
	return nil
}

// sharePanel draws the nets of one family, on shares from 0 to top.
func sharePanel(f family, top float64) (*plot.Plot, error) {
	p := newPanel("layer", "")
	var bands, lines []plot.Plotter
	last := 0.0
	for _, s := range f.series {
		var x []float64
		for _, layer := range s.Layers {
			x = append(x, float64(layer))
		}
		last = max(last, x[len(x)-1])
		for _, share := range []struct {
			layers *stats.Curve
			color  color.Color
		}{{s.Active, leaf}, {s.Coactive, sky}} {
			area, err := band(x, share.layers.Lower, share.layers.Upper)
			if err != nil {
				return nil, err
			}
			area.Color = fade(share.color, 2*quantileOpacity)
			line, err := plotter.NewLine(points(x, share.layers.Mean))
			if err != nil {
				return nil, err
			}
			line.Width, line.Color = 1.2, share.color
			if s.Norm == norms.Batch.Name {
				line.Dashes, line.Width = dotted, 1.8
			}
			bands, lines = append(bands, area), append(lines, line)
		}
	}
	var references []plot.Plotter
	for _, y := range []float64{paper.HalfActive, paper.QuarterCoactive} {
		line, err := plotter.NewLine(plotter.XYs{{X: 1, Y: y}, {X: last, Y: y}})
		if err != nil {
			return nil, err
		}
		line.Width, line.Color = hairline, faint
		references = append(references, line)
	}
	addData(p, slices.Concat(references, bands, lines)...)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 1, last, 0, top
	p.Y.Tick.Marker = ticksEvery(0.25)
	return p, nil
}

// figure3Legend says what colours, dots and bands mean.
func figure3Legend() [][]legendEntry {
	line := func(c color.Color, width vg.Length, dashes []vg.Length) []plot.Thumbnailer {
		return []plot.Thumbnailer{&plotter.Line{LineStyle: draw.LineStyle{Color: c, Width: width, Dashes: dashes}}}
	}
	return [][]legendEntry{
		{
			{"active, without batch norm", line(leaf, 1.2, nil)},
			{"with", line(leaf, 1.8, dotted)},
			{"co-active pairs, without", line(sky, 1.2, nil)},
			{"with", line(sky, 1.8, dotted)},
			{"10 % to 90 % of the draws", []plot.Thumbnailer{&plotter.Polygon{Color: fade(ink, 2*quantileOpacity)}}},
		},
	}
}
