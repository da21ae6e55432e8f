package plots

import (
	"image/color"
	"math"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes of text, the width of frames, and spaces, in points.
const (
	titleSize vg.Length = 9.5
	labelSize vg.Length = 9.5
	tickSize  vg.Length = 8.5
	smallSize vg.Length = 6.5
	hairline  vg.Length = 0.6
	edge      vg.Length = 4
	titleGap  vg.Length = 6
)

// layout is what a figure draws: plots in rows and columns with equal data areas, and what stands around
// them.
type layout struct {
	// plots and their titles are rows x columns; nil leaves a place empty.
	plots  [][]*plot.Plot
	titles [][]string

	// aspect is height over width of each panel's data area.
	aspect float64

	// padX and padY are the spaces between columns and rows, axis labels aside.
	padX, padY vg.Length

	// rowTitles stand upright to the left.
	rowTitles []string

	// dividers are the columns that have a vertical line to their left.
	dividers []int

	// legend stands below the panels, in lines.
	legend [][]Key

	// scale is the colour scale of the last row, or nil.
	scale *Scale
}

// titleStyle is the style of the titles of panels and rows.
func titleStyle() text.Style {
	style := textStyle(titleSize, draw.XCenter, draw.YBottom)
	style.Font.Weight = font.WeightBold
	return style
}

// margins returns the space around the panels.
func (l *layout) margins() (left, right, bottom, top vg.Length) {
	left, right, bottom, top = edge, edge, edge, edge
	if l.rowTitles != nil {
		left += titleStyle().Height(" ") + 6
	}
	for _, title := range l.titles[0] {
		if title != "" {
			top = edge + titleStyle().Height(" ") + titleGap
		}
	}
	bottom += legendSkip * vg.Length(len(l.legend))
	if l.scale != nil {
		right += l.scale.width()
	}
	return left, right, bottom, top
}

// place returns the canvas of each panel and the area of its data. The areas have one size and are aligned
// along rows and columns.
func (l *layout) place(c draw.Canvas) (canvases [][]draw.Canvas, areas [][]vg.Rectangle) {
	left, right, bottom, top := l.margins()
	c = draw.Crop(c, left, -right, bottom, -top)
	rows, cols := len(l.plots), len(l.plots[0])
	canvases, areas = make([][]draw.Canvas, rows), make([][]vg.Rectangle, rows)
	for i := range rows {
		canvases[i], areas[i] = make([]draw.Canvas, cols), make([]vg.Rectangle, cols)
		for j := range cols {
			canvases[i][j] = c
		}
	}
	l.each(func(i, j int, p *plot.Plot) { areas[i][j] = p.DataCanvas(c).Rectangle })
	// The space that axes take depends slightly on the size of the canvas.
	for range 2 {
		l.spread(c, canvases, areas)
		l.each(func(i, j int, p *plot.Plot) { canvases[i][j] = fit(p, canvases[i][j], areas[i][j]) })
	}
	return canvases, areas
}

// spread makes the areas of all panels as large as they can be on a canvas, side by side and one above the
// other, each column and row with the most space that an axis takes in it so far.
func (l *layout) spread(c draw.Canvas, canvases [][]draw.Canvas, areas [][]vg.Rectangle) {
	rows, cols := len(l.plots), len(l.plots[0])
	lefts, rights := make([]vg.Length, cols), make([]vg.Length, cols)
	bottoms, tops := make([]vg.Length, rows), make([]vg.Length, rows)
	l.each(func(i, j int, _ *plot.Plot) {
		outer, inner := canvases[i][j].Rectangle, areas[i][j]
		lefts[j], rights[j] = max(lefts[j], inner.Min.X-outer.Min.X), max(rights[j], outer.Max.X-inner.Max.X)
		bottoms[i], tops[i] = max(bottoms[i], inner.Min.Y-outer.Min.Y), max(tops[i], outer.Max.Y-inner.Max.Y)
	})
	size := c.Size()
	size.X -= l.padX * vg.Length(cols-1)
	size.Y -= l.padY * vg.Length(rows-1)
	for j := range cols {
		size.X -= lefts[j] + rights[j]
	}
	for i := range rows {
		size.Y -= bottoms[i] + tops[i]
	}
	size.X, size.Y = size.X/vg.Length(cols), size.Y/vg.Length(rows)
	y := c.Max.Y
	for i := range rows {
		x := c.Min.X
		y -= tops[i] + size.Y
		for j := range cols {
			x += lefts[j]
			start := vg.Point{X: x, Y: y}
			areas[i][j] = vg.Rectangle{Min: start, Max: start.Add(size)}
			x += size.X + rights[j] + l.padX
		}
		y -= bottoms[i] + l.padY
	}
}

// each calls do for every panel.
func (l *layout) each(do func(row, column int, p *plot.Plot)) {
	for i, row := range l.plots {
		for j, p := range row {
			if p != nil {
				do(i, j, p)
			}
		}
	}
}

// fit returns the canvas on which the data of a plot cover an area. The space that axes take depends slightly
// on the size of the canvas, so that it takes a few steps; each leaves a small share of the error.
func fit(p *plot.Plot, c draw.Canvas, area vg.Rectangle) draw.Canvas {
	for range 4 {
		data := p.DataCanvas(c)
		c = draw.Crop(c, area.Min.X-data.Min.X, area.Max.X-data.Max.X, area.Min.Y-data.Min.Y,
			area.Max.Y-data.Max.Y)
	}
	return c
}

// height returns the height at which a figure of that width has data areas of the wanted aspect.
func (l *layout) height(width vg.Length) vg.Length {
	height := width
	for range 2 { // the space that axes and titles take hardly depends on the height
		_, areas := l.place(draw.NewCanvas(nil, width, height))
		size := areas[0][0].Size()
		height += vg.Length(len(l.plots)) * (size.X*vg.Length(l.aspect) - size.Y)
	}
	return height
}

// draw draws the figure.
func (l *layout) draw(c draw.Canvas) {
	canvases, areas := l.place(c)
	l.each(func(i, j int, p *plot.Plot) {
		p.Draw(canvases[i][j])
		if title := l.titles[i][j]; title != "" {
			c.FillText(titleStyle(), vg.Point{X: middle(areas[i][j]).X, Y: areas[i][j].Max.Y + titleGap},
				title)
		}
	})
	for i, title := range l.rowTitles {
		style := titleStyle()
		style.Rotation = math.Pi / 2
		style.YAlign = draw.YTop
		c.FillText(style, vg.Point{X: c.Min.X + edge, Y: middle(areas[i][0]).Y}, title)
	}
	last := areas[len(areas)-1]
	for _, j := range l.dividers {
		x := canvases[0][j].Min.X - l.padX/2
		c.StrokeLine2(draw.LineStyle{Color: Faint, Width: 2 * hairline}, x, last[j].Min.Y, x,
			areas[0][j].Max.Y)
	}
	if l.scale != nil {
		l.scale.draw(c, last[len(last)-1])
	}
	for i, line := range l.legend {
		drawLegend(draw.Crop(c, 0, 0, legendSkip*vg.Length(len(l.legend)-1-i), 0), line)
	}
}

// scaleColors returns the colours of the figure's colour scale, if it has one.
func (l *layout) scaleColors() color.Palette {
	if l.scale == nil {
		return nil
	}
	return l.scale.colors()
}

// middle returns the centre of an area.
func middle(r vg.Rectangle) vg.Point { return r.Min.Add(r.Max).Scale(0.5) }

// frame draws the outline of the data area.
type frame struct{}

// Plot implements plot.Plotter.
func (frame) Plot(c draw.Canvas, _ *plot.Plot) {
	r := c.Rectangle
	style := draw.LineStyle{Color: Ink, Width: hairline}
	corners := []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min}
	c.StrokeLines(style, corners, corners[:2]) // the first side again, for the corner where the line starts
}

