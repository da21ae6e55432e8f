package plots

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Grid is panels in rows and columns, with what stands around them. All panels have data areas of one size.
type Grid struct {
	// Width is that of the figure in points; 0 stands for 720, the width of a notebook.
	Width float64

	// Aspect is height over width of a panel's data area; 0 stands for 0.75.
	Aspect float64

	// PadX and PadY are the spaces between columns and rows in points, labels of axes aside.
	PadX, PadY float64

	// Lettered puts (a), (b), ... in front of the panels' titles, row by row.
	Lettered bool

	// RowTitles stand upright to the left of the rows; there may be none.
	RowTitles []string

	// Dividers are the columns that have a vertical line to their left.
	Dividers []int

	panels [][]*Panel
	scale  *Scale
	legend [][]Key
}

// Row adds a row of panels; nil leaves a place empty.
func (g *Grid) Row(panels ...*Panel) { g.panels = append(g.panels, panels) }

// Rows adds panels in rows of as many as there are columns.
func (g *Grid) Rows(columns int, panels ...*Panel) {
	for row := range slices.Chunk(panels, max(columns, 1)) {
		g.Row(row...)
	}
}

// ColorBar puts the bar of a colour scale to the right of the last row.
func (g *Grid) ColorBar(scale Scale) { g.scale = &scale }

// Legend adds a line to the legend below the panels. A figure to which no line was added has the keys of its
// panels' series.
func (g *Grid) Legend(keys ...Key) { g.legend = append(g.legend, keys) }

// Keys returns the keys of the panels' series, each label once, in the order in which they were drawn, row by
// row.
func (g *Grid) Keys() []Key {
	var keys []Key
	for _, p := range g.all() {
		for _, key := range p.keys {
			if !slices.ContainsFunc(keys, func(known Key) bool { return known.label == key.label }) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// ShareAxes gives all panels the same axes, which hold everything drawn, and labels only those at the grid's
// left and lower edges.
func (g *Grid) ShareAxes() {
	share(g.all(), func(p *Panel) *Axis { return &p.X })
	share(g.all(), func(p *Panel) *Axis { return &p.Y })
	g.labelLeft()
	for _, row := range g.panels[:max(len(g.panels)-1, 0)] {
		for _, p := range row {
			if p != nil {
				p.X.Label = ""
			}
		}
	}
}

// ShareRows gives all panels of a row the same y axis, and labels only that at the grid's left edge.
func (g *Grid) ShareRows() {
	for _, row := range g.panels {
		share(slices.DeleteFunc(slices.Clone(row), func(p *Panel) bool { return p == nil }),
			func(p *Panel) *Axis { return &p.Y })
	}
	g.labelLeft()
}

// labelLeft takes the labels from the y axes of all columns but the first.
func (g *Grid) labelLeft() {
	for _, row := range g.panels {
		for j, p := range row {
			if j > 0 && p != nil {
				p.Y.unlabelled = true
			}
		}
	}
}

// share gives the axes of panels the ends that hold all of them.
func share(panels []*Panel, axis func(*Panel) *Axis) {
	var all Axis
	for _, p := range panels {
		all.Hold(axis(p).Ends())
	}
	for _, p := range panels {
		axis(p).limits = all.data
	}
}

// all returns the panels row by row, without empty places.
func (g *Grid) all() []*Panel {
	return slices.DeleteFunc(slices.Concat(g.panels...), func(p *Panel) bool { return p == nil })
}

// Figure lays the grid out as a figure of that name, which is also that of its files. About is a sentence or
// two for whoever does not see the figure: what is drawn, and against what. The error is the first of the
// panels'.
func (g *Grid) Figure(name, about string) (*Figure, error) {
	what := cmp.Or(name, "the picture")
	if len(g.all()) == 0 {
		return nil, fmt.Errorf("there is nothing to draw in %s: give it a result, or panels, that are not "+
			"empty", what)
	}
	l := &layout{
		aspect: g.Aspect, padX: vg.Length(g.PadX), padY: vg.Length(g.PadY),
		rowTitles: g.RowTitles, dividers: g.Dividers, legend: g.legend, scale: g.scale,
	}
	if l.aspect == 0 {
		l.aspect = 0.75
	}
	columns := 0
	for _, row := range g.panels {
		columns = max(columns, len(row))
	}
	letter := 'a'
	for i, row := range g.panels {
		l.plots, l.titles = append(l.plots, make([]*plot.Plot, columns)),
			append(l.titles, make([]string, columns))
		for j, p := range row {
			if p == nil {
				continue
			}
			title := p.Title
			if g.Lettered && title != "" {
				title = fmt.Sprintf("(%c) %s", letter, title)
				letter++
			}
			if err := p.check(); err != nil {
				where := cmp.Or(p.name, fmt.Sprintf("panel %d", i*columns+j+1))
				if len(g.all()) == 1 {
					where = "it"
				} else if title != "" {
					where = fmt.Sprintf("panel %q", title)
				}
				return nil, fmt.Errorf("%s can't be drawn: %s %w", what, where, err)
			}
			l.plots[i][j], l.titles[i][j] = p.plot(), title
		}
	}
	if len(l.legend) == 0 {
		l.legend = wrap(g.Keys())
	}
	width := cmp.Or(vg.Length(g.Width), figureWidth)
	return &Figure{name: name, about: about, width: width, height: l.height(width), layout: l}, nil
}

// wrap breaks keys into lines that fit into a figure.
func wrap(keys []Key) [][]Key {
	var lines [][]Key
	for _, key := range keys {
		last := len(lines) - 1
		if last < 0 || legendWidth(append(slices.Clone(lines[last]), key)) > figureWidth-2*edge {
			lines, last = append(lines, nil), last+1
		}
		lines[last] = append(lines[last], key)
	}
	return lines
}
