package figures

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// Figure6Training draws how the deepest nets of Figure 6 have learnt: training loss and accuracy on test images against the step, a curve a net.
func Figure6Training(r *paper.Figure6Result) (*Figure, error) {
	if r == nil || len(r.Curves) == 0 {
		return nil, fmt.Errorf("there are no learning curves of Figure 6 to draw: make them with paper.Figure6")
	}
	depth := slices.MaxFunc(r.Curves, func(a, b paper.LearningCurve) int { return a.Depth - b.Depth }).Depth
	titles := make(map[string]string)
	var shown []paper.LearningCurve
	var styles []curveStyle
	for _, c := range r.Curves {
		if c.Depth == depth {
			shown, styles = append(shown, c), append(styles, familyStyle(slices.Index(r.Config.Families, c.Family)))
			titles[c.Family] = c.Title
		}
	}
	g, err := learningGrid(shown, styles, 0)
	if err != nil {
		return nil, err
	}
	for i := range g.columnTitles {
		g.columnTitles[i] += fmt.Sprintf(", %d layers", depth)
	}
	about := fmt.Sprintf("Figure 6 in training: training loss and accuracy on test images of nets of %d layers against the training step, a curve for each net.", depth)
	legend, err := familyLegend(r.Config.Families, titles)
	g.legend = append(legend, append(g.legend[0], legendEntry{r.Config.Budget.String(), nil}))
	return newFigure("figure-6-training", about, g), err
}

// Learning draws how nets have learnt so far, in a training of so many steps: training loss and accuracy on test images against the step, a curve a net.
// It is for pictures that are redrawn while nets train.
func Learning(curves []paper.LearningCurve, steps int) (*Figure, error) {
	if len(curves) == 0 {
		return nil, fmt.Errorf("there are no learning curves to draw: give at least one")
	}
	var nets []legendEntry
	var styles []curveStyle
	for i, c := range curves {
		entry, err := curveEntry(fmt.Sprintf("%s, %d layers", c.Title, c.Depth), familyStyle(i))
		if err != nil {
			return nil, err
		}
		nets, styles = append(nets, entry), append(styles, familyStyle(i))
	}
	g, err := learningGrid(curves, styles, steps)
	if err != nil {
		return nil, err
	}
	g.legend = append([][]legendEntry{nets}, g.legend...)
	return newFigure("learning", "How nets learn: training loss and accuracy on test images against the training step, a curve for each net.", g), nil
}

// learningQuantity is what a panel shows of learning curves, in units of 1/scale.
type learningQuantity struct {
	title, label    string
	values          func(paper.LearningCurve) []float64
	scale, guessing float64

	// limit is the largest value that has a place in the panel.
	limit float64
}

// learningGrid draws the curves, each in its style, over at least that many steps. Its legend has a line, which explains what is no curve.
func learningGrid(curves []paper.LearningCurve, styles []curveStyle, steps int) (*grid, error) {
	for _, c := range curves {
		steps = max(steps, slices.Max(append(c.Steps, 1)))
	}
	g := &grid{aspect: 0.6, padX: 14, panels: make([][]*plot.Plot, 1)}
	for i, q := range []learningQuantity{
		{"training loss", "loss, nats", func(c paper.LearningCurve) []float64 { return c.TrainLoss }, 1, math.Ln10, 2 * math.Ln10},
		{"accuracy on test images", "accuracy, %", func(c paper.LearningCurve) []float64 { return c.TestAccuracy }, 100, 10, 100},
	} {
		p, err := learningPanel(curves, styles, q, float64(steps))
		if err != nil {
			return nil, err
		}
		g.panels[0] = append(g.panels[0], p)
		g.columnTitles = append(g.columnTitles, panelTitle(i, q.title))
	}
	g.legend = [][]legendEntry{{{"guessing", []plot.Thumbnailer{guessingLine()}}}}
	if slices.ContainsFunc(curves, func(c paper.LearningCurve) bool { return c.Diverged }) {
		g.legend[0] = append(g.legend[0], legendEntry{"diverged", []plot.Thumbnailer{&plotter.Scatter{GlyphStyle: divergedStyle(curveStyle{color: ink})}}})
	}
	return g, nil
}

// learningPanel draws a quantity. Curves with values beyond its limit leave the panel.
func learningPanel(curves []paper.LearningCurve, styles []curveStyle, q learningQuantity, steps float64) (*plot.Plot, error) {
	p := newPanel("step", q.label)
	guess := guessingLine()
	guess.XYs = plotter.XYs{{X: 0, Y: q.guessing}, {X: steps, Y: q.guessing}}
	data, low, high := []plot.Plotter{guess}, q.guessing, q.guessing
	for i, learnt := range curves {
		values := q.values(learnt)
		if len(values) != len(learnt.Steps) {
			return nil, fmt.Errorf("the %s of %s has %d values for %d steps: give equally many", q.title, learnt.Title, len(values), len(learnt.Steps))
		}
		if err := finite(fmt.Sprintf("the %s of %s", q.title, learnt.Title), values...); err != nil {
			return nil, err
		}
		if len(values) == 0 {
			continue
		}
		c := curve{curveStyle: styles[i]}
		for k, value := range values {
			c.x, c.mean = append(c.x, float64(learnt.Steps[k])), append(c.mean, q.scale*value)
		}
		low, high = min(low, slices.Min(c.mean)), max(high, min(slices.Max(c.mean), q.limit))
		line, markers, err := c.line()
		if err != nil {
			return nil, err
		}
		markers.Radius = 1.3
		data = append(data, line, markers)
		if learnt.Diverged {
			last := &plotter.Scatter{XYs: points(c.x, c.mean)[len(c.x)-1:], GlyphStyle: divergedStyle(c.curveStyle)}
			data = append(data, last)
		}
	}
	addData(p, data...)
	room := max(0.06*(high-low), 0.01*high)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1.03*steps, max(low-room, 0), high+room
	return p, nil
}

// divergedStyle is the style of the last point of a curve that diverged.
func divergedStyle(of curveStyle) draw.GlyphStyle {
	return draw.GlyphStyle{Color: of.color, Radius: 4, Shape: draw.CrossGlyph{}}
}
