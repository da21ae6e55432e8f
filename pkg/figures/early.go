package figures

import (
	"cmp"
	"fmt"
	"image/color"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Early draws the gradients of dense nets early in training. The first row is against the number of steps:
// (a) brownness, 0 for white noise and 1 for brown, of gradients with the batch statistics held fixed, (b)
// the same of gradients through them, and (c) the mean squared error. The second row is the autocorrelation
// of the gradients of (a) at the first, a middle and the last of the steps.
//
// Steps stand at log(1 + step), which gives the initialisation a place. A gradient that is the same at all
// inputs has no autocorrelation: a cross marks it at brownness 1, which a gradient tends to that varies more
// and more slowly.
func Early(r *paper.EarlyResult) (*plots.Figure, error) {
	r = cmp.Or(r, new(paper.EarlyResult))
	frozen := r.Select(norms.Frozen)
	if len(frozen) == 0 || len(frozen[0].Steps) == 0 {
		return nil, fmt.Errorf("the result of training has no net with frozen statistics: compute it with " +
			"paper.Early")
	}
	steps := frozen[0].Steps
	g := &plots.Grid{Aspect: 0.8, PadX: 12, PadY: 24, Lettered: true}
	loss := stepPanel("mean squared error", steps).Titled("training loss")
	var nets []paper.EarlyNet
	for _, s := range frozen {
		loss.Curve(stepCurve(s.EarlyNet, s.Steps, s.Loss))
		nets = append(nets, s.EarlyNet)
	}
	loss.Y.Room = 0
	loss.Y.Exponents() // the curves are of its logarithm
	g.Row(brownnessPanel(r.Select(norms.Frozen), steps).Titled("frozen statistics"),
		brownnessPanel(r.Select(norms.Coupled), steps).Titled("coupled statistics"), loss)
	var autocorrelations []*plots.Panel
	for _, i := range []int{0, len(steps) / 2, len(steps) - 1} {
		autocorrelations = append(autocorrelations,
			earlyACFPanel(frozen, i).Titled(fmt.Sprintf("step %d", steps[i])))
	}
	g.Row(autocorrelations...)
	earlyLegend(g, nets, "10 % to 90 % of the draws; in (a) and (b) the 95 % interval",
		plots.PointKey("constant gradient", constantLook(plots.Ink)))
	return g.Figure("early-training",
		fmt.Sprintf("Gradients of dense nets early in training: brownness (0 white noise, 1 brown) and mean "+
			"squared error against the training step, 0 to %d, and the autocorrelation against the lag at "+
			"three of the steps.", steps[len(steps)-1]))
}

// earlyLook is what the curves of a net look like, the same in all figures. Nets without skips are dark,
// resnets blue, nets of concatenated rectifiers red and orange: colours of Okabe and Ito (2008), which
// colour-blind eyes tell apart.
func earlyLook(n paper.EarlyNet) plots.Style {
	blue, sky, red, orange := plots.Categories()[0], plots.Categories()[1], plots.Categories()[3],
		plots.Categories()[5]
	switch {
	case n.LooksLinear:
		return plots.Style{Color: red, Marker: plots.Pyramid}
	case n.Activation == activations.CReLU.Name:
		return plots.Style{Color: orange, Marker: plots.Triangle}
	case n.Beta != nil && *n.Beta < 1:
		return plots.Style{Color: blue, Marker: plots.Box}
	case n.Beta != nil:
		return plots.Style{Color: sky, Marker: plots.Square}
	case n.Norm == norms.Center.Name:
		return plots.Style{Color: plots.Grey, Marker: plots.Ring}
	}
	return plots.Style{Color: color.Black, Marker: plots.Circle}
}

// stepPanel returns an empty panel with the axis of the steps.
func stepPanel(label string, steps []int) *plots.Panel {
	p := plots.NewPanel("training step", label)
	labels := make([]string, len(steps))
	for i, step := range steps {
		labels[i] = fmt.Sprint(step)
	}
	places := stepPlaces(steps)
	p.X.At(places, labels...)
	if len(steps) > 0 {
		p.X.Range(-0.12, places[len(steps)-1]+0.12)
	}
	return p
}

// stepPlaces are where steps stand on the axis.
func stepPlaces(steps []int) []float64 {
	places := make([]float64, len(steps))
	for i, step := range steps {
		places[i] = math.Log10(1 + float64(step))
	}
	return places
}

// stepCurve returns a curve of a net against the steps.
func stepCurve(n paper.EarlyNet, steps []int, c *stats.Curve) plots.Series {
	return style.Curve(n.Title(), stepPlaces(steps), c, earlyLook(n))
}

// brownnessPanel draws brownness against the steps, with its 95 % interval.
func brownnessPanel(series []*paper.EarlySeries, steps []int) *plots.Panel {
	p := stepPanel("brownness", steps)
	for _, s := range series {
		if len(s.Brownness) != len(s.Steps) {
			p.Fail("has %d steps of %q and %d values of brownness: give equally many", len(s.Steps),
				s.Title(), len(s.Brownness))
			break
		}
		curve := plots.Series{Label: s.Title(), Style: earlyLook(s.EarlyNet)}
		for i, x := range stepPlaces(s.Steps) {
			if b := s.Brownness[i]; b != nil {
				curve.Add(x, b.Value, b.Low, b.High)
			} else {
				p.Points(plots.Series{X: []float64{x}, Y: []float64{1},
					Style: constantLook(curve.Style.Color)})
			}
		}
		if len(curve.X) > 0 {
			p.Curve(curve)
		}
	}
	p.Y.Range(0, 1.06)
	p.Y.Every(0.25)
	return p
}

// constantLook marks a gradient that is the same everywhere.
func constantLook(c color.Color) plots.Style {
	return plots.Style{Color: c, Marker: plots.Cross, Size: 3.5}
}

// earlyACFPanel draws the autocorrelation at one of the steps, of those nets that have one.
func earlyACFPanel(series []*paper.EarlySeries, i int) *plots.Panel {
	p := plots.NewPanel("lag", "autocorrelation")
	lags := plots.Floats(series[0].Lags)
	for _, s := range series {
		if i >= len(s.ACF) {
			p.Fail("has %d autocorrelations of %q: give one for each of the steps", len(s.ACF), s.Title())
		} else if s.ACF[i] != nil {
			p.Curve(style.Curve(s.Title(), plots.Floats(s.Lags), s.ACF[i], earlyLook(s.EarlyNet)))
		}
	}
	if len(lags) == 0 {
		p.Fail("has no lags: compute the result with paper.Early")
		return p
	}
	last := lags[len(lags)-1]
	style.WhiteBand(p, lags[0], last, len(series[0].First.X))
	style.LagAxes(p, -0.25, last)
	return p
}

// earlyLegend names the nets in two lines and in a third the bands, and what else there is.
func earlyLegend(g *plots.Grid, nets []paper.EarlyNet, quantiles string, more ...plots.Key) {
	lines := make([][]plots.Key, 2)
	for i, n := range nets {
		line := 2 * i / len(nets)
		lines[line] = append(lines[line], plots.LineKey(n.Title(), earlyLook(n)))
	}
	for _, line := range append(lines, append(plots.BandKeys(quantiles), more...)) {
		g.Legend(line...)
	}
}

// EarlyImages draws convolutional nets early in training, against the number of steps: (a) the relative
// effective rank of their gradients with the batch statistics held fixed, 1 for white noise, (b) the same of
// gradients through them, of the nets that have some, (c) the share of pairs of images at both of which a
// unit is active, where the dashed line is the quarter of independent coin flips, and (d) the training loss,
// where it is that of guessing.
func EarlyImages(r *paper.EarlyImagesResult) (*plots.Figure, error) {
	r = cmp.Or(r, new(paper.EarlyImagesResult))
	if len(r.Series) == 0 || len(r.Series[0].Steps) == 0 {
		return nil, fmt.Errorf("there is no result of training on images to draw: compute it with " +
			"paper.EarlyImages")
	}
	var nets []paper.EarlyNet
	for _, s := range r.Series {
		nets = append(nets, s.EarlyNet)
	}
	frozen := func(s paper.EarlyImagesSeries) *stats.Curve { return s.Frozen }
	coupled := func(s paper.EarlyImagesSeries) *stats.Curve {
		if s.Norm != norms.Batch.Name {
			return nil
		}
		return cmp.Or(s.Coupled, new(stats.Curve)) // which a panel refuses
	}
	coactive := func(s paper.EarlyImagesSeries) *stats.Curve { return s.Coactive }
	loss := func(s paper.EarlyImagesSeries) *stats.Curve { return s.Loss }
	g := &plots.Grid{Aspect: 1, PadX: 10, Lettered: true}
	g.Row(
		imagesPanel(r, "relative effective rank", frozen, 0, 1).Titled("frozen statistics"),
		imagesPanel(r, "relative effective rank", coupled, 0, 1).Titled("coupled statistics"),
		imagesPanel(r, "share of pairs", coactive, 0, paper.QuarterCoactive).Titled("coactivation"),
		imagesPanel(r, "nats", loss, math.Log(10), math.Log(10)).Titled("training loss"),
	)
	earlyLegend(g, nets, "10 % to 90 % of the seeds")
	steps := r.Series[0].Steps
	return g.Figure("early-training-images",
		fmt.Sprintf("Convolutional nets early in training: relative effective rank of their gradients, "+
			"coactivation and training loss against the training step, 0 to %d, a curve for each "+
			"net.", steps[len(steps)-1]))
}

// imagesPanel draws a quantity of the nets that have it, on an axis from low or below, with a dashed line at
// a reference.
func imagesPanel(r *paper.EarlyImagesResult, label string, curve func(paper.EarlyImagesSeries) *stats.Curve,
	low, reference float64) *plots.Panel {
	p := stepPanel(label, r.Series[0].Steps)
	left, right := p.X.Ends()
	p.Level(reference, left, right, plots.Thin(plots.Grey, 3, 3))
	for _, s := range r.Series {
		if c := curve(s); c != nil {
			p.Curve(stepCurve(s.EarlyNet, s.Steps, c))
		}
	}
	p.Y.Room = 0
	lowest, highest := p.Y.Ends()
	room := 0.04 * (highest - lowest)
	if lowest < low {
		low = lowest - room
	}
	p.Y.Range(low, highest+room)
	return p
}
