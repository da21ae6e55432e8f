package earlyimages

import (
	"cmp"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Draw draws convolutional nets early in training, against the number of steps: (a) the relative
// effective rank of their gradients with the batch statistics held fixed, 1 for white noise, (b) the same of
// gradients through them, of the nets that have some, (c) the share of pairs of images at both of which a
// unit is active, where the dashed line is the quarter of independent coin flips, and (d) the training loss,
// where it is that of guessing.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	if len(r.Series) == 0 || len(r.Series[0].Steps) == 0 {
		return nil, fmt.Errorf("there is no result of training on images to draw: compute it with " +
			"earlyimages.Run")
	}
	var nets []paper.EarlyNet
	for _, s := range r.Series {
		nets = append(nets, s.EarlyNet)
	}
	frozen := func(s Series) *stats.Curve { return s.Frozen }
	coupled := func(s Series) *stats.Curve {
		if s.Norm != norms.Batch.Name {
			return nil
		}
		return cmp.Or(s.Coupled, new(stats.Curve)) // which a panel refuses
	}
	coactive := func(s Series) *stats.Curve { return s.Coactive }
	loss := func(s Series) *stats.Curve { return s.Loss }
	g := &plots.Grid{Aspect: 1, PadX: 10, Lettered: true}
	g.Row(
		panel(r, "relative effective rank", frozen, 0, 1).Titled("frozen statistics"),
		panel(r, "relative effective rank", coupled, 0, 1).Titled("coupled statistics"),
		panel(r, "share of pairs", coactive, 0, paper.QuarterCoactive).Titled("coactivation"),
		panel(r, "nats", loss, math.Log(10), math.Log(10)).Titled("training loss"),
	)
	style.TrainedLegend(g, nets, "10 % to 90 % of the seeds")
	steps := r.Series[0].Steps
	return g.Figure(Name,
		fmt.Sprintf("Convolutional nets early in training: relative effective rank of their gradients, "+
			"coactivation and training loss against the training step, 0 to %d, a curve for each "+
			"net.", steps[len(steps)-1]))
}

// panel draws a quantity of the nets that have it, on an axis from low or below, with a dashed line at
// a reference.
func panel(r *Result, label string, curve func(Series) *stats.Curve,
	low, reference float64) *plots.Panel {
	p := style.StepPanel(label, r.Series[0].Steps)
	left, right := p.X.Ends()
	p.Level(reference, left, right, plots.Thin(plots.Grey, 3, 3))
	for _, s := range r.Series {
		if c := curve(s); c != nil {
			p.Curve(style.StepCurve(s.EarlyNet, s.Steps, c))
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
