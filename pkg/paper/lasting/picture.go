package lasting

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws nets through their training, a row for each depth: the relative effective rank of their
// gradients, 1 for white noise; the correlation of the gradients at two images; the share of pairs of images
// at both of which a unit is active, where the dashed line is the quarter of independent coin flips; and the
// accuracy on test images, where it is that of guessing. Gradients hold the batch statistics fixed. Epochs
// stand at log(1 + epoch) but for the accuracy.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	if len(r.Series) == 0 {
		return nil, fmt.Errorf("there are no nets to draw: make a result of runs with lasting.Of")
	}
	g := &plots.Grid{Aspect: 0.9, PadX: 10, PadY: 26, Lettered: true}
	for _, depth := range r.depths() {
		of := fmt.Sprintf(", %d layers", depth)
		g.Row(
			r.panel(depth, "relative effective rank", 1, rank).Titled("effective rank"+of),
			r.panel(depth, "correlation", 0, correlation).Titled("gradients"+of),
			r.panel(depth, "share of pairs", paper.QuarterCoactive,
				func(l Look) *float64 { return l.Coactive }).Titled("coactivation"+of),
			r.learningPanel(depth).Titled("accuracy"+of),
		)
	}
	var keys []plots.Key
	var named []string
	for i := range r.Series {
		s := &r.Series[i]
		if !slices.Contains(named, s.Name()) {
			named, keys = append(named, s.Name()), append(keys, plots.LineKey(s.Name(), r.style(s)))
		}
	}
	for line := range slices.Chunk(keys, 4) {
		g.Legend(line...)
	}
	g.Legend(plots.Note(fmt.Sprintf("%s; seed %d; frozen statistics", r.Config.Budget, r.Config.Seed)))
	return g.Figure(Name,
		"Structure through training: relative effective rank and correlation of gradients, coactivation and "+
			"accuracy of convolutional nets against the epochs of training, a curve for each net.")
}

// style is that of the net's family in Figure 6, with dashes for nets with another shortcut.
func (r *Result) style(s *Series) plots.Style {
	style := figure6.FamilyStyle(slices.Index(r.Config.Families, s.Family))
	if s.Shortcut != "" {
		style.Dashes = []float64{3, 2}
	}
	return style
}

// place is where an epoch stands on the axis.
func place(epoch float64) float64 { return math.Log10(1 + epoch) }

// panel draws a quantity of the nets of a depth at every look at which it was measured, with a dashed line at
// a reference.
func (r *Result) panel(depth int, label string, reference float64,
	of func(Look) *float64) *plots.Panel {
	p := plots.NewPanel("epoch", label)
	var epochs []float64
	for _, s := range r.Series {
		for _, seen := range s.Looks {
			epochs = append(epochs, seen.Epoch)
		}
	}
	slices.Sort(epochs)
	var places []float64
	var labels []string
	for _, epoch := range slices.Compact(epochs) {
		places, labels = append(places, place(epoch)), append(labels, fmt.Sprintf("%g", epoch))
	}
	p.X.At(places, labels...)
	right := places[len(places)-1]
	p.X.Range(-0.05, right+0.05)
	p.Level(reference, -0.05, right+0.05, plots.Thin(plots.Grey, 3, 3))
	for i := range r.Series {
		s := &r.Series[i]
		if s.Depth != depth {
			continue
		}
		shown := plots.Series{Label: s.Name(), Style: r.style(s)}
		for _, seen := range s.Looks {
			if value := of(seen); value != nil {
				shown.X, shown.Y = append(shown.X, place(seen.Epoch)), append(shown.Y, *value)
			}
		}
		if len(shown.X) > 0 {
			p.Curve(shown)
		}
	}
	return p
}

// learningPanel draws the accuracy of the nets of a depth on some of the test images while they train.
func (r *Result) learningPanel(depth int) *plots.Panel {
	p := plots.NewPanel("epoch", "accuracy, %")
	last := 0.0
	for i := range r.Series {
		s := &r.Series[i]
		if s.Depth != depth || len(s.Steps) == 0 {
			continue
		}
		last = max(last, s.last().Epoch)
		epoch := s.last().Epoch / float64(s.Steps[len(s.Steps)-1]) // of a step
		shown := plots.Series{Label: s.Name(), Style: r.style(s)}
		shown.Style.Size = 1.3
		for k, step := range s.Steps {
			shown.X, shown.Y = append(shown.X, epoch*float64(step)), append(shown.Y, 100*s.TestAccuracy[k])
		}
		p.Curve(shown)
	}
	p.Level(10, 0, last, plots.Thin(plots.Grey, 3, 3))
	p.X.Range(0, 1.03*last)
	return p
}
