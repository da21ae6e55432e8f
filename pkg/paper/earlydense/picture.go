package earlydense

import (
	"cmp"
	"fmt"
	"image/color"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws the gradients of dense nets early in training. The first row is against the number of steps:
// (a) brownness, 0 for white noise and 1 for brown, of gradients with the batch statistics held fixed, (b)
// the same of gradients through them, and (c) the mean squared error. The second row is the autocorrelation
// of the gradients of (a) at the first, a middle and the last of the steps.
//
// Steps stand at log(1 + step), which gives the initialisation a place. A gradient that is the same at all
// inputs has no autocorrelation: a cross marks it at brownness 1, which a gradient tends to that varies more
// and more slowly.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	frozen := r.Select(norms.Frozen)
	if len(frozen) == 0 || len(frozen[0].Steps) == 0 {
		return nil, fmt.Errorf("the result of training has no net with frozen statistics: compute it with " +
			"earlydense.Run")
	}
	steps := frozen[0].Steps
	g := &plots.Grid{Aspect: 0.8, PadX: 12, PadY: 24, Lettered: true}
	loss := style.StepPanel("mean squared error", steps).Titled("training loss")
	var nets []paper.EarlyNet
	for _, s := range frozen {
		loss.Curve(style.StepCurve(s.EarlyNet, s.Steps, s.Loss))
		nets = append(nets, s.EarlyNet)
	}
	loss.Y.Room = 0
	loss.Y.Exponents() // the curves are of its logarithm
	g.Row(brownnessPanel(r.Select(norms.Frozen), steps).Titled("frozen statistics"),
		brownnessPanel(r.Select(norms.Coupled), steps).Titled("coupled statistics"), loss)
	var autocorrelations []*plots.Panel
	for _, i := range []int{0, len(steps) / 2, len(steps) - 1} {
		autocorrelations = append(autocorrelations,
			acfPanel(frozen, i).Titled(fmt.Sprintf("step %d", steps[i])))
	}
	g.Row(autocorrelations...)
	style.TrainedLegend(g, nets, "10 % to 90 % of the draws; in (a) and (b) the 95 % interval",
		plots.PointKey("constant gradient", constantLook(plots.Ink)))
	return g.Figure(Name,
		fmt.Sprintf("Gradients of dense nets early in training: brownness (0 white noise, 1 brown) and mean "+
			"squared error against the training step, 0 to %d, and the autocorrelation against the lag at "+
			"three of the steps.", steps[len(steps)-1]))
}

// brownnessPanel draws brownness against the steps, with its 95 % interval.
func brownnessPanel(series []*Series, steps []int) *plots.Panel {
	p := style.StepPanel("brownness", steps)
	for _, s := range series {
		if len(s.Brownness) != len(s.Steps) {
			p.Fail("has %d steps of %q and %d values of brownness: give equally many", len(s.Steps),
				s.Title(), len(s.Brownness))
			break
		}
		curve := plots.Series{Label: s.Title(), Style: style.TrainedNet(s.EarlyNet)}
		for i, x := range style.StepPlaces(s.Steps) {
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

// acfPanel draws the autocorrelation at one of the steps, of those nets that have one.
func acfPanel(series []*Series, i int) *plots.Panel {
	p := plots.NewPanel("lag", "autocorrelation")
	lags := plots.Floats(series[0].Lags)
	for _, s := range series {
		if i >= len(s.ACF) {
			p.Fail("has %d autocorrelations of %q: give one for each of the steps", len(s.ACF), s.Title())
		} else if s.ACF[i] != nil {
			p.Curve(style.Curve(s.Title(), plots.Floats(s.Lags), s.ACF[i], style.TrainedNet(s.EarlyNet)))
		}
	}
	if len(lags) == 0 {
		p.Fail("has no lags: compute the result with earlydense.Run")
		return p
	}
	last := lags[len(lags)-1]
	style.WhiteBand(p, lags[0], last, len(series[0].First.X))
	style.LagAxes(p, -0.25, last)
	return p
}
