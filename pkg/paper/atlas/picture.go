package atlas

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// rowHeight is the height of a row of the picture as a share of a panel's width.
const rowHeight = 0.058

// Draw draws the atlas: a line for each row, in the order of the correlation lengths at the middle depth, and
// a panel for each depth with the lengths and their 95 % intervals. Colour and marker tell the groups, an
// upright tick is the length in infinitely wide nets, and dashed lines are brown and white noise. A gradient
// that is the same at all inputs, and one that is not finite, have no length: a word stands in its place.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{PadX: 6}
	if len(r.Series) > 0 {
		rows := r.ordered()
		g.Aspect = max(rowHeight*float64(len(rows)), 0.5)
		looks, axis := groupLooks(r.Series), r.lengths()
		var panels []*plots.Panel
		for _, depth := range r.Config.Depths {
			panels = append(panels, r.depthPanel(rows, depth, looks, axis))
		}
		g.Row(panels...)
		g.ShareRows()
		for keys := range slices.Chunk(groupKeys(looks), keysInLine) {
			g.Legend(keys...)
		}
	}
	g.Legend(
		plots.LineKey("95 % interval", plots.Style{Color: plots.Ink}),
		plots.BarKey("infinitely wide nets", theoryLook),
		plots.LineKey("white (left) and brown noise", noiseLook),
	)
	return g.Figure(Name, "An atlas of shattering: correlation length of the gradients of many nets at "+
		"several depths, the nets in the order of their lengths at the middle one.")
}

// guide is the colour of the lines that lead from a row's title to what is drawn of it.
var guide = plots.Fade(plots.Faint, 0.5)

var (
	theoryLook = plots.Style{Color: plots.Ink, Width: 1.6}
	noiseLook  = plots.Thin(plots.Ink, 3, 2)
)

// keysInLine is the number of groups in a line of the legend.
const keysInLine = 3

// look is a group with its style.
type look struct {
	group string
	style plots.Style
}

// groupLooks returns the styles of the groups that occur: those of [Groups] in their order, and then others.
func groupLooks(series []Series) []look {
	groups := Groups()
	for _, s := range series {
		if !slices.Contains(groups, s.Group) {
			groups = append(groups, s.Group)
		}
	}
	var looks []look
	for i, group := range groups {
		if slices.ContainsFunc(series, func(s Series) bool { return s.Group == group }) {
			looks = append(looks, look{group, plots.CategoryStyle(i)})
		}
	}
	return looks
}

// styleOf returns the style of a group.
func styleOf(looks []look, group string) plots.Style {
	return looks[slices.IndexFunc(looks, func(l look) bool { return l.group == group })].style
}

// groupKeys returns the legend of the groups.
func groupKeys(looks []look) []plots.Key {
	var keys []plots.Key
	for _, l := range looks {
		keys = append(keys, plots.PointKey(l.group, l.style))
	}
	return keys
}

// lengths returns an axis that holds all lengths.
func (r *Result) lengths() plots.Axis {
	axis := plots.Axis{Log: true, Room: 0.03}
	axis.Hold(r.WhiteLength, r.BrownLength)
	for _, s := range r.Series {
		if s.Length != nil {
			axis.Hold(lowEnd(*s.Length), s.Length.High)
		}
		if s.Theory != nil {
			axis.Hold(*s.Theory)
		}
	}
	return axis
}

// lowEnd is the lower end of a length's interval as it is drawn: one of very few draws may reach below 0,
// which has no place on the axis.
func lowEnd(length stats.Estimate) float64 { return max(length.Low, length.Value/2) }

// depthPanel draws the rows at a depth, the first one on top, on an axis of lengths.
func (r *Result) depthPanel(rows [][]Series, depth int, looks []look, axis plots.Axis) *plots.Panel {
	p := plots.NewPanel("correlation length, grid steps", "").Titled(fmt.Sprintf("%d layers", depth)).LogX()
	low, high := axis.Ends()
	p.X.Range(low, high)
	var at []float64
	var titles []string
	for i, row := range rows {
		y := float64(len(rows) - i)
		at, titles = append(at, y), append(titles, row[0].Title)
		p.Level(y, low, high, plots.Thin(guide))
		for _, s := range row {
			if s.Depth == depth {
				drawRow(p, y, s, styleOf(looks, s.Group))
			}
		}
	}
	for _, length := range []float64{r.WhiteLength, r.BrownLength} {
		p.Curve(plots.Series{X: []float64{length, length}, Y: []float64{0.2, float64(len(rows)) + 0.8},
			Style: noiseLook})
	}
	p.Y.At(at, titles...)
	p.Y.Range(0.2, float64(len(rows))+0.8)
	return p
}

// drawRow draws the entry of a row at a height.
func drawRow(p *plots.Panel, y float64, s Series, style plots.Style) {
	if s.Theory != nil {
		p.Bars(plots.Series{X: []float64{*s.Theory}, Y: []float64{y}, Lower: []float64{y - 0.4},
			Upper: []float64{y + 0.4}, Style: theoryLook})
	}
	if s.Length == nil {
		p.Texts(plots.Series{X: []float64{1}, Y: []float64{y - 0.45}, Style: style}, []string{s.instead()})
		return
	}
	p.Level(y, lowEnd(*s.Length), s.Length.High, plots.Style{Color: style.Color, Width: 1.4})
	p.Points(plots.Series{X: []float64{s.Length.Value}, Y: []float64{y}, Style: style})
}

// DrawGrowth draws how gradients grow beside how far they are correlated: a point for each row that has both,
// a panel for each depth but the first. Dashed lines are brown and white noise.
func DrawGrowth(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{PadX: 10, Aspect: 0.7, Lettered: true}
	looks := groupLooks(r.Series)
	var panels []*plots.Panel
	for _, depth := range r.Config.Depths[min(1, len(r.Config.Depths)):] {
		p := plots.NewPanel("growth of log₂ E g² a layer", "correlation length, grid steps").
			Titled(fmt.Sprintf("%d layers", depth)).LogY()
		p.X.Room = 0.05
		for _, s := range r.Series {
			if s.Depth == depth && s.Growth != nil && s.Length != nil {
				p.Points(plots.Series{X: []float64{s.Growth.Value}, Y: []float64{s.Length.Value},
					Style: styleOf(looks, s.Group)})
			}
		}
		low, high := p.X.Ends()
		for _, length := range []float64{r.WhiteLength, r.BrownLength} {
			p.Level(length, low, high, noiseLook)
		}
		p.X.Range(low, high)
		panels = append(panels, p)
	}
	if len(panels) > 0 {
		g.Row(panels...)
		g.ShareRows()
		for keys := range slices.Chunk(groupKeys(looks), keysInLine) {
			g.Legend(keys...)
		}
		g.Legend(plots.LineKey("white (lower) and brown noise", noiseLook))
	}
	return g.Figure("atlas-growth", "An atlas of shattering: correlation length of the gradients of many "+
		"nets against how they grow from layer to layer, a panel for each depth.")
}
