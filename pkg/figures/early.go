package figures

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// Early draws the gradients of dense nets early in training. The first row is against the number of steps: (a) brownness, 0 for white
// noise and 1 for brown, of gradients with the batch statistics held fixed, (b) the same of gradients through them, and (c) the mean squared
// error. The second row is the autocorrelation of the gradients of (a) at the first, a middle and the last of the steps.
//
// Steps stand at log(1 + step), which gives the initialisation a place. A gradient that is the same at all inputs has no autocorrelation: a
// cross marks it at brownness 1, which a gradient tends to that varies more and more slowly.
func Early(r *paper.EarlyResult) (*Figure, error) {
	if r == nil || len(r.Series) == 0 {
		return nil, fmt.Errorf("there is no result of training to draw: compute it with paper.Early")
	}
	for _, s := range r.Series {
		if err := checkEarly(s); err != nil {
			return nil, err
		}
	}
	frozen := r.Select(norms.Frozen)
	if len(frozen) == 0 {
		return nil, fmt.Errorf("the result of training has no net with frozen statistics: compute it with paper.Early")
	}
	g := &grid{aspect: 0.8, padX: 12, padY: 24, panels: make([][]*plot.Plot, 2)}
	for _, statistics := range paper.AllStatistics {
		p, err := brownnessPanel(r.Select(statistics))
		if err != nil {
			return nil, err
		}
		g.addPanel(0, p, fmt.Sprintf("%s statistics", statistics))
	}
	loss, err := earlyLossPanel(frozen)
	if err != nil {
		return nil, err
	}
	g.addPanel(0, loss, "training loss")
	steps := frozen[0].Steps
	for _, i := range []int{0, len(steps) / 2, len(steps) - 1} {
		p, err := earlyACFPanel(frozen, i, len(frozen[0].First.X))
		if err != nil {
			return nil, err
		}
		g.addPanel(1, p, fmt.Sprintf("step %d", steps[i]))
	}
	var nets []paper.EarlyNet
	for _, s := range frozen {
		nets = append(nets, s.EarlyNet)
	}
	if g.legend, err = earlyLegend(nets, "10 % to 90 % of the draws; in (a) and (b) the 95 % interval"); err != nil {
		return nil, err
	}
	mark, err := constantMark(0, ink)
	if err != nil {
		return nil, err
	}
	g.legend[2] = append(g.legend[2], legendEntry{"constant gradient", []plot.Thumbnailer{mark}})
	about := fmt.Sprintf("Gradients of dense nets early in training: brownness (0 white noise, 1 brown) and mean squared error against the training step, 0 to %d, and the autocorrelation against the lag at three of the steps.",
		steps[len(steps)-1])
	return newFigure("early-training", about, g), nil
}

// addPanel appends a panel to a row, with the next letter in front of its title.
func (g *grid) addPanel(row int, p *plot.Plot, title string) {
	title = panelTitle(row*len(g.panels[0])+len(g.panels[row]), title)
	if row == 0 {
		g.columnTitles = append(g.columnTitles, title)
	} else {
		g.addCaption(p, title)
	}
	g.panels[row] = append(g.panels[row], p)
}

// addCaption puts a title above a panel below the first row.
func (g *grid) addCaption(p *plot.Plot, title string) {
	p.Add(caption(title))
	g.captions = append(g.captions, title)
}

