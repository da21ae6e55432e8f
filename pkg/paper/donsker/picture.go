package donsker

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws the appendix: (a) gradients of one-layer nets as walks in the time Phi(x), a width each; (b)
// their covariance at some times s against t, measured at the smallest and the largest width with the band
// that holds for all pairs and widths together at 95 %, and min(s, t); (c) the Kolmogorov-Smirnov distance of
// the standardised increments from the normal law against the width.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.9, PadX: 12, Lettered: true}
	shown := someWalks(r.Series, 4)
	looks := plots.OrderedStyles(len(shown))
	var keys []plots.Key
	for i, s := range shown {
		keys = append(keys, plots.LineKey(fmt.Sprintf("N = %d", s.Width), looks[i]))
	}
	if len(shown) > 0 {
		distances := distancePanel(r)
		g.Row(pathPanel(shown, looks), walkCovariancePanel(shown, looks), distances)
	}
	g.Legend(append(keys, plots.LineKey("(b) min(s, t) for three s", thick()),
		plots.AreaKey("(b) 95 % band for all pairs together", plots.Fade(plots.Ink, jointOpacity)))...)
	g.Legend(g.Keys()...)
	return g.Figure(Name,
		"Gradients of one-layer nets against Brownian motion: the gradients as walks in the time t, their "+
			"covariance against t, and the Kolmogorov–Smirnov distance of their steps from the normal law "+
			"against the width N.")
}

// jointOpacity is that of a band that holds for all values together: three can be seen through each other.
const jointOpacity = 0.22

// thick is the style of lines of laws.
func thick(dashes ...float64) plots.Style {
	return plots.Style{Color: plots.Ink, Width: 1.2, Dashes: dashes}
}

// someWalks returns at most n of the series, the first and the last among them, evenly spread.
func someWalks(series []Series, n int) []Series {
	if len(series) <= n {
		return series
	}
	chosen := make([]Series, n)
	for i := range chosen {
		chosen[i] = series[(i*(len(series)-1)+(n-1)/2)/(n-1)]
	}
	return chosen
}

// pathPanel draws the first draw of every width as steps.
func pathPanel(series []Series, looks []plots.Style) *plots.Panel {
	p := plots.NewPanel("t = Φ(x)", "g").Titled("gradient as a walk")
	for i, s := range series {
		p.Curve(plots.Series{X: s.Time, Y: s.Path,
			Style: plots.Style{Color: looks[i].Color, Width: 0.9, Steps: true}})
	}
	p.Y.Room = 0.05
	p.X.Range(0, 1)
	p.X.Every(0.5)
	return p
}

// covarianceRow returns the covariances of a walk between one time and all others, over these.
func covarianceRow(s Series, time float64, look plots.Style) plots.Series {
	row := plots.Series{Style: plots.Style{Color: look.Color, Marker: look.Marker}}
	for _, c := range s.Covariances {
		if c.S == time || c.T == time {
			row.Add(c.S+c.T-time, c.Value, c.Low, c.High)
		}
	}
	return row
}

// covarianceTimes returns about a third and two thirds of the way, and the end, of the times that a walk has
// covariances at.
func covarianceTimes(s Series) []float64 {
	var all []float64
	for _, c := range s.Covariances {
		if c.S == c.T {
			all = append(all, c.S)
		}
	}
	if len(all) == 0 {
		return nil
	}
	last := len(all) - 1
	return slices.Compact([]float64{all[last/3], all[(2*last+2)/3], all[last]})
}

// walkCovariancePanel draws rows of the covariance of the first and the last of the walks.
func walkCovariancePanel(series []Series, looks []plots.Style) *plots.Panel {
	p := plots.NewPanel("t", "E[g(s) g(t)]").Titled("covariance")
	times := covarianceTimes(series[0])
	for _, time := range times {
		p.Curve(plots.Series{X: []float64{0, time, 1}, Y: []float64{0, time, time},
			Style: plots.Thin(plots.Ink)})
	}
	for _, time := range times {
		for _, i := range slices.Compact([]int{0, len(series) - 1}) {
			row := covarianceRow(series[i], time, looks[i])
			p.Band(row, jointOpacity)
			p.Points(row)
		}
	}
	for _, s := range series {
		if len(s.Covariances) == 0 {
			p.Fail("has no covariances of width %d: compute them with donsker.Run", s.Width)
		}
	}
	p.Y.Hold(0, 1)
	p.Y.Room = 0
	low, high := p.Y.Ends()
	p.X.Range(0, 1)
	p.Y.Range(low-0.02, high+0.02)
	p.X.Every(0.5)
	p.Y.Every(0.5)
	return p
}

// distancePanel draws the distances against the width.
func distancePanel(r *Result) *plots.Panel {
	const offset = 0.5 // keeps the fitted line apart from the points that it runs through
	p := plots.NewPanel("N", "Kolmogorov–Smirnov distance").Titled("distance to normal").LogX().LogY()
	sampled := plots.Series{Label: "sampled increments",
		Style: plots.Style{Color: plots.Grey, Marker: plots.Box, Size: 2.3}}
	floor := plots.Series{Label: "their floor", Style: thick(1, 2)}
	given := plots.Series{Label: "given the kinks",
		Style: plots.Style{Color: plots.Blue, Marker: plots.Circle, Size: 2.3, Width: 1.4}}
	law := plots.Series{Label: "exact law", Style: thick()}
	for _, s := range r.Series {
		d, width := s.Distance, float64(s.Width)
		sampled.X, sampled.Y = append(sampled.X, width), append(sampled.Y, d.Empirical)
		floor.X, floor.Y = append(floor.X, width), append(floor.Y, d.Floor)
		law.X, law.Y = append(law.X, width), append(law.Y, d.Exact)
		given.Add(width, d.GivenKinks.Value, d.GivenKinks.Low, d.GivenKinks.High)
	}
	p.Points(sampled)
	p.Curve(floor)
	p.Points(given)
	p.Curve(law)
	given.Label = ""
	p.Bars(given)
	if r.Fit != nil {
		exponent := r.Fit.Exponent.Value
		at := func(n float64) float64 { return offset * r.Fit.Factor * math.Pow(n, exponent) }
		from, to := float64(r.Fit.From), slices.Max(law.X)
		p.Curve(plots.Series{
			Label: fmt.Sprintf("fit: N to the power %s, moved down",
				plots.Minus(fmt.Sprint(math.Round(100*exponent)/100))),
			X: []float64{from, to}, Y: []float64{at(from), at(to)},
			Style: plots.Style{Color: style.Brown, Width: 1.2, Dashes: []float64{5, 2}},
		})
	}
	low, high := slices.Min(law.X), slices.Max(law.X)
	p.X.Range(low/1.5, high*1.5)
	p.Y.Room = 0
	low, high = p.Y.Ends()
	p.Y.Range(low/2, high*2)
	return p
}
