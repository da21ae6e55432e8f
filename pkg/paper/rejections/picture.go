package rejections

import (
	"cmp"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// Draw draws the shares of draws that a test rejects, a panel for each depth: points are real nets, with
// their intervals, and rings the theory of wide ones.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.7, PadX: 16, Lettered: true}
	short := map[string]string{Whole: "as they are", Scaled: "over √Φ", Signs: "signs", Alone: "√Φ alone"}
	var panels []*plots.Panel
	for i, depth := range r.Config.Depths {
		p := plots.NewPanel("", "share rejected").Titled(fmt.Sprintf("%d layers", depth))
		look := plots.Style{Color: plots.Blue, Marker: plots.Circle, Size: 3}
		ring := plots.Style{Color: plots.Ink, Marker: plots.Ring, Size: 4}
		var at []float64
		var names []string
		theory, measured := plots.Series{Label: "theory, infinite width", Style: ring},
			plots.Series{Style: look}
		for k, s := range r.Series {
			x := float64(k)
			at, names = append(at, x), append(names, short[s.Quantity])
			if i < len(s.Theory) {
				theory.X, theory.Y = append(theory.X, x), append(theory.Y, s.Theory[i])
			}
			if i < len(s.Measured) {
				m := s.Measured[i]
				measured.Add(x, m.Value, m.Low, m.High)
			}
		}
		p.Level(gradients.TestLevel, -0.5, float64(len(r.Series))-0.5, plots.Thin(plots.Ink, 3, 2))
		p.Bars(measured)
		measured.Label = fmt.Sprintf("nets of width %d", r.Config.Net.Width)
		p.Points(measured)
		p.Points(theory)
		p.X.Range(-0.5, float64(len(r.Series))-0.5)
		p.X.At(at, names...)
		p.Y.Hold(0)
		panels = append(panels, p)
	}
	if len(r.Series) > 0 {
		g.Row(panels...)
		g.ShareRows()
	}
	g.Legend(append(g.Keys(), plots.LineKey("the test's level, 5 %", plots.Thin(plots.Ink, 3, 2)))...)
	return g.Figure(Name, "Share of draws on which a test tells gradients of deep feedforward nets from "+
		"white noise: as they "+
		"are, divided by the envelope of their sizes, and their signs.")
}
