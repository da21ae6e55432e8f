package earlydense

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// DrawStep draws one draw of a net at one step of its training as the explorer shows it: (a) the training
// loss up to that step, and faintly what follows, (b) the gradient over the grid of inputs, (c) its
// autocorrelation, and (d) |(g - mean g)(g - mean g)^T| / var(g) as a heat map. A gradient that is the same
// at all inputs has neither (c) nor (d).
func DrawStep(s *Step) (*plots.Figure, error) {
	if s == nil {
		return nil, fmt.Errorf("there is no step of training to draw: take one with Series.Step")
	}
	gradient := style.Gradient(s.Column).Titled(fmt.Sprintf("gradient, step %d", s.Step))
	gradient.Y.Label = fmt.Sprintf("gradient (%s)", s.Column.Statistics)
	g := &plots.Grid{Aspect: 0.95, PadX: 8, Lettered: true}
	g.ColorBar(style.CovarianceScale)
	autocorrelation, keys := emptyPanel().Titled("no autocorrelation"), []plots.Key(nil)
	covariance := emptyPanel().Titled("no covariance")
	if !s.Constant() {
		autocorrelation, keys = style.OneAutocorrelation(s.Column)
		covariance = style.Covariance(s.Column).Titled("covariance")
		covariance.Y.Label = "input index"
	} else if len(s.Column.Values) > 0 { // an axis that shows it as constant, and not its rounding errors
		value := s.Column.Values[0]
		room := max(math.Abs(value), 1e-6) / 2
		gradient.Y.Range(value-room, value+room)
	}
	g.Row(lossSoFarPanel(s), gradient, autocorrelation, covariance)
	g.Legend(keys...) // a line without keys makes the picture as high as those of other steps
	return g.Figure("early-step",
		fmt.Sprintf("Training of %s: the loss against the training step, and at step %d the gradient over a "+
			"grid of %d inputs, its autocorrelation against the lag, and the absolute values of its "+
			"covariance matrix as a heat map.", s.Title(), s.Step, len(s.Column.X)))
}

// emptyPanel returns a frame, in place of what can't be drawn.
func emptyPanel() *plots.Panel {
	p := plots.NewPanel("", "")
	p.X.NoTicks()
	p.Y.NoTicks()
	return p
}

// lossSoFarPanel draws the training loss on logarithmic axes, with a marker at the step.
func lossSoFarPanel(s *Step) *plots.Panel {
	last := len(s.Losses) - 1
	p := style.StepPanel("mean squared error", decadeSteps(last)).Titled("training loss so far")
	if last < 1 || s.Step < 0 || s.Step > last {
		p.Fail("has %d losses of %q for step %d: give one for each step from 0 on, at least 2",
			len(s.Losses), s.Title(), s.Step)
		return p
	}
	var all []int
	for i := range s.Losses {
		all = append(all, i)
	}
	x, y := style.StepPlaces(all), slices.Clone(s.Losses)
	for i := range y {
		y[i] = math.Log10(y[i]) // that of what is not positive is not finite
	}
	n := s.Step + 1
	p.Curve(plots.Series{Label: "the logarithm of the loss", X: x, Y: y,
		Style: plots.Style{Color: plots.Faint, Width: 0.8}})
	p.Curve(plots.Series{X: x[:n], Y: y[:n], Style: plots.Style{Color: plots.Blue}})
	p.Points(plots.Series{X: x[n-1 : n], Y: y[n-1 : n],
		Style: plots.Style{Color: plots.Blue, Marker: plots.Circle, Size: 3}})
	p.Y.Exponents()
	return p
}

// decadeSteps returns the steps to label on an axis up to the last: 0, 1, 10, 100, and so on.
func decadeSteps(last int) []int {
	steps := []int{0}
	for step := 1; step < last; step *= 10 {
		steps = append(steps, step)
	}
	if n := len(steps); n > 1 && last < 3*steps[n-1] { // too near to it
		steps = steps[:n-1]
	}
	return append(steps, last)
}
