package resolution

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws, left, over which distance of the input gradients are correlated against the depth, a colour
// for each kind of net, and right the depth at which a grid looks white against its number of inputs.
// Lines are the theory, points what was measured.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.8, PadX: 16, Lettered: true}
	looks := make(map[string]plots.Style)
	styles := plots.OrderedStyles(len(r.Config.Families))
	for i, f := range r.Config.Families {
		looks[law.NetOf(f.Net).ID()] = styles[i]
	}
	lengths := plots.NewPanel("depth L", "correlation length of the input").
		Titled("how far gradients are alike").
		LogX().
		LogY()
	white := plots.NewPanel("inputs M on [−2, 2]", "depth").
		Titled("where neighbours are alike by less than a tenth").LogX()
	var inputs []float64
	for _, s := range r.Series {
		look := looks[s.Net.ID()]
		label := s.Net.Name().Title()
		switch s.Quantity {
		case Length:
			draw(lengths, s, label, look)
		case White:
			draw(white, s, label, look)
			inputs = append(inputs, s.X...)
		}
	}
	slices.Sort(inputs)
	white.X.At(slices.Compact(inputs))
	white.X.Room = 0.05
	if len(r.Series) > 0 {
		g.Row(lengths, white)
	}
	g.Legend(g.Keys()...)
	g.Legend(plots.Note("lines: infinite width; points: measured, with 95 % intervals; the finer the grid, " +
		"the shorter the lengths that it shows"))
	return g.Figure(Name, fmt.Sprintf("Correlation length of gradients over the input against depth, for "+
		"grids of "+
		"several numbers of inputs, and the depth at which each grid looks white, which is where its "+
		"neighbours are correlated by less than %g.", looksWhite))
}

// draw draws a series: theory as a line, what was measured as points.
func draw(p *plots.Panel, s law.Series, label string, look plots.Style) {
	if s.Theory != nil {
		line := plots.Series{Label: label, X: s.X, Y: s.Theory, Style: look}
		line.Style.Marker, line.Style.Width = plots.NoMarker, 0.7
		p.Curve(line)
	}
	s.Draw(p, "", look)
}
