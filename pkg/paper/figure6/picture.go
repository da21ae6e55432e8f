package figure6

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// guessLine is the style of the line of guessing.
var guessLine = plots.Style{Color: plots.Grey, Width: 0.9, Dashes: []float64{3, 2}}

// Draw draws Figure 6: (a) the accuracy on test images of nets of every family against their depth, and
// (b) the training loss at the end. Points are means over n seeds, with 95 % intervals, which a single seed
// does not have. What n is stands below the depth, and beside a point where it has another. Families stand a
// little apart, so that their intervals can be told from each other. The dashed lines are guessing.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 0.78, PadX: 14, Lettered: true}
	if len(r.Points) > 0 {
		g.Row(
			trainedPanel(r, "accuracy, %",
				func(p *Point) stats.Estimate { return p.Accuracy }, 100, 10).
				Titled("accuracy on test images"),
			trainedPanel(r, "loss, nats",
				func(p *Point) stats.Estimate { return p.TrainLoss }, 1, math.Ln10).
				Titled("loss on training images"),
		)
	}
	titles := make(map[string]string)
	for _, p := range r.Points {
		titles[p.Family] = p.Title
	}
	familyLegend(g, r.Config.Families, titles)
	g.Legend(plots.BarKey("95 % interval over n seeds", plots.Style{Color: plots.Ink, Width: 0.9}),
		plots.LineKey("guessing", guessLine), plots.Note(r.Config.Budget.String()))
	return g.Figure(r.name(),
		"Figure 6: accuracy on test images and training loss of trained convolutional nets against their "+
			"depth, a curve for each family of nets.")
}

// FamilyStyle returns the style of the family of that index in the config.
func FamilyStyle(i int) plots.Style {
	colors := plots.Categories()
	return plots.Style{Color: colors[i%len(colors)], Marker: plots.Circle + plots.Marker(i%len(colors))}
}

// familyLegend names the families that have a title, in a line for up to five and in lines of four for more.
func familyLegend(g *plots.Grid, families []string, titles map[string]string) {
	inLine := 4
	if len(titles) <= 5 {
		inLine = 5
	}
	var keys []plots.Key
	for i, family := range families {
		if title, shown := titles[family]; shown {
			keys = append(keys, plots.LineKey(title, FamilyStyle(i)))
		}
	}
	for line := range slices.Chunk(keys, inLine) {
		g.Legend(line...)
	}
}

// trainedPanel draws a quantity, times a factor, of all points, and its value of guessing.
func trainedPanel(r *Result, label string, value func(*Point) stats.Estimate,
	factor, guess float64) *plots.Panel {
	const apart = 1.025 // the factor of depth by which neighbouring families stand apart
	p := plots.NewPanel("depth (convolutions)", label)
	usual := usualSeeds(r.Points)
	var curves []plots.Series
	var numbers [][]string
	for i, family := range r.Config.Families {
		s := plots.Series{Style: FamilyStyle(i)}
		var seeds []string
		for _, point := range r.Select(family) {
			s.Label = point.Title
			over := value(point)
			x := float64(point.Depth) * math.Pow(apart, float64(i)-float64(len(r.Config.Families)-1)/2)
			s.Add(x, factor*over.Value, max(factor*over.Low, 0), factor*over.High)
			number := ""
			if n := len(point.Seeds); n != usual[point.Depth] {
				number = fmt.Sprintf("n = %d", n)
			}
			seeds = append(seeds, number)
		}
		if len(s.X) > 0 {
			bars := s
			bars.Style.Width = 0.9
			p.Bars(bars)
			curves, numbers = append(curves, s), append(numbers, seeds)
		}
	}
	for i, s := range curves {
		s.Lower, s.Upper = nil, nil
		p.Curve(s)
		p.Texts(s, numbers[i])
	}
	depths := slices.Sorted(maps.Keys(usual))
	labels := make([]string, len(depths))
	for i, depth := range depths {
		labels[i] = fmt.Sprintf("%d\nn = %d", depth, usual[depth])
	}
	first, last := float64(depths[0])/1.25, float64(depths[len(depths)-1])*1.25
	p.X.At(plots.Floats(depths), labels...)
	p.Level(guess, first, last, guessLine)
	p.X.Log, p.Y.Room = true, 0.05
	p.X.Range(first, last)
	low, high := p.Y.Ends()
	p.Y.Range(max(low, 0), high)
	return p
}

// usualSeeds returns, for each depth, the number of seeds that most of its points have, the larger of two
// that are equally frequent.
func usualSeeds(all []Point) map[int]int {
	counts := make(map[int]map[int]int)
	for _, p := range all {
		if counts[p.Depth] == nil {
			counts[p.Depth] = make(map[int]int)
		}
		counts[p.Depth][len(p.Seeds)]++
	}
	usual := make(map[int]int)
	for depth, of := range counts {
		usual[depth] = slices.MaxFunc(slices.Sorted(maps.Keys(of)), func(a, b int) int {
			return cmp.Or(cmp.Compare(of[a], of[b]), cmp.Compare(a, b))
		})
	}
	return usual
}

