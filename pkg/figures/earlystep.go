package figures

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// EarlyStep draws one draw of a net at one step of its training as the explorer shows it: (a) the training loss up to that step, and faintly what
// follows, (b) the gradient over the grid of inputs, (c) its autocorrelation, and (d) |(g - mean g)(g - mean g)^T| / var(g) as a heat map. A
// gradient that is the same at all inputs has neither (c) nor (d).
func EarlyStep(s *paper.EarlyStep) (*Figure, error) {
	if s == nil {
		return nil, fmt.Errorf("there is no step of training to draw: take one with paper.EarlySeries.Step")
	}
	what := fmt.Sprintf("step %d of %q", s.Step, s.Title())
	check := checkColumn
	if s.Constant() {
		check = checkConstant
	}
	if err := check(what, s.Column); err != nil {
		return nil, err
	}
	scale, err := viridis(0, covarianceLimit)
	if err != nil {
		return nil, err
	}
	loss, err := lossSoFarPanel(what, s)
	if err != nil {
		return nil, err
	}
	gradient, err := gradientPanel(s.Column)
	if err != nil {
		return nil, err
	}
	gradient.Y.Label.Text = fmt.Sprintf("gradient (%s)", s.Column.Statistics)
	about := fmt.Sprintf("Training of %s: the loss against the training step, and at step %d the gradient over a grid of %d inputs, its autocorrelation against the lag, and the absolute values of its covariance matrix as a heat map.",
		s.Title(), s.Step, len(s.Column.X))
	g := &grid{aspect: 0.95, padX: 8, panels: make([][]*plot.Plot, 1), bar: &colorBar{scale: scale, label: "|(g − ḡ)(g − ḡ)ᵀ| / var g"}}
	g.addPanel(0, loss, "training loss so far")
	g.addPanel(0, gradient, fmt.Sprintf("gradient, step %d", s.Step))
	if s.Constant() {
		widenConstant(gradient, s.Column.Values[0])
		g.addPanel(0, emptyPanel(), "no autocorrelation")
		g.addPanel(0, emptyPanel(), "no covariance")
		g.legend = make([][]legendEntry, 1) // as high as other steps' pictures
		return newFigure("early-step", about, g), nil
	}
	autocorrelation, legend, err := explorePanel(s.Column)
	if err != nil {
		return nil, err
	}
	g.addPanel(0, autocorrelation, "autocorrelation")
	matrix := covariancePanel(s.Column, scale)
	matrix.Y.Label.Text = "input index"
	g.addPanel(0, matrix, "covariance")
	g.legend = [][]legendEntry{legend}
	return newFigure("early-step", about, g), nil
}

// emptyPanel returns a frame, in place of what can't be drawn.
func emptyPanel() *plot.Plot {
	p := newPanel("", "")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(nil), plot.ConstantTicks(nil)
	addData(p)
	return p
}

// checkConstant returns an error unless there is a gradient to draw.
func checkConstant(what string, c paper.Column) error {
	if len(c.X) < 2 || len(c.Values) != len(c.X) {
		return fmt.Errorf("%s has %d inputs and %d values: give as many values as inputs, at least 2", what, len(c.X), len(c.Values))
	}
	return finite("the values of "+what, c.Values...)
}

// widenConstant gives the gradient of a linear net an axis that shows it as constant, and not its rounding errors.
func widenConstant(p *plot.Plot, value float64) {
	room := max(math.Abs(value), 1e-6) / 2
	p.Y.Min, p.Y.Max = value-room, value+room
}

// lossSoFarPanel draws the training loss on logarithmic axes, with a marker at the step.
func lossSoFarPanel(what string, s *paper.EarlyStep) (*plot.Plot, error) {
	if len(s.Losses) < 2 || s.Step < 0 || s.Step >= len(s.Losses) {
		return nil, fmt.Errorf("%s has %d losses: give one for each step from 0 on, at least 2", what, len(s.Losses))
	}
	xys := make(plotter.XYs, len(s.Losses))
	for i, loss := range s.Losses {
		if !(loss > 0) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("%s has a loss of %g at step %d, and only finite positive ones have a place on a logarithmic axis", what, loss, i)
		}
		xys[i] = plotter.XY{X: stepPlace(i), Y: math.Log10(loss)}
	}
	whole, err := plotter.NewLine(xys)
	if err != nil {
		return nil, err
	}
	whole.LineStyle = draw.LineStyle{Color: faint, Width: 0.8}
	soFar, err := plotter.NewLine(xys[:s.Step+1])
	if err != nil {
		return nil, err
	}
	soFar.LineStyle = draw.LineStyle{Color: curveBlue, Width: 1.1}
	here, err := plotter.NewScatter(xys[s.Step : s.Step+1])
	if err != nil {
		return nil, err
	}
	here.GlyphStyle = draw.GlyphStyle{Color: curveBlue, Radius: 3, Shape: draw.CircleGlyph{}}
	p := newPanel("", "mean squared error")
	addData(p, whole, soFar, here)
	room := 0.06 * (p.Y.Max - p.Y.Min)
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = p.Y.Min-room, p.Y.Max+room, exponentTicks{}
	stepAxis(p, decadeSteps(len(s.Losses)-1))
	return p, nil
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
