package figures

import (
	"fmt"
	"image"
	"image/color"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// column4 is a column of Figure 4: a net at all depths.
type column4 struct {
	net   models.Config
	title string
}

// The columns of the three pictures of Figure 4.
var (
	paperColumns = []column4{
		{models.Config{Net: "feedforward", Norm: norms.None}, "feedforward without batch norm"},
		{models.Config{Net: "feedforward", Norm: norms.Batch}, "feedforward with batch norm"},
		{models.Config{Net: "residual", Norm: norms.Batch, Beta: 1}, "resnet with batch norm, β = 1"},
	}
	plainColumns      = resnetColumns(norms.None, "without")
	normalizedColumns = resnetColumns(norms.Batch, "with")
)

// resnetColumns returns columns of resnets with falling beta.
func resnetColumns(norm *norms.Norm, with string) []column4 {
	var columns []column4
	for _, beta := range []float64{1, 0.3, 0.1} {
		columns = append(columns, column4{
			models.Config{Net: "residual", Norm: norm, Beta: beta},
			fmt.Sprintf("resnet %s batch norm, β = %g", with, beta),
		})
	}
	return columns
}

// Figure4 draws Figure 4: for every depth, one a row, and every net, one a column, which units of the last rectifier are active
// at which inputs (black) in the first draw, and beside it two histograms over all draws, of the activation per unit
// and of the contiguity. A histogram is scaled to its highest bar, as in the paper. The nets are feedforward without and with
// batch normalisation, and the resnet with it.
func Figure4(r *paper.Figure4Result) (*Figure, error) { return figure4(r, "figure-4", paperColumns) }

// Figure4Resnets draws the same of resnets without batch normalisation, beta = 1, 0.3 and 0.1: what skips and rescaling do alone.
func Figure4Resnets(r *paper.Figure4Result) (*Figure, error) {
	return figure4(r, "figure-4-resnets", plainColumns)
}

// Figure4ResnetsNormalized draws the same of resnets with batch normalisation, beta = 1, 0.3 and 0.1.
func Figure4ResnetsNormalized(r *paper.Figure4Result) (*Figure, error) {
	return figure4(r, "figure-4-resnets-bn", normalizedColumns)
}

// figure4 draws three columns of Figure 4.
func figure4(r *paper.Figure4Result, name string, columns []column4) (*Figure, error) {
	if r == nil || len(r.Patterns) == 0 {
		return nil, fmt.Errorf("there is no result of Figure 4 to draw: compute it with paper.Figure4")
	}
	g := &grid{aspect: 0.38, padX: 10, padY: 6, legend: figure4Legend()}
	for j, column := range columns {
		patterns := r.Select(column.net.Net, column.net.Norm, column.net.Beta)
		if len(patterns) == 0 || j > 0 && len(patterns) != len(g.panels) {
			return nil, fmt.Errorf("the result of Figure 4 has %d depths of %q: compute all columns for the same depths with paper.Figure4", len(patterns), column.title)
		}
		g.columnTitles = append(g.columnTitles, panelTitle(j, column.title))
		for i, pattern := range patterns {
			if j == 0 {
				g.panels = append(g.panels, nil)
				g.rowTitles = append(g.rowTitles, depthLabel(pattern.Depth))
			}
			p, err := patternPanel(pattern, i == len(patterns)-1)
			if err != nil {
				return nil, err
			}
			if j == 0 {
				p.Y.Label.Text = "hidden unit"
			}
			g.panels[i] = append(g.panels[i], p)
		}
	}
	about := fmt.Sprintf("Figure 4: which units of the last rectifier are active at which of %d inputs, in black and white, and histograms of the activation per unit and of the length of runs; a column for each net and a row for each depth.",
		r.Patterns[0].Raster.Inputs)
	return newFigure(name, about, g), nil
}

// patternPanel draws a cell: a panel that holds three panels. Only the last row names their axes.
func patternPanel(p paper.Pattern, last bool) (*plot.Plot, error) {
	what := fmt.Sprintf("%q of Figure 4", fmt.Sprintf("%d-layer %s", p.Depth, p.Name().Title()))
	if p.Raster == nil {
		return nil, fmt.Errorf("%s has no raster, which is not kept in the results' file: compute it with paper.Figure4", what)
	}
	if units, m := p.Raster.Units, p.Raster.Inputs; units < 1 || m < 2 || len(p.Raster.On) != units*m {
		return nil, fmt.Errorf("%s has a raster of %d values for %d units and %d inputs: give one value for each", what, len(p.Raster.On), units, m)
	}
	for _, shares := range [][]float64{p.Activation, p.Contiguity} {
		if len(shares) == 0 || slices.Max(shares) <= 0 {
			return nil, fmt.Errorf("%s has an empty histogram: compute it with paper.Figure4", what)
		}
		if err := finite("a histogram of "+what, shares...); err != nil {
			return nil, err
		}
	}
	m := float64(p.Raster.Inputs)
	raster := rasterPanel(p.Raster)
	active, contiguity := histogramPanel(p.Activation, 0, 1, sky), histogramPanel(p.Contiguity, 1, m, leaf)
	ends := plot.ConstantTicks{{Value: 1, Label: "1"}, {Value: m, Label: "M"}}
	raster.X.Tick.Marker = plot.ConstantTicks{{Value: 0.5, Label: "1"}, {Value: m - 0.5, Label: "M"}}
	active.X.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 0.5, Label: "½"}, {Value: 1, Label: "1"}}
	contiguity.X.Tick.Marker = ends
	group := newPanel("", "")
	group.X.Tick.Marker, group.Y.Tick.Marker = plot.ConstantTicks{}, plot.ConstantTicks{}
	if last {
		raster.X.Label.Text, active.X.Label.Text, contiguity.X.Label.Text = "input", "active/unit", "contiguity"
		group.X.Label.Text = " "                                           // space for the three labels
		group.X.Tick.Marker = plot.ConstantTicks{{Value: 0.5, Label: " "}} // and for their ticks
		group.X.Tick.LineStyle.Width = 0
	} else {
		for _, part := range []*plot.Plot{raster, active, contiguity} {
			part.X.Tick.Marker = plot.ConstantTicks{}
		}
	}
	group.Add(parts{raster, active, contiguity})
	group.X.Min, group.X.Max, group.Y.Min, group.Y.Max = 0, 1, 0, 1
	return group, nil
}

