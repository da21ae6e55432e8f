package realnets

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Dashes of the lines that nothing was measured for.
var (
	theoryDashes  = []float64{5, 3}
	countedDashes = []float64{1.5, 2}
)

// Draw draws the theorems on real nets: the correlation of the gradients at two inputs against depth, a
// panel for each family of nets and a curve for each width, up to the depth where the noise swallows it.
// The dark band is one standard error to either side, the light one the 95 % interval. The dashed line is
// the theorem's; the dotted one is what counting paths gives for the widest nets with their measured
// activations, and the whole dark line is the theory of infinitely wide ones. Axes are logarithmic, that
// of the depth where the theorem says a power of it; those of highway nets, which keep their correlation,
// are linear.
func Draw(r *Result) (*plots.Figure, error) {
	const columns = 3
	r = cmp.Or(r, new(Result))
	var widths []int
	for _, s := range r.Series {
		widths = append(widths, s.Width)
	}
	looks := style.By(widths)
	g := &plots.Grid{Aspect: 0.72, PadX: 10, PadY: 22, Lettered: true}
	var panels []*plots.Panel
	for i, family := range r.Families() {
		p := panel(family, looks).Titled(family[0].Title())
		if i%columns > 0 {
			p.Y.Label = ""
		}
		panels = append(panels, p)
	}
	if n := len(panels); n > 0 {
		g.Rows(columns, append(panels, make([]*plots.Panel, (columns-n%columns)%columns)...)...)
	}
	slices.Sort(widths)
	var keys []plots.Key
	for _, width := range slices.Compact(widths) {
		keys = append(keys, plots.LineKey(fmt.Sprintf("width %d", width), looks[width]))
	}
	g.Legend(keys...)
	g.Legend(
		plots.LineKey("theorem", plots.Style{Color: plots.Ink, Width: 1, Dashes: theoryDashes}),
		plots.LineKey("paths counted with the measured activations",
			plots.Style{Color: plots.Ink, Width: 1, Dashes: countedDashes}),
		plots.LineKey("infinitely wide nets", plots.Style{Color: plots.Ink, Width: 1}),
		plots.AreaKey("95 % interval", plots.Fade(plots.Ink, plots.IntervalOpacity)),
	)
	return g.Figure(Name,
		"The theorems on real nets: correlation R(i,j) of the gradients at two inputs against the number of "+
			"layers, a panel for each family of nets and a curve for each width.")
}

// panel draws the curves of a family.
func panel(family []Series, looks map[int]plots.Style) *plots.Panel {
	const margin = 1.5 // between the smallest correlation and the frame, as a factor
	p := plots.NewPanel("layers", "R(i,j)")
	widest := slices.MaxFunc(family, func(a, b Series) int { return a.Width - b.Width })
	p.X.Log, p.Y.Log = widest.Fit != nil && widest.Fit.Abscissa == LogDepth, widest.Fit != nil
	for _, s := range family {
		if n := len(s.Depths); n < 2 || len(s.Correlation) != n || len(s.Counted) != n || len(s.Theory) != n {
			p.Fail("has %d depths of width %d, %d correlations, %d counted and %d closed forms: give "+
				"equally "+
				"many, at least 2", n, s.Width, len(s.Correlation), len(s.Counted), len(s.Theory))
			return p
		}
	}
	p.Y.Hold(1)
	for _, s := range family {
		curve := measuredCurve(s, !p.Y.Log)
		curve.Style = looks[s.Width]
		if len(curve.X) > 0 {
			p.Curve(curve)
		}
	}
	p.Y.Room = 0
	low, _ := p.Y.Ends()
	floor, first, last := 0.0, 0.0, 1.03*float64(widest.Depths[len(widest.Depths)-1])
	if p.X.Log {
		first, last = float64(widest.Depths[0]), 1.1*float64(widest.Depths[len(widest.Depths)-1])
	}
	if p.Y.Log {
		floor = low / margin
	}
	p.X.Range(first, last)
	p.Y.Range(floor, 1)
	reference(p, widest.Depths, widest.Theory, floor, theoryDashes)
	reference(p, widest.Depths, widest.Counted, floor, countedDashes)
	if widest.Wide != nil {
		reference(p, widest.Depths, widest.Wide, floor, nil)
	}
	return p
}

