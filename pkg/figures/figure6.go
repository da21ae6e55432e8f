package figures

import (
	"cmp"
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// trainedQuantity is what a panel of Figure 6 shows.
type trainedQuantity struct {
	title, label string
	value        func(paper.Figure6Point) stats.Estimate

	// scale is what values are multiplied by, and guessing the value of guessing, so multiplied.
	scale, guessing float64
}

// Figure6 draws Figure 6: (a) the accuracy on test images of nets of every family against their depth, and (b) the training loss at the end. Points are
// means over n seeds, with 95 % intervals, which a single seed does not have. What n is stands below the depth, and beside a point where it has another.
// Families stand a little apart, so that their intervals can be told from each other. The dashed lines are guessing.
func Figure6(r *paper.Figure6Result) (*Figure, error) {
	if r == nil || len(r.Points) == 0 {
		return nil, fmt.Errorf("there are no points of Figure 6 to draw: make them with paper.Figure6")
	}
	g := &grid{aspect: 0.78, padX: 14, panels: make([][]*plot.Plot, 1)}
	for i, q := range []trainedQuantity{
		{"accuracy on test images", "accuracy, %", func(p paper.Figure6Point) stats.Estimate { return p.Accuracy }, 100, 10},
		{"loss on training images", "loss, nats", func(p paper.Figure6Point) stats.Estimate { return p.TrainLoss }, 1, math.Ln10},
	} {
		p, err := trainedPanel(r, q)
		if err != nil {
			return nil, err
		}
		g.panels[0] = append(g.panels[0], p)
		g.columnTitles = append(g.columnTitles, panelTitle(i, q.title))
	}
	var err error
	if g.legend, err = familyLegend(r.Config.Families, familyTitles(r)); err != nil {
		return nil, err
	}
	g.legend = append(g.legend, []legendEntry{
		{"95 % interval over n seeds", []plot.Thumbnailer{intervals{style: intervalStyle(ink)}}},
		{"guessing", []plot.Thumbnailer{guessingLine()}},
		{r.Config.Budget.String(), nil},
	})
	return newFigure("figure-6", "Figure 6: accuracy on test images and training loss of trained convolutional nets against their depth, a curve for each family of nets.", g), nil
}

// familyTitles returns the titles of the families that have points.
func familyTitles(r *paper.Figure6Result) map[string]string {
	titles := make(map[string]string)
	for _, p := range r.Points {
		titles[p.Family] = p.Title
	}
	return titles
}

// familyStyle returns the style of the family of that index in the config.
func familyStyle(i int) curveStyle {
	shapes := append(slices.Clone(glyphs), draw.PlusGlyph{})
	return curveStyle{categories[i%len(categories)], shapes[i%len(shapes)]}
}

// familyLegend names the families that have a title, in a line for up to five and in lines of four for more.
func familyLegend(families []string, titles map[string]string) ([][]legendEntry, error) {
	inLine := 4
	if len(titles) <= 5 {
		inLine = 5
	}
	var lines [][]legendEntry
	for i, family := range families {
		title, shown := titles[family]
		if !shown {
			continue
		}
		entry, err := curveEntry(title, familyStyle(i))
		if err != nil {
			return nil, err
		}
		if n := len(lines); n == 0 || len(lines[n-1]) == inLine {
			lines = append(lines, nil)
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], entry)
	}
	return lines, nil
}

// apart is the factor of depth by which neighbouring families stand apart.
const apart = 1.025

