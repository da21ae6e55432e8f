package figures

import (
	"image/color"
	"math"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	plotfont "gonum.org/v1/plot/font"
)

// Sizes of text, the width of frames, and spaces, in points.
const (
	titleSize vg.Length = 9.5
	labelSize vg.Length = 9.5
	tickSize  vg.Length = 8.5
	hairline  vg.Length = 0.6
	edge      vg.Length = 4
	titleGap  vg.Length = 6
)

// grid is the layout of a figure: panels in rows and columns with equal data areas, and what stands around them.
type grid struct {
	// panels are rows x columns; nil leaves a place empty.
	panels [][]*plot.Plot

	// aspect is height over width of each panel's data area.
	aspect float64

	// padX and padY are the spaces between columns and rows, axis labels aside.
	padX, padY vg.Length

	// columnTitles stand above the first row, rowTitles upright to the left. Both may be nil.
	columnTitles, rowTitles []string

	// captions are the titles of panels below the first row that stand above these panels.
	captions []string

	// dividers are the columns that have a vertical line to their left.
	dividers []int

	// legend stands below the panels, in lines.
	legend [][]legendEntry

	// bar is the colour bar of the last row, or nil.
	bar *colorBar
}

// legendEntry is a label and the pictures, drawn over each other, of what it labels.
type legendEntry struct {
	label      string
	thumbnails []plot.Thumbnailer
}

// textStyle returns a style of the figures' font, Liberation Sans.
func textStyle(size vg.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: ink, Font: plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler,
	}
}

// titleStyle is the style of the titles of columns and rows.
func titleStyle() text.Style {
	style := textStyle(titleSize, draw.XCenter, draw.YBottom)
	style.Font.Weight = font.WeightBold
	return style
}

// margins returns the space around the panels.
func (g *grid) margins() (left, right, bottom, top vg.Length) {
	left, right, bottom, top = edge, edge, edge, edge
	if g.rowTitles != nil {
		left += titleStyle().Height(" ") + 6
	}
	if g.columnTitles != nil {
		top += titleStyle().Height(" ") + titleGap
	}
	bottom += legendSkip * vg.Length(len(g.legend))
	if g.bar != nil {
		right += g.bar.width()
	}
	return left, right, bottom, top
}

// place returns the canvas of each panel and the area of its data. The areas have one size and are aligned along rows and
// columns.
func (g *grid) place(c draw.Canvas) (canvases [][]draw.Canvas, areas [][]vg.Rectangle) {
	left, right, bottom, top := g.margins()
	tiles := draw.Tiles{Rows: len(g.panels), Cols: len(g.panels[0]), PadX: g.padX, PadY: g.padY}
	canvases = plot.Align(g.panels, tiles, draw.Crop(c, left, -right, bottom, -top))

	// Align is out by a point where a tick's label sticks out beyond the end of its axis: from here on the areas are made
	// exactly equal.
	corner := make([]vg.Point, max(tiles.Rows, tiles.Cols)) // X by column, Y by row
	g.each(func(i, j int, p *plot.Plot) {
		area := p.DataCanvas(canvases[i][j])
		corner[j].X, corner[i].Y = max(corner[j].X, area.Min.X), max(corner[i].Y, area.Min.Y)
	})
	size := vg.Point{X: c.Max.X, Y: c.Max.Y}
	g.each(func(i, j int, p *plot.Plot) {
		area := p.DataCanvas(canvases[i][j])
		size.X, size.Y = min(size.X, area.Max.X-corner[j].X), min(size.Y, area.Max.Y-corner[i].Y)
	})
	areas = make([][]vg.Rectangle, tiles.Rows)
	for i := range areas {
		areas[i] = make([]vg.Rectangle, tiles.Cols)
		for j := range areas[i] {
			start := vg.Point{X: corner[j].X, Y: corner[i].Y}
			areas[i][j] = vg.Rectangle{Min: start, Max: start.Add(size)}
		}
	}
	g.each(func(i, j int, p *plot.Plot) { canvases[i][j] = fit(p, canvases[i][j], areas[i][j]) })
	return canvases, areas
}