// textStyle returns a style of the figures' font, Liberation Sans.
func textStyle(size vg.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: Ink, Font: plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler,
	}
}

// Inset draws another panel into a part of the panel's data area: from a share of its width on, over a share
// of it. The axes of the inset lie outside of the area. A panel with insets has no frame of its own.
func (p *Panel) Inset(inset *Panel, from, share float64) {
	if err := inset.check(); err != nil {
		p.Fail("%w", err)
		return
	}
	drawn := inset.plot()
	drawn.BackgroundColor = nil // which would cover what lies beside the inset
	p.over, p.frameless = append(p.over, part{drawn, vg.Length(from), vg.Length(share)}), true
}

// part is a plot in a part of another's area.
type part struct {
	plot        *plot.Plot
	from, share vg.Length
}

// Plot implements plot.Plotter.
func (part part) Plot(c draw.Canvas, _ *plot.Plot) {
	size := c.Rectangle.Size()
	area := vg.Rectangle{Min: vg.Point{X: c.Min.X + part.from*size.X, Y: c.Min.Y}}
	area.Max = area.Min.Add(vg.Point{X: part.share * size.X, Y: size.Y})
	part.plot.Draw(fit(part.plot, draw.Canvas{Canvas: c.Canvas, Rectangle: area}, area))
}
