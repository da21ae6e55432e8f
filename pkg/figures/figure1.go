package figures

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
)

// covarianceLimit is the top of the heat maps' scale, one for all so that they can be compared. The entries' mean is below 1
// for every g, by the Cauchy-Schwarz inequality; those of white noise, a product of two normal variables, exceed 4 once in
// 150. A scale up to the largest entry would leave the rest dark.
const covarianceLimit = 4

// Figure1 draws Figure 1 for one kind of statistics: on top the gradients of the nets of columns a, b, c, and brown and white
// noise, over the grid of inputs; below them |(g - mean g)(g - mean g)^T| / var(g) as heat maps, index 0 in the upper left
// corner. All heat maps share one colour scale from 0 to 4; larger entries have the colour of 4, as the colour bar says.
//
// The figure is called "figure-1" for frozen statistics, which are also what the empty string stands for, and
// "figure-1-coupled" for coupled ones.
func Figure1(r *paper.Figure1Result, statistics norms.Statistics) (*Figure, error) {
	if err := statistics.Check(); err != nil {
		return nil, err
	}
	if statistics == "" {
		statistics = norms.Frozen
	}
	columns, err := figure1Columns(r, statistics)
	if err != nil {
		return nil, err
	}
	scale, err := viridis(0, covarianceLimit)
	if err != nil {
		return nil, err
	}
	g := &grid{aspect: 1, padX: 10, padY: 5, bar: &colorBar{scale: scale, label: "|(g − ḡ)(g − ḡ)ᵀ| / var g"}}
	g.panels = make([][]*plot.Plot, 2)
	for i, column := range columns {
		line, err := gradientPanel(column)
		if err != nil {
			return nil, err
		}
		matrix := covariancePanel(column, scale)
		switch noise := isNoise(column.Net); {
		case i == 0:
			line.Y.Label.Text = fmt.Sprintf("gradient (%s)", statistics)
			matrix.Y.Label.Text = "input index"
		case noise && !isNoise(columns[i-1].Net):
			line.Y.Label.Text = "noise"
			g.dividers = append(g.dividers, i)
		}
		g.panels[0] = append(g.panels[0], line)
		g.panels[1] = append(g.panels[1], matrix)
		g.columnTitles = append(g.columnTitles, panelTitle(i, columnTitle(column.Series)))
	}
	name := "figure-1"
	if statistics != norms.Frozen {
		name += "-" + string(statistics)
	}
	about := fmt.Sprintf("Figure 1 with %s statistics: gradients of nets, and noise, over a grid of %d inputs, and below each the absolute values of its covariance matrix as a heat map.",
		statistics, len(columns[0].X))
	return newFigure(name, about, g), nil
}

// figure1Columns returns the columns to draw, checked.
func figure1Columns(r *paper.Figure1Result, statistics norms.Statistics) ([]paper.Column, error) {
	if r == nil {
		return nil, fmt.Errorf("there is no result of Figure 1 to draw: compute it with paper.Figure1")
	}
	columns := r.Select(statistics)
	if len(columns) == 0 || isNoise(columns[0].Net) {
		return nil, fmt.Errorf("the result of Figure 1 has no net with %s statistics: compute it with paper.Figure1", statistics)
	}
	for _, c := range columns {
		what := fmt.Sprintf("column %q of Figure 1", columnTitle(c.Series))
		if err := checkColumn(what, c); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

// checkColumn returns an error unless the column has what the panels need, all of it finite.
func checkColumn(what string, c paper.Column) error {
	m := len(c.X)
	switch {
	case m < 2 || len(c.Values) != m:
		return fmt.Errorf("%s has %d inputs and %d values: give as many values as inputs, at least 2", what, m, len(c.Values))
	case c.Covariance == nil:
		return fmt.Errorf("%s has no covariance, which is not kept in the results' file: compute it with stats.NormalizedOuter", what)
	case c.Covariance.SymmetricDim() != m:
		n := c.Covariance.SymmetricDim()
		return fmt.Errorf("%s has a covariance of %d x %d for %d inputs: give one of %d x %d", what, n, n, m, m, m)
	}
	for _, part := range []struct {
		name   string
		values []float64
	}{{"the inputs of ", c.X}, {"the values of ", c.Values}, {"the covariance of ", c.Covariance.RawSymmetric().Data}} {
		if err := finite(part.name+what, part.values...); err != nil {
			return err
		}
	}
	return nil
}

// gradientPanel draws a gradient, or noise, over the inputs.
func gradientPanel(c paper.Column) (*plot.Plot, error) {
	p := newPanel("input", "")
	line, err := plotter.NewLine(points(c.X, c.Values))
	if err != nil {
		return nil, err
	}
	line.Width, line.Color = 0.8, curveBlue
	addData(p, line)
	room := 0.06 * (p.Y.Max - p.Y.Min)
	p.Y.Min, p.Y.Max = p.Y.Min-room, p.Y.Max+room
	return p, nil
}

// covariancePanel draws a covariance matrix.
func covariancePanel(c paper.Column, scale palette.ColorMap) *plot.Plot {
	p := newPanel("input index", "")
	addData(p, heatMap(c.Covariance, scale))
	m := len(c.X)
	p.X.Tick.Marker, p.Y.Tick.Marker = indexTicks(m, false), indexTicks(m, true)
	return p
}
