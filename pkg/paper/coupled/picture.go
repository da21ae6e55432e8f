package coupled

import (
	"cmp"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws the autocorrelation of gradients that go through the batch statistics, a panel for each net and
// a colour for each depth: points were measured, thin dark lines are the guess, and dashed ones the theory of
// gradients that hold the statistics fixed.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.95, PadX: 10, Lettered: true}
	looks := plots.OrderedStyles(len(r.Config.Depths))
	var panels []*plots.Panel
	title := ""
	for _, s := range r.Series {
		if name := s.Net.Name().Title(); len(panels) == 0 || name != title {
			title = name
			panels = append(panels, plots.NewPanel("lag", "autocorrelation").Titled(title))
		}
		p := panels[len(panels)-1]
		for i, depth := range r.Config.Depths {
			if depth != s.Depth {
				continue
			}
			line := law.Line("", s.X, s.Theory)
			if s.Quantity == Frozen {
				line.Style = law.Formula
			}
			p.Curve(line)
			s.Draw(p, fmt.Sprintf("depth %d", depth), looks[i])
		}
		p.X.Every(5)
		p.Y.Every(0.5)
	}
	if len(panels) > 0 {
		g.Row(panels...)
		g.ShareRows()
	}
	g.Legend(g.Keys()...)
	g.Legend(plots.LineKey("the guess", law.Dark), plots.LineKey("theory of frozen statistics", law.Formula))
	return g.Figure(Name, "Autocorrelation of gradients that go through the batch statistics, against the "+
		"lag, with a guess at "+
		"it and the theory of gradients that hold the statistics fixed.")
}