// trainedPanel draws a quantity of all points.
func trainedPanel(r *paper.Figure6Result, q trainedQuantity) (*plot.Plot, error) {
	p := newPanel("depth (convolutions)", q.label)
	usual := usualSeeds(r.Points)
	var bars, lines []plot.Plotter
	low, high := q.guessing, q.guessing
	for i, family := range r.Config.Families {
		points := r.Select(family)
		if len(points) == 0 {
			continue
		}
		c := curve{curveStyle: familyStyle(i)}
		for _, point := range points {
			if err := c.addPoint(point, q); err != nil {
				return nil, err
			}
			c.x[len(c.x)-1] *= math.Pow(apart, float64(i)-float64(len(r.Config.Families)-1)/2)
		}
		low, high = min(low, slices.Min(c.lower)), max(high, slices.Max(c.upper))
		line, markers, err := c.line()
		if err != nil {
			return nil, err
		}
		bars = append(bars, intervals{x: c.x, low: c.lower, high: c.upper, style: intervalStyle(c.color)})
		lines = append(lines, line, markers, seedLabels(c, points, usual))
	}
	depths := slices.Sorted(maps.Keys(usual))
	first, last := float64(depths[0])/1.25, float64(depths[len(depths)-1])*1.25
	guess := guessingLine()
	guess.XYs = plotter.XYs{{X: first, Y: q.guessing}, {X: last, Y: q.guessing}}
	addData(p, slices.Concat([]plot.Plotter{guess}, bars, lines)...)
	setLog(&p.X, first, last)
	var ticks []plot.Tick
	for _, depth := range depths {
		ticks = append(ticks, plot.Tick{Value: float64(depth), Label: fmt.Sprintf("%d\nn = %d", depth, usual[depth])})
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	room := 0.05 * (high - low)
	p.Y.Min, p.Y.Max = max(low-room, 0), high+room
	return p, nil
}

// usualSeeds returns, for each depth, the number of seeds that most of its points have, the larger of two that are equally frequent.
func usualSeeds(all []paper.Figure6Point) map[int]int {
	counts := make(map[int]map[int]int)
	for _, p := range all {
		if counts[p.Depth] == nil {
			counts[p.Depth] = make(map[int]int)
		}
		counts[p.Depth][len(p.Seeds)]++
	}
	usual := make(map[int]int)
	for depth, of := range counts {
		usual[depth] = slices.MaxFunc(slices.Sorted(maps.Keys(of)), func(a, b int) int { return cmp.Or(cmp.Compare(of[a], of[b]), cmp.Compare(a, b)) })
	}
	return usual
}

// addPoint adds a point to a curve: lower and upper are the ends of its interval, above 0, or its mean where it has none.
func (c *curve) addPoint(point *paper.Figure6Point, q trainedQuantity) error {
	value := q.value(*point)
	mean, low, high := q.scale*value.Value, max(q.scale*value.Low, 0), q.scale*value.High
	c.x, c.mean = append(c.x, float64(point.Depth)), append(c.mean, mean)
	c.lower, c.upper = append(c.lower, low), append(c.upper, high)
	return finite(fmt.Sprintf("the %s of %s at %d layers", q.title, point.Title, point.Depth), mean, low, high)
}

// seedLabels returns the numbers of seeds of those of a curve's points that have another than is usual at their depth.
func seedLabels(c curve, points []*paper.Figure6Point, usual map[int]int) *plotter.Labels {
	style := textStyle(seedsSize, draw.XLeft, draw.YBottom)
	style.Color = c.color
	labels := &plotter.Labels{Offset: vg.Point{X: 4, Y: 2}}
	for i, point := range points {
		if n := len(point.Seeds); n != usual[point.Depth] {
			labels.XYs = append(labels.XYs, plotter.XY{X: c.x[i], Y: c.mean[i]})
			labels.Labels, labels.TextStyle = append(labels.Labels, fmt.Sprintf("n = %d", n)), append(labels.TextStyle, style)
		}
	}
	return labels
}

// seedsSize is the size of numbers of seeds beside points.
const seedsSize vg.Length = 6.5

// intervalStyle is the style of an interval over seeds.
func intervalStyle(c color.Color) draw.LineStyle { return draw.LineStyle{Color: c, Width: 0.9} }

// guessingLine returns the line of guessing, without points.
func guessingLine() *plotter.Line {
	return &plotter.Line{LineStyle: draw.LineStyle{Color: grey, Width: 0.9, Dashes: []vg.Length{3, 2}}}
}
