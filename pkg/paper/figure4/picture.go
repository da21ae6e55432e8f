package figure4

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// column is a column of Figure 4: a net at all depths.
type column struct {
	net   models.Config
	title string
}

// The columns of the three pictures of Figure 4.
var (
	paperColumns = []column{
		{models.Config{Net: "feedforward", Norm: norms.None}, "feedforward without batch norm"},
		{models.Config{Net: "feedforward", Norm: norms.Batch}, "feedforward with batch norm"},
		{models.Config{Net: "residual", Norm: norms.Batch, Beta: 1}, "resnet with batch norm, β = 1"},
	}
	plainColumns      = resnetColumns(norms.None, "without")
	normalizedColumns = resnetColumns(norms.Batch, "with")
)

// resnetColumns returns columns of resnets with falling beta.
func resnetColumns(norm *norms.Norm, with string) []column {
	var columns []column
	for _, beta := range paper.Betas() {
		columns = append(columns, column{
			models.Config{Net: "residual", Norm: norm, Beta: beta},
			fmt.Sprintf("resnet %s batch norm, β = %g", with, beta),
		})
	}
	return columns
}

// Draw draws Figure 4: for every depth, one a row, and every net, one a column, which units of the last
// rectifier are active at which inputs (black) in the first draw, and beside it two histograms over all
// draws, of the activation per unit and of the contiguity. A histogram is scaled to its highest bar, as in
// the paper. The nets are feedforward without and with batch normalisation, and the resnet with it.
func Draw(r *Result) (*plots.Figure, error) {
	return draw(r, Name, paperColumns)
}

// DrawResnets draws the same of resnets without batch normalisation, beta = 1, 0.3 and 0.1: what skips and
// rescaling do alone.
func DrawResnets(r *Result) (*plots.Figure, error) {
	return draw(r, "figure-4-resnets", plainColumns)
}

// DrawResnetsNormalized draws the same of resnets with batch normalisation, beta = 1, 0.3 and 0.1.
func DrawResnetsNormalized(r *Result) (*plots.Figure, error) {
	return draw(r, "figure-4-resnets-bn", normalizedColumns)
}

// draw draws three columns of Figure 4.
func draw(r *Result, name string, columns []column) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.38, PadX: 10, PadY: 6, Lettered: true}
	var rows [][]*plots.Panel
	inputs := 0
	for j, column := range columns {
		patterns := r.Select(column.net.Net, column.net.Norm, column.net.Beta)
		if len(patterns) == 0 || j > 0 && len(patterns) != len(rows) {
			return nil, fmt.Errorf("the result of Figure 4 has %d depths of %q: compute all columns for the "+
				"same depths with figure4.Run", len(patterns), column.title)
		}
		for i, pattern := range patterns {
			p := patternPanel(pattern, i == len(patterns)-1)
			if i == 0 {
				p.Title = column.title
			}
			if j == 0 {
				p.Y.Label = "hidden unit"
				rows, g.RowTitles = append(rows, nil), append(g.RowTitles, style.DepthTitle(pattern.Depth))
			}
			rows[i] = append(rows[i], p)
			if pattern.Raster != nil {
				inputs = pattern.Raster.Inputs
			}
		}
	}
	for _, row := range rows {
		g.Row(row...)
	}
	g.Legend(plots.AreaKey("active", color.Black),
		plots.AreaKey("units by their share of active inputs", style.Sky),
		plots.AreaKey("runs of equal value by their length, 1 to M", style.Leaf))
	return g.Figure(name, fmt.Sprintf("Figure 4: which units of the last rectifier are active at which of "+
		"%d inputs, in black and white, and histograms of the activation per unit and of the length of "+
		"runs; a column for each net and a row for each depth.", inputs))
}

// patternPanel draws a cell: a panel that holds three panels. Only the last row names their axes.
func patternPanel(p Pattern, last bool) *plots.Panel {
	group := plots.NewPanel("", "")
	group.X.Range(0, 1)
	group.Y.Range(0, 1)
	group.X.NoTicks()
	group.Y.NoTicks()
	what := fmt.Sprintf("%d-layer %s", p.Depth, p.Name().Title())
	switch {
	case p.Raster == nil:
		group.Fail("has no raster of the %s, which is not kept in the results' file: compute it with "+
			"figure4.Run", what)
		return group
	case len(p.Raster.On) != p.Raster.Units*p.Raster.Inputs || p.Raster.Inputs < 2:
		group.Fail("has a raster of %d values for %d units and %d inputs of the %s: give one value for "+
			"each", len(p.Raster.On), p.Raster.Units, p.Raster.Inputs, what)
		return group
	}
	m := float64(p.Raster.Inputs)
	raster := plots.NewPanel("input", "")
	raster.Squares(p.Raster.Inputs, p.Raster.Units, 4, []color.Color{color.White, color.Black},
		func(x, y int) int {
			if p.Raster.Row(y)[x] {
				return 1
			}
			return 0
		})
	raster.X.At([]float64{0.5, m - 0.5}, "1", "M")
	active, contiguity := sharesPanel("active/unit", p.Activation, 0, 1, style.Sky),
		sharesPanel("contiguity", p.Contiguity, 1, m, style.Leaf)
	active.X.At([]float64{0, 0.5, 1}, "0", "½", "1")
	contiguity.X.At([]float64{1, m}, "1", "M")
	if last {
		group.X.Blank() // space for the three labels, and for their ticks
	}
	const wide, narrow, gap = 0.48, 0.22, 0.04 // shares of the width
	for _, part := range []struct {
		panel       *plots.Panel
		from, share float64
	}{{raster, 0, wide}, {active, 1 - 2*narrow - gap, narrow}, {contiguity, 1 - narrow, narrow}} {
		part.panel.Y.NoTicks()
		if !last {
			part.panel.X.Label = ""
			part.panel.X.NoTicks()
		}
		group.Inset(part.panel, part.from, part.share)
	}
	return group
}

// sharesPanel draws shares in equal bins from low to high, up to the highest.
func sharesPanel(label string, shares []float64, low, high float64, c color.Color) *plots.Panel {
	p := plots.NewPanel(label, "")
	p.X.Room = 0.04
	p.Columns(shares, low, high, c)
	if len(shares) > 0 {
		p.Y.Range(0, 1.05*slices.Max(shares))
	}
	return p
}