// each calls do for every panel.
func (g *grid) each(do func(row, column int, p *plot.Plot)) {
	for i, row := range g.panels {
		for j, p := range row {
			if p != nil {
				do(i, j, p)
			}
		}
	}
}

// fit returns the canvas on which the data of a plot cover an area. The space that axes take depends slightly on the size of
// the canvas, so that it takes a few steps; each leaves a small share of the error.
func fit(p *plot.Plot, c draw.Canvas, area vg.Rectangle) draw.Canvas {
	for range 4 {
		data := p.DataCanvas(c)
		c = draw.Crop(c, area.Min.X-data.Min.X, area.Max.X-data.Max.X, area.Min.Y-data.Min.Y, area.Max.Y-data.Max.Y)
	}
	return c
}

// height returns the height at which a figure of that width has data areas of the wanted aspect.
func (g *grid) height(width vg.Length) vg.Length {
	height := width
	for range 2 { // the space that axes and titles take hardly depends on the height
		_, areas := g.place(draw.NewCanvas(nil, width, height))
		size := areas[0][0].Size()
		height += vg.Length(len(g.panels)) * (size.X*vg.Length(g.aspect) - size.Y)
	}
	return height
}

// draw draws the figure.
func (g *grid) draw(c draw.Canvas) {
	canvases, areas := g.place(c)
	g.each(func(i, j int, p *plot.Plot) { p.Draw(canvases[i][j]) })
	for j, title := range g.columnTitles {
		c.FillText(titleStyle(), vg.Point{X: middle(areas[0][j]).X, Y: areas[0][j].Max.Y + titleGap}, title)
	}
	for i, title := range g.rowTitles {
		style := titleStyle()
		style.Rotation = math.Pi / 2
		style.YAlign = draw.YTop
		c.FillText(style, vg.Point{X: c.Min.X + edge, Y: middle(areas[i][0]).Y}, title)
	}
	last := areas[len(areas)-1]
	for _, j := range g.dividers {
		x := canvases[0][j].Min.X - g.padX/2
		c.StrokeLine2(draw.LineStyle{Color: faint, Width: 2 * hairline}, x, last[j].Min.Y, x, areas[0][j].Max.Y)
	}
	if g.bar != nil {
		g.bar.draw(c, last[len(last)-1])
	}
	for i, line := range g.legend {
		drawLegend(draw.Crop(c, 0, 0, legendSkip*vg.Length(len(g.legend)-1-i), 0), line)
	}
}

// scaleColors returns the colours of the figure's colour scale, if it has one.
func (g *grid) scaleColors() color.Palette {
	if g.bar == nil {
		return nil
	}
	return g.bar.scale.Palette(scaleLevels).Colors()
}

// middle returns the centre of an area.
func middle(r vg.Rectangle) vg.Point { return r.Min.Add(r.Max).Scale(0.5) }

// Sizes of a legend.
const (
	legendSkip     vg.Length = 17
	thumbnailWidth vg.Length = 24
	thumbnailGap   vg.Length = 5
	entryGap       vg.Length = 18
)

// drawLegend draws the entries in a line, centred at the bottom of the canvas.
func drawLegend(c draw.Canvas, entries []legendEntry) {
	style := textStyle(labelSize, draw.XLeft, draw.YCenter)
	width := -entryGap
	for _, e := range entries {
		width += thumbnailWidth + thumbnailGap + style.Width(e.label) + entryGap
	}
	x, y := c.Center().X-width/2, c.Min.Y+legendSkip/2
	for _, e := range entries {
		icon := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: y - 5}, Max: vg.Point{X: x + thumbnailWidth, Y: y + 5},
		}}
		for _, thumbnail := range e.thumbnails {
			thumbnail.Thumbnail(&icon)
		}
		x += thumbnailWidth + thumbnailGap
		c.FillText(style, vg.Point{X: x, Y: y + style.FontExtents().Descent}, e.label)
		x += style.Width(e.label) + entryGap
	}
}