// parts draws a raster and two histograms side by side into the data area of another plot. Their axes lie below it.
type parts struct{ raster, active, contiguity *plot.Plot }

// Shares of the width of the area that a raster, a histogram and the space between histograms take.
const (
	rasterShare    = 0.48
	histogramShare = 0.22
	histogramGap   = 0.04
)

// Plot implements plot.Plotter.
func (p parts) Plot(c draw.Canvas, _ *plot.Plot) {
	size := c.Rectangle.Size()
	for _, part := range []struct {
		plot        *plot.Plot
		from, share vg.Length
	}{
		{p.raster, 0, rasterShare}, {p.active, 1 - 2*histogramShare - histogramGap, histogramShare}, {p.contiguity, 1 - histogramShare, histogramShare},
	} {
		area := vg.Rectangle{Min: vg.Point{X: c.Min.X + part.from*size.X, Y: c.Min.Y}}
		area.Max = area.Min.Add(vg.Point{X: part.share * size.X, Y: size.Y})
		part.plot.Draw(fit(part.plot, draw.Canvas{Canvas: c.Canvas, Rectangle: area}, area))
	}
}

// partPanel returns an empty panel without a y axis that covers nothing but its data area.
func partPanel() *plot.Plot {
	p := newPanel("", "")
	p.Y.Tick.Marker = plot.ConstantTicks{}
	p.BackgroundColor = nil
	return p
}

// histogramPanel draws shares in equal bins from low to high, up to the highest.
func histogramPanel(shares []float64, low, high float64, c color.Color) *plot.Plot {
	p := partPanel()
	bars := &plotter.Histogram{FillColor: c}
	bars.LineStyle = draw.LineStyle{Color: color.White, Width: 0.4}
	width := (high - low) / float64(len(shares))
	for i, share := range shares {
		if share > 0 {
			from := low + width*float64(i)
			bars.Bins = append(bars.Bins, plotter.HistogramBin{Min: from, Max: from + width, Weight: share})
		}
	}
	addData(p, bars)
	room := 0.04 * (high - low)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low-room, high+room, 0, 1.05*slices.Max(shares)
	return p
}

// rasterPanel draws a raster, the first unit on top, on axes that run from 0 to its numbers of inputs and units.
func rasterPanel(r *activations.Raster) *plot.Plot {
	p := partPanel()
	addData(p, plotter.NewImage(rasterPicture(r), 0, 0, float64(r.Inputs), float64(r.Units)))
	return p
}

// rasterDetail is how many pixels wide and high the picture of a single value is: the renderer interpolates between pixels, and
// with so many of them it leaves values black or white.
const rasterDetail = 4

// rasterPicture returns the picture of a raster, black where a unit is active.
func rasterPicture(r *activations.Raster) *image.Paletted {
	size := image.Rect(0, 0, r.Inputs*rasterDetail, r.Units*rasterDetail)
	picture := image.NewPaletted(size, color.Palette{color.White, color.Black})
	for y := range size.Max.Y {
		row := r.Row(y / rasterDetail)
		for x := range size.Max.X {
			if row[x/rasterDetail] {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	return picture
}

// figure4Legend says what the colours mean.
func figure4Legend() [][]legendEntry {
	box := func(c color.Color) []plot.Thumbnailer { return []plot.Thumbnailer{&plotter.Polygon{Color: c}} }
	return [][]legendEntry{{
		{"active", box(color.Black)},
		{"units by their share of active inputs", box(sky)},
		{"runs of equal value by their length, 1 to M", box(leaf)},
	}}
}
