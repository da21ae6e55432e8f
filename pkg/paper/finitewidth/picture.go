package finitewidth

import (
	"cmp"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws the autocorrelation of the nets' gradients against the width, a row for each net and a panel for
// each quantity, with the theory as a dark line: the narrower the net, the farther it is from it.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.45, PadX: 16, PadY: 24, Lettered: true}
	neighbours, means := law.Select(r.Series, Neighbours), law.Select(r.Series, Mean)
	looks := plots.OrderedStyles(len(neighbours))
	for i := range min(len(neighbours), len(means)) {
		var panels []*plots.Panel
		for _, s := range []law.Series{neighbours[i], means[i]} {
			p := plots.NewPanel("width N", "autocorrelation").LogX()
			p.Title = map[string]string{Neighbours: "neighbours", Mean: "mean, lags 1 to 15"}[s.Quantity]
			p.Curve(law.Line("theory, infinite width", s.X, s.Theory))
			s.Draw(p, fmt.Sprintf("%d-layer %s", s.Depth, s.Net.Name().Title()), looks[i])
			p.X.At(s.X)
			p.X.Room = 0.05
			panels = append(panels, p)
		}
		g.Row(panels...)
	}
	return g.Figure(Name, "Autocorrelation of the gradients of deep nets against their width, with 95 % "+
		"intervals, and that of infinitely wide nets.")
}
