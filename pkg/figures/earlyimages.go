package figures

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// EarlyImages draws convolutional nets early in training, against the number of steps: (a) the relative effective rank of their gradients with the
// batch statistics held fixed, 1 for white noise, (b) the same of gradients through them, of the nets that have some, (c) the share of pairs of
// images at both of which a unit is active, where the dashed line is the quarter of independent coin flips, and (d) the training loss, where it is
// that of guessing.
func EarlyImages(r *paper.EarlyImagesResult) (*Figure, error) {
	if r == nil || len(r.Series) == 0 {
		return nil, fmt.Errorf("there is no result of training on images to draw: compute it with paper.EarlyImages")
	}
	g := &grid{aspect: 1, padX: 10, panels: make([][]*plot.Plot, 1)}
	for _, q := range []struct {
		title, label string
		curve        func(paper.EarlyImagesSeries) *stats.Curve
		only         string  // the normalisation of the nets shown; empty for all
		low          float64 // the lower end of the axis, unless a curve goes below it
		reference    float64
	}{
		{"frozen statistics", "relative effective rank", func(s paper.EarlyImagesSeries) *stats.Curve { return s.Frozen }, "", 0, 1},
		{"coupled statistics", "relative effective rank", func(s paper.EarlyImagesSeries) *stats.Curve { return s.Coupled }, norms.Batch.Name, 0, 1},
		{"coactivation", "share of pairs", func(s paper.EarlyImagesSeries) *stats.Curve { return s.Coactive }, "", 0, paper.QuarterCoactive},
		{"training loss", "nats", func(s paper.EarlyImagesSeries) *stats.Curve { return s.Loss }, "", math.Log(10), math.Log(10)},
	} {
		var curves []curve
		for _, s := range r.Series {
			if err := checkCurve(fmt.Sprintf("the %s of %q", q.title, s.Title()), q.curve(s), len(s.Steps)); err != nil {
				return nil, err
			}
			if q.only == "" || q.only == s.Norm {
				curves = append(curves, stepCurve(s.EarlyNet, s.Steps, q.curve(s)))
			}
		}
		p, err := stepPanel(q.label, r.Series[0].Steps, curves, q.low, q.reference)
		if err != nil {
			return nil, err
		}
		g.addPanel(0, p, q.title)
	}
	var nets []paper.EarlyNet
	for _, s := range r.Series {
		nets = append(nets, s.EarlyNet)
	}
	var err error
	if g.legend, err = earlyLegend(nets, "10 % to 90 % of the seeds"); err != nil {
		return nil, err
	}
	steps := r.Series[0].Steps
	about := fmt.Sprintf("Convolutional nets early in training: relative effective rank of their gradients, coactivation and training loss against the training step, 0 to %d, a curve for each net.",
		steps[len(steps)-1])
	return newFigure("early-training-images", about, g), nil
}

// stepPanel draws curves against the steps, on an axis from low or below, with a dashed line at a reference.
func stepPanel(label string, steps []int, curves []curve, low, reference float64) (*plot.Plot, error) {
	p := newPanel("", label)
	stepAxis(p, steps)
	left, right := p.X.Min, p.X.Max
	line, err := plotter.NewLine(plotter.XYs{{X: left, Y: reference}, {X: right, Y: reference}})
	if err != nil {
		return nil, err
	}
	line.LineStyle = draw.LineStyle{Color: grey, Width: hairline, Dashes: []vg.Length{3, 3}}
	if err := addCurves(p, []plot.Plotter{line}, curves); err != nil {
		return nil, err
	}
	p.X.Min, p.X.Max = left, right
	room := 0.04 * (p.Y.Max - p.Y.Min)
	if p.Y.Max += room; p.Y.Min < low {
		p.Y.Min -= room
	} else {
		p.Y.Min = low
	}
	return p, nil
}