// DrawTraining draws how the deepest nets of Figure 6 have learnt: training loss and accuracy on test
// images against the step, a curve a net.
func DrawTraining(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	depth := 0
	for _, c := range r.Curves {
		depth = max(depth, c.Depth)
	}
	titles := make(map[string]string)
	var shown []LearningCurve
	var looks []plots.Style
	for _, c := range r.Curves {
		if c.Depth == depth {
			shown, looks = append(shown, c),
				append(looks, FamilyStyle(max(slices.Index(r.Config.Families, c.Family), 0)))
			titles[c.Family] = c.Title
		}
	}
	g, keys := learningGrid(shown, looks, 0, fmt.Sprintf(", %d layers", depth))
	familyLegend(g, r.Config.Families, titles)
	g.Legend(append(keys, plots.Note(r.Config.Budget.String()))...)
	return g.Figure(r.name()+"-training",
		fmt.Sprintf("Figure 6 in training: training loss and accuracy on test images of nets of %d layers "+
			"against the training step, a curve for each net.", depth))
}

// DrawLearning draws how nets have learnt so far, in a training of so many steps: training loss and accuracy
// on test images against the step, a curve a net. It is for pictures that are redrawn while nets train.
func DrawLearning(curves []LearningCurve, steps int) (*plots.Figure, error) {
	var nets []plots.Key
	var looks []plots.Style
	for i, c := range curves {
		looks = append(looks, FamilyStyle(i))
		nets = append(nets, plots.LineKey(fmt.Sprintf("%s, %d layers", c.Title, c.Depth), looks[i]))
	}
	g, keys := learningGrid(curves, looks, steps, "")
	g.Legend(nets...)
	g.Legend(keys...)
	return g.Figure("learning",
		"How nets learn: training loss and accuracy on test images against the training step, a curve for "+
			"each net.")
}

// learningGrid draws the curves, each in its look, over at least that many steps, and returns the keys of
// what is no curve.
func learningGrid(curves []LearningCurve, looks []plots.Style, steps int,
	of string) (*plots.Grid, []plots.Key) {
	g := &plots.Grid{Aspect: 0.6, PadX: 14, Lettered: true}
	keys := []plots.Key{plots.LineKey("guessing", guessLine)}
	for _, c := range curves {
		steps = max(steps, slices.Max(append(c.Steps, 1)))
	}
	if slices.ContainsFunc(curves, func(c LearningCurve) bool { return c.Diverged }) {
		keys = append(keys, plots.PointKey("diverged",
			plots.Style{Color: plots.Ink, Marker: plots.Cross, Size: 4}))
	}
	if len(curves) > 0 {
		loss := func(c LearningCurve) []float64 { return c.TrainLoss }
		accuracy := func(c LearningCurve) []float64 { return c.TestAccuracy }
		g.Row(
			learningPanel(curves, looks, float64(steps), "loss, nats", loss, 1, math.Ln10, 2*math.Ln10).
				Titled("training loss"+of),
			learningPanel(curves, looks, float64(steps), "accuracy, %", accuracy, 100, 10, 100).
				Titled("accuracy on test images"+of),
		)
	}
	return g, keys
}

// learningPanel draws a quantity, times a factor, and its value of guessing. Curves with values beyond the
// limit leave the panel.
func learningPanel(curves []LearningCurve, looks []plots.Style, steps float64, label string,
	values func(LearningCurve) []float64, factor, guess, limit float64) *plots.Panel {
	p := plots.NewPanel("step", label)
	p.Level(guess, 0, steps, guessLine)
	for i, learnt := range curves {
		s := plots.Series{Label: learnt.Title, X: plots.Floats(learnt.Steps), Style: looks[i]}
		for _, value := range values(learnt) {
			s.Y = append(s.Y, factor*value)
		}
		if len(s.X)+len(s.Y) == 0 { // before the first point
			continue
		}
		s.Style.Size = 1.3
		p.Curve(s)
		if n := len(s.X); learnt.Diverged && n == len(s.Y) {
			p.Points(plots.Series{X: s.X[n-1:], Y: s.Y[n-1:],
				Style: plots.Style{Color: looks[i].Color, Marker: plots.Cross, Size: 4}})
		}
	}
	p.Y.Room = 0
	low, high := p.Y.Ends()
	low, high = min(low, guess), max(guess, min(high, limit))
	room := max(0.06*(high-low), 0.01*high)
	p.X.Range(0, 1.03*steps)
	p.Y.Range(max(low-room, 0), high+room)
	return p
}
