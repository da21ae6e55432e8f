package dial

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Draw draws beta as a dial: the gradients' autocorrelation at lags 1 and 5 and their effective correlation
// length against beta, a curve for each depth with its 95 % interval. The grey stripe is the recommended
// range of beta, the dashed lines are brown (above) and white noise, and the thin dark ones infinitely wide
// nets, where there is theory.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.95, PadX: 10, PadY: 6, Lettered: true}
	if len(r.Series) > 0 {
		lengths := newPanel(r, "correlation length", "grid steps",
			func(s Series) []stats.Estimate { return s.Length },
			func(t Theory) []float64 { return t.Length }, r.Series[0].WhiteLength)
		first, last := lengths.X.Ends()
		for _, length := range []float64{r.Series[0].WhiteLength, r.Series[0].BrownLength} {
			lengths.Level(length, first, last, plots.Thin(plots.Ink, 3, 2))
		}
		low, high := lengths.Y.Ends()
		lengths.Y.Log = true
		lengths.Y.Range(low/1.1, high*1.1)
		g.Row(
			newPanel(r, "lag 1", "autocorrelation",
				func(s Series) []stats.Estimate { return s.Lag1 },
				func(t Theory) []float64 { return t.Lag1 }, 0),
			newPanel(r, "lag 5", "autocorrelation",
				func(s Series) []stats.Estimate { return s.Lag5 },
				func(t Theory) []float64 { return t.Lag5 }, 0),
			lengths,
		)
	}
	shade := plots.Fade(plots.Ink, plots.IntervalOpacity)
	keys := g.Keys()
	if slices.ContainsFunc(r.Series, func(s Series) bool { return s.Theory != nil }) {
		keys = append(keys, plots.LineKey("infinitely wide nets", law.Dark))
	}
	g.Legend(keys...)
	g.Legend(
		plots.AreaKey(fmt.Sprintf("recommended, β = %g to %g", paper.RecommendedLow, paper.RecommendedHigh),
			shade),
		plots.LineKey("brown and white noise",
			plots.Style{Color: plots.Ink, Width: 1, Dashes: []float64{3, 2}}),
		plots.AreaKey("colour: 95 % interval", plots.Fade(plots.Ordered(1)[0], plots.IntervalOpacity)),
	)
	return g.Figure(Name,
		"β as a dial: autocorrelation of the gradients of resnets at lags 1 and 5, and their correlation "+
			"length, against β, a curve for each depth.")
}

// newPanel draws one quantity, with its theory. Where it is a length, shortest is the shortest that there is,
// and intervals are cut off at half of it; otherwise it is 0.
func newPanel(r *Result, title, label string, values func(Series) []stats.Estimate,
	theory func(Theory) []float64, shortest float64) *plots.Panel {
	p := plots.NewPanel("β", label).Titled(title).LogX()
	p.Stripe(paper.RecommendedLow, paper.RecommendedHigh, plots.Fade(plots.Ink, plots.IntervalOpacity))
	var depths []int
	for _, s := range r.Series {
		depths = append(depths, s.Depth)
	}
	looks := style.By(depths)
	for _, s := range r.Series {
		curve := plots.Series{Label: style.DepthTitle(s.Depth), Style: looks[s.Depth]}
		for i, v := range values(s) {
			if shortest > 0 {
				v.Low = max(v.Low, shortest/2)
			}
			if i < len(s.Beta) {
				curve.Add(s.Beta[i], v.Value, v.Low, v.High)
			}
		}
		curve.X = s.Beta // a panel refuses more or fewer of them than values
		p.Curve(curve)
		if s.Theory != nil {
			p.Curve(law.Line("", s.Beta, theory(*s.Theory)))
		}
	}
	p.Y.Room = 0
	if shortest == 0 {
		p.Y.Hold(0, 1)
		low, high := p.Y.Ends()
		p.Y.Range(low-0.03, high+0.03)
	}
	return p
}