// checkEarly returns an error unless the series has what the panels need.
func checkEarly(s paper.EarlySeries) error {
	what := fmt.Sprintf("the series of %q (%s)", s.Title(), s.Statistics)
	n := len(s.Steps)
	if n < 2 || len(s.Brownness) != n || len(s.ACF) != n || len(s.Constant) != n {
		return fmt.Errorf("%s has %d steps, %d of brownness, %d autocorrelations and %d counts of constant gradients: give equally many, at least 2",
			what, n, len(s.Brownness), len(s.ACF), len(s.Constant))
	}
	if err := checkCurve(what, s.Loss, n); err != nil {
		return err
	}
	for i := range n {
		if b := s.Brownness[i]; b != nil {
			if err := finite(what, b.Value, b.Low, b.High); err != nil {
				return err
			}
		}
		if s.ACF[i] != nil {
			if err := checkCurve(what, s.ACF[i], len(s.Lags)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCurve returns an error unless the curve has n points, all finite.
func checkCurve(what string, c *stats.Curve, n int) error {
	if c == nil || len(c.Mean) != n || len(c.StdErr) != n || len(c.Lower) != n || len(c.Upper) != n {
		return fmt.Errorf("%s has a curve without %d means, errors and quantiles: compute it with package paper", what, n)
	}
	return finite(what, slices.Concat(c.Mean, c.StdErr, c.Lower, c.Upper)...)
}

// earlyStyle is what the curves of a net look like, the same in all figures. Nets without skips are dark, resnets blue, nets of concatenated
// rectifiers red and orange: colours of Okabe and Ito (2008), which colour-blind eyes tell apart.
func earlyStyle(n paper.EarlyNet) curveStyle {
	switch {
	case n.LooksLinear:
		return curveStyle{color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, draw.PyramidGlyph{}}
	case n.Activation == activations.CReLU.Name:
		return curveStyle{color.NRGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, draw.TriangleGlyph{}}
	case n.Beta != nil && *n.Beta < 1:
		return curveStyle{color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, draw.BoxGlyph{}}
	case n.Beta != nil:
		return curveStyle{color.NRGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, draw.SquareGlyph{}}
	case n.Norm == norms.Center.Name:
		return curveStyle{grey, draw.RingGlyph{}}
	}
	return curveStyle{color.NRGBA{A: 0xff}, draw.CircleGlyph{}}
}

// stepAxis gives a panel the axis of the steps.
func stepAxis(p *plot.Plot, steps []int) {
	p.X.Label.Text = "training step"
	p.X.Min, p.X.Max = -0.12, stepPlace(steps[len(steps)-1])+0.12
	var ticks []plot.Tick
	for _, step := range steps {
		ticks = append(ticks, plot.Tick{Value: stepPlace(step), Label: fmt.Sprint(step)})
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
}

// stepPlace is where a step stands on the axis.
func stepPlace(step int) float64 { return math.Log10(1 + float64(step)) }

// stepCurve returns a curve against the steps.
func stepCurve(n paper.EarlyNet, steps []int, c *stats.Curve) curve {
	drawn := curve{curveStyle: earlyStyle(n), mean: c.Mean, stdErr: c.StdErr, lower: c.Lower, upper: c.Upper}
	for _, step := range steps {
		drawn.x = append(drawn.x, stepPlace(step))
	}
	return drawn
}

// brownnessPanel draws brownness against the steps, with its 95 % interval.
func brownnessPanel(series []*paper.EarlySeries) (*plot.Plot, error) {
	p := newPanel("", "brownness")
	var curves []curve
	var constant []plot.Plotter
	for _, s := range series {
		c := curve{curveStyle: earlyStyle(s.EarlyNet)}
		for i, b := range s.Brownness {
			x := stepPlace(s.Steps[i])
			if b == nil {
				mark, err := constantMark(x, c.color)
				if err != nil {
					return nil, err
				}
				constant = append(constant, mark)
				continue
			}
			c.x, c.mean, c.stdErr = append(c.x, x), append(c.mean, b.Value), append(c.stdErr, 0)
			c.lower, c.upper = append(c.lower, b.Low), append(c.upper, b.High)
		}
		if len(c.x) > 0 {
			curves = append(curves, c)
		}
	}
	if err := addCurves(p, nil, curves); err != nil {
		return nil, err
	}
	addData(p, constant...)
	stepAxis(p, series[0].Steps)
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, 1.06, ticksEvery(0.25)
	return p, nil
}

// constantMark marks a gradient that is the same everywhere.
func constantMark(x float64, c color.Color) (*plotter.Scatter, error) {
	mark, err := plotter.NewScatter(plotter.XYs{{X: x, Y: 1}})
	if err != nil {
		return nil, err
	}
	mark.GlyphStyle = draw.GlyphStyle{Color: c, Radius: 3.5, Shape: draw.CrossGlyph{}}
	return mark, nil
}

// earlyLossPanel draws the mean squared error, on a logarithmic axis: the curves are of its logarithm.
func earlyLossPanel(series []*paper.EarlySeries) (*plot.Plot, error) {
	p := newPanel("", "mean squared error")
	var curves []curve
	for _, s := range series {
		curves = append(curves, stepCurve(s.EarlyNet, s.Steps, s.Loss))
	}
	if err := addCurves(p, nil, curves); err != nil {
		return nil, err
	}
	stepAxis(p, series[0].Steps)
	p.Y.Tick.Marker = exponentTicks{}
	return p, nil
}

// exponentTicks labels an axis of logarithms to base 10 with the numbers that they are of.
type exponentTicks struct{}

// Ticks implements plot.Ticker.
func (exponentTicks) Ticks(low, high float64) []plot.Tick {
	ticks := logTicks{}.Ticks(math.Pow(10, low), math.Pow(10, high))
	for i := range ticks {
		ticks[i].Value = math.Log10(ticks[i].Value)
	}
	return ticks
}

// earlyACFPanel draws the autocorrelation at one of the steps.
func earlyACFPanel(series []*paper.EarlySeries, i, inputs int) (*plot.Plot, error) {
	p := newPanel("lag", "autocorrelation")
	lags := series[0].Lags
	zero, band, err := whiteBand(float64(lags[0]), float64(lags[len(lags)-1]), inputs)
	if err != nil {
		return nil, err
	}
	var curves []curve
	for _, s := range series {
		if s.ACF[i] == nil {
			continue
		}
		c := curve{curveStyle: earlyStyle(s.EarlyNet), mean: s.ACF[i].Mean, stdErr: s.ACF[i].StdErr, lower: s.ACF[i].Lower, upper: s.ACF[i].Upper}
		for _, lag := range s.Lags {
			c.x = append(c.x, float64(lag))
		}
		curves = append(curves, c)
	}
	if err := addCurves(p, []plot.Plotter{zero, band[0], band[1]}, curves); err != nil {
		return nil, err
	}
	p.X.Min, p.X.Max = -0.5, float64(lags[len(lags)-1])+0.5
	p.Y.Min, p.Y.Max = min(-0.25, p.Y.Min-0.05), 1.05
	p.X.Tick.Marker, p.Y.Tick.Marker = ticksEvery(5), ticksEvery(0.5)
	return p, nil
}

// earlyLegend names the nets in two lines and the bands in a third.
func earlyLegend(nets []paper.EarlyNet, quantiles string) ([][]legendEntry, error) {
	lines := make([][]legendEntry, 2)
	for i, n := range nets {
		entry, err := curveEntry(n.Title(), earlyStyle(n))
		if err != nil {
			return nil, err
		}
		line := 2 * i / len(nets)
		lines[line] = append(lines[line], entry)
	}
	bands := bandEntries()
	bands[1].label = quantiles
	return append(lines, bands), nil
}