// measuredCurve returns the part of a series that can be drawn.
func measuredCurve(s Series, linear bool) plots.Series {
	const lost = 3 // standard errors that a correlation must be above 0 to have a place on a logarithmic axis
	curve := plots.Series{Label: fmt.Sprintf("width %d", s.Width)}
	for i, r := range s.Correlation {
		if !linear && r.Value <= lost*r.StdErr {
			break
		}
		if !linear {
			r.Low = max(r.Low, r.Value/lost)
		}
		curve.Add(float64(s.Depths[i]), r.Value, r.Low, min(r.High, 1))
		curve.StdErr = append(curve.StdErr, r.StdErr)
	}
	return curve
}

// reference draws values over depths down to a floor, from where on they end.
func reference(p *plots.Panel, depths []int, values []float64, floor float64, dashes []float64) {
	n := slices.IndexFunc(values, func(v float64) bool { return v < floor })
	if n < 0 {
		n = len(values)
	}
	if n > 0 { // some of it is in sight
		p.Curve(plots.Series{X: plots.Floats(depths[:n]), Y: values[:n],
			Style: plots.Style{Color: plots.Ink, Width: 1, Dashes: dashes}})
	}
}

// DrawRates draws what the fits to real nets say against the width: the rates of log R a layer, the
// exponents of R, and R of the deepest highway nets, with their 95 % intervals, and the theorems' numbers as
// dashed lines in the same colour.
func DrawRates(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.72, PadX: 10, PadY: 22, Lettered: true}
	if families := r.Families(); len(families) > 0 {
		panels := []*plots.Panel{
			ratePanel(families, PerLayer).Labels("width", "rate").Titled("rate of log R a layer"),
			ratePanel(families, LogDepth).Labels("width", "exponent").
				Titled("exponent of R in the depth"),
			ratePanel(families, "").Labels("width", "R(i,j)").Titled("R of the deepest highway nets"),
		}
		g.Row(panels...)
		for _, p := range panels {
			g.Legend(p.Keys()...)
		}
	}
	return g.Figure("real-nets-rates",
		"What the fits to real nets say against the width: rates a layer, exponents, and the correlation in "+
			"the deepest highway nets, with 95 % intervals and the theorems' numbers as dashed lines.")
}

// ratePanel draws the fits with the given abscissa, or the correlation of nets without a fit where it is
// empty.
func ratePanel(families [][]Series, abscissa string) *plots.Panel {
	var shown [][]Series
	for _, family := range families {
		if fit := family[0].Fit; fit == nil && abscissa == "" || fit != nil && fit.Abscissa == abscissa {
			shown = append(shown, family)
		}
	}
	p := plots.NewPanel("", "")
	var widths []float64
	var theorems []plots.Series
	for i, look := range plots.OrderedStyles(len(shown)) {
		measured := plots.Series{Label: shown[i][0].Title(), Style: look}
		theorem := plots.Series{Style: plots.Style{Color: look.Color, Width: 1, Dashes: theoryDashes}}
		for _, s := range shown[i] {
			estimate, predicted, ok := number(s)
			if !ok {
				p.Fail("has a net of width %d without equally many depths and closed forms: compute it with "+
					"realnets.Run", s.Width)
				continue
			}
			measured.Add(float64(s.Width), estimate.Value, estimate.Low, estimate.High)
			theorem.X, theorem.Y = measured.X, append(theorem.Y, predicted)
		}
		p.Curve(measured)
		widths, theorems = append(widths, measured.X...), append(theorems, theorem)
	}
	for _, s := range theorems {
		p.Curve(s)
	}
	p.Y.Hold(0)
	p.Y.Room = 0.05
	if len(widths) > 0 {
		slices.Sort(widths)
		p.X.Log = true
		p.X.Range(widths[0]/1.15, widths[len(widths)-1]*1.15)
		p.X.At(slices.Compact(widths))
	}
	return p
}

// number returns the number of a series that its theorem speaks of, measured and predicted, unless
// the series is cut short.
func number(s Series) (measured stats.Estimate, predicted float64, ok bool) {
	n := len(s.Depths)
	switch {
	case n == 0 || len(s.Correlation) != n || len(s.Theory) != n:
		return measured, 0, false
	case s.Fit != nil:
		return s.Fit.Slope, s.Fit.Theory, true
	}
	return s.Correlation[n-1], s.Theory[n-1], true
}
