package theorems

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
)

// quantity is one of the three curves of a theorem.
type quantity struct {
	plots.Style
	name  string
	curve func(Series) Curve
}

// drawn returns them in their styles.
func drawn() []quantity {
	looks := plots.OrderedStyles(3)
	return []quantity{
		{looks[0], "C(i,i)", func(s Series) Curve { return s.Variance }},
		{looks[1], "C(i,j)", func(s Series) Curve { return s.Covariance }},
		{looks[2], "R(i,j)", func(s Series) Curve { return s.Correlation }},
	}
}

// plainLook is the style of plain Monte Carlo.
var plainLook = plots.Style{Color: plots.Grey, Width: 1.4}

// bandOpacity lets three bands be seen through each other.
const bandOpacity = 0.22

// Draw draws Theorems 1 to 3 and Corollary 1 against the depth, two panels a net. Upper panel: variance,
// covariance and correlation in logarithmic scale; lines are the closed forms, markers are measured, and bars
// are the covariance by plain Monte Carlo, which loses it in its noise. Lower panel: how far the measured
// values are from the closed forms, with the bands that hold for all nets, quantities and depths together at
// 95 %.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.62, PadX: 10, PadY: 20}
	const columns = 3 // nets side by side
	var lowest []*plots.Panel
	for nets := range slices.Chunk(r.Select(theory.Conditioned), columns) {
		var upper, lower []*plots.Panel
		for _, s := range nets {
			upper = append(upper, theoremPanel(s, r.Select(theory.Plain)).
				Titled(fmt.Sprintf("%s: %s", s.Theorem, s.Title())))
			lower = append(lower, deviationPanel(s))
		}
		upper[0].Y.Label, lower[0].Y.Label = "C and R", "measured / closed − 1, %"
		g.Row(upper...)
		g.Row(lower...)
		lowest = lower
	}
	for _, p := range lowest {
		p.X.Label = "depth L"
	}
	var keys []plots.Key
	for _, q := range drawn() {
		keys = append(keys, plots.LineKey(q.name, q.Style))
	}
	g.Legend(keys...)
	g.Legend(
		plots.LineKey("closed form", plots.Style{Color: plots.Ink}),
		plots.PointKey("measured, gates drawn", plots.Style{Color: plots.Ink, Marker: plots.Circle}),
		plots.AreaKey("95 % band for all values together", plots.Fade(plots.Ink, bandOpacity)),
		plots.BarKey("C(i,j) by plain Monte Carlo, 95 %", plainLook),
	)
	return g.Figure(Name,
		"Theorems 1 to 3 and Corollary 1: variance, covariance and correlation of gradients against the "+
			"depth, measured and by their closed forms, and below each panel how far the two are apart, in "+
			"per cent.")
}

// series returns a quantity of a net, measured, and its closed form.
func (q quantity) series(s Series) (measured, closed plots.Series) {
	c, depths := q.curve(s), plots.Floats(s.Depths)
	look := plots.Style{Color: q.Color}
	closed = plots.Series{Label: q.name + ", closed form", X: depths, Y: c.Closed, Style: look}
	look.Marker, look.Size = q.Marker, 2.3
	measured = plots.Series{Label: q.name, X: depths, Y: c.Mean, Lower: c.Lower, Upper: c.Upper, Style: look}
	return measured, closed
}

// theoremPanel draws the upper panel of a net.
func theoremPanel(s Series, plain []Series) *plots.Panel {
	p := plots.NewPanel("", "").LogY()
	low, high := math.Inf(1), 0.0
	for _, q := range drawn() {
		for _, closed := range q.curve(s).Closed {
			low, high = min(low, closed), max(high, closed)
		}
	}
	margin := math.Pow(high/low, 0.08)
	low, high = low/margin, high*margin
	for _, other := range plain {
		if bars := plainBars(other, low, high); other.GateNet == s.GateNet && len(bars.X) > 0 {
			p.Bars(bars)
		}
	}
	for _, q := range drawn() {
		_, closed := q.series(s)
		closed.Style.Width = 1
		p.Curve(closed)
	}
	for _, q := range drawn() {
		measured, _ := q.series(s)
		p.Points(everyFew(measured))
	}
	last := 0
	for _, depth := range s.Depths {
		last = depth
	}
	p.X.Range(0, float64(last)+1)
	p.Y.Range(low, high)
	return p
}

// everyFew thins a series to a dozen values or so, for markers that do not run into each other.
func everyFew(s plots.Series) plots.Series {
	if len(s.X) != len(s.Y) {
		return s // for the panel to refuse
	}
	step := (len(s.X) + 11) / 12
	thinned := plots.Series{Label: s.Label, Style: s.Style}
	for i := len(s.X) - 1; i >= 0; i -= step {
		thinned.X, thinned.Y = append(thinned.X, s.X[i]), append(thinned.Y, s.Y[i])
	}
	return thinned
}

// plainBars returns the intervals of the covariance by plain Monte Carlo, cut at the ends of an axis.
func plainBars(s Series, low, high float64) plots.Series {
	bars := plots.Series{Style: plainLook}
	for i, depth := range s.Depths[:min(len(s.Depths), len(s.Covariance.Lower), len(s.Covariance.Upper))] {
		from, to := max(s.Covariance.Lower[i], low), min(s.Covariance.Upper[i], high)
		if from < to {
			bars.Add(float64(depth), from, from, to)
		}
	}
	return bars
}

// deviationPanel draws the lower panel of a net: how far what was measured is from the closed form, in per
// cent of it.
func deviationPanel(s Series) *plots.Panel {
	p := plots.NewPanel("", "")
	last, largest := 0.0, 0.0
	for _, depth := range s.Depths {
		last = float64(depth)
	}
	p.Curve(plots.Series{X: []float64{0, last + 1}, Y: []float64{0, 0}, Style: plots.Thin(plots.Ink)})
	for _, q := range drawn() {
		measured, closed := q.series(s)
		measured.Style.Marker = plots.NoMarker
		for _, values := range []*[]float64{&measured.Y, &measured.Lower, &measured.Upper} {
			*values = slices.Clone(*values)
			for i := range min(len(*values), len(closed.Y)) {
				(*values)[i] = 100 * ((*values)[i]/closed.Y[i] - 1)
				largest = max(largest, math.Abs((*values)[i]))
			}
		}
		p.Band(measured, bandOpacity)
		measured.Lower, measured.Upper = nil, nil
		p.Curve(measured)
	}
	p.X.Range(0, last+1)
	p.Y.Range(-1.15*largest, 1.15*largest)
	return p
}
