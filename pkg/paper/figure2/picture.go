package figure2

import (
	"cmp"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws Figure 2: the autocorrelation of gradients against the lag, a panel for every family of nets
// in the result's config and one for noise, a curve for every depth. Frozen statistics above, coupled ones
// below; noise has no statistics and stands in both rows, for comparison.
//
// A curve is the mean over the draws; its dark band is one standard error to either side, its light band goes
// from the 10 % to the 90 % quantile of the draws. The dashed lines at +-1.96 / sqrt(M) hold 95 % of the
// autocorrelations of white noise at M inputs, and the thin dark ones are infinitely wide nets, of which
// there is theory for frozen statistics.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	var depths []int
	for _, s := range r.Series {
		if !style.IsNoise(s.Net) {
			depths = append(depths, s.Depth)
		}
	}
	looks := style.By(depths)
	g := &plots.Grid{Aspect: 0.78, PadX: 8, PadY: 6, Lettered: true}
	if len(r.Config.Nets) > 0 {
		for row, statistics := range paper.AllStatistics {
			g.Row(panels(r, statistics, looks, row == 0)...)
			g.RowTitles = append(g.RowTitles, fmt.Sprintf("%s statistics", statistics))
		}
	}
	g.ShareAxes()
	g.Legend(g.Keys()...)
	g.Legend(append(plots.BandKeys("10 % to 90 % of the draws"), style.WhiteBandKey(),
		plots.LineKey("infinitely wide nets", law.Dark))...)
	return g.Figure(Name,
		fmt.Sprintf("Figure 2: autocorrelation of the gradients of nets over %d inputs, and of noise, "+
			"against the lag, a curve for each depth.", r.Config.Inputs))
}

// panels returns the panels of one row, with titles for the first.
func panels(r *Result, statistics norms.Statistics, looks map[int]plots.Style,
	titled bool) []*plots.Panel {
	var row []*plots.Panel
	for _, net := range r.Config.Nets {
		name, series := r.Panel(net, statistics)
		p := newPanel(r, name.Family(), titled)
		seen := make(map[int]bool)
		for _, s := range series {
			if seen[s.Depth] {
				p.Fail("has two curves of depth %d for %s: nets of one panel differ in depth alone",
					s.Depth, name.Family())
			}
			seen[s.Depth] = true
			p.Curve(style.Autocorrelation(style.DepthTitle(s.Depth), s, looks[s.Depth]))
			if s.Theory != nil {
				p.Curve(law.Line("", plots.Floats(s.Lags), s.Theory))
			}
		}
		if len(series) == 0 {
			p.Fail("has no curve of %s with %s statistics: compute the result with figure2.Run",
				name.Family(), statistics)
		}
		row = append(row, withAxes(p))
	}
	p := newPanel(r, "noise", titled)
	for _, noise := range style.Noises() {
		selected := r.Select(noise, 0, "")
		if len(selected) != 1 {
			p.Fail("has %d curves of %s noise where one is expected: compute the result with figure2.Run",
				len(selected), noise)
		}
		for _, s := range selected {
			p.Curve(style.Autocorrelation(style.NoiseTitle(noise), s, style.Noise(noise)))
		}
	}
	return append(row, withAxes(p))
}

// newPanel returns a panel with the lines to compare with.
func newPanel(r *Result, title string, titled bool) *plots.Panel {
	p := plots.NewPanel("lag", "autocorrelation")
	if titled {
		p.Title = title
	}
	if r.Config.Inputs < 1 {
		p.Fail("has %d inputs: give the result a config of at least 1", r.Config.Inputs)
		return p
	}
	for _, s := range r.Series[:min(len(r.Series), 1)] {
		if n := len(s.Lags); n > 0 {
			style.WhiteBand(p, float64(s.Lags[0]), float64(s.Lags[n-1]), r.Config.Inputs)
		}
	}
	return p
}

// withAxes gives a panel axes that hold what it shows and the values from 0 to 1.
func withAxes(p *plots.Panel) *plots.Panel {
	p.X.Every(5)
	p.Y.Every(0.5)
	p.X.Hold(0)
	p.Y.Hold(0, 1)
	p.Y.Room = 0
	_, last := p.X.Ends()
	low, high := p.Y.Ends()
	p.X.Range(-0.5, last+0.5)
	p.Y.Range(low-0.05, high+0.05)
	return p
}
