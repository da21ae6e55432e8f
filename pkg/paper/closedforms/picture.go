package closedforms

import (
	"cmp"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws R(i,j) against the depth, a panel for each kind of net: the theory's recursion as a dark line,
// its closed form dashed where there is one for every depth, and real nets as points.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.85, PadX: 12, PadY: 24, Lettered: true}
	look := plots.Style{Color: plots.Blue, Marker: plots.Circle}
	var panels []*plots.Panel
	title := ""
	for _, s := range law.Select(r.Series, R) {
		if name := s.Net.Name().Title(); len(panels) == 0 || name != title {
			title = name
			panels = append(panels, plots.NewPanel("depth L", "R(i,j)").Titled(title).LogX().LogY())
		}
		p := panels[len(panels)-1]
		if s.Measured == nil {
			p.Curve(law.Line("theory, infinite width", s.X, s.Theory))
		}
		if s.ClosedForm != nil {
			p.Curve(plots.Series{Label: "closed form", X: s.X, Y: s.ClosedForm, Style: law.Formula})
		}
		s.Draw(p, fmt.Sprintf("nets of width %d", r.Config.Width), look)
	}
	if len(panels) > 0 {
		g.Rows(3, panels...)
	}
	g.Legend(g.Keys()...)
	return g.Figure(Name, "Correlation R(i,j) of the gradients at two inputs against depth: infinitely wide "+
		"nets, the closed forms "+
		"that describe them, and nets of finite width, with 95 % intervals.")
}
