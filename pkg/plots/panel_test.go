package plots_test

import (
	"image/color"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"gonum.org/v1/gonum/mat"
)

// TestErrors gives panels what they can't draw: the figure says in one sentence what and where.
func TestErrors(t *testing.T) {
	two := plots.Series{Label: "two", X: []float64{1, 2}, Y: []float64{3, 4}}
	change := func(spoil func(s *plots.Series)) plots.Series {
		s := two
		spoil(&s)
		return s
	}
	for want, draw := range map[string]func(p *plots.Panel){
		`it has 2 x for 1 values of the series "two": give equally many, and at least one`: func(p *plots.Panel) {
			p.Curve(change(func(s *plots.Series) { s.Y = s.Y[:1] }))
		},
		"2 x for 3 standard errors": func(p *plots.Panel) {
			p.Curve(change(func(s *plots.Series) { s.StdErr = make([]float64, 3) }))
		},
		"0 x for 0 values": func(p *plots.Panel) { p.Points(plots.Series{}) },
		"has one end of the intervals": func(p *plots.Panel) {
			p.Curve(change(func(s *plots.Series) { s.Upper = s.Y }))
		},
		`can't draw the series "two": value 1 is NaN, and only finite numbers have a place`: func(p *plots.Panel) {
			p.Bars(change(func(s *plots.Series) { s.Lower, s.Upper = []float64{1, math.NaN()}, s.Y }))
		},
		"0 x for 2 values": func(p *plots.Panel) { p.Band(plots.Series{Lower: two.Y, Upper: two.Y}, 0.1) },
		"value 0 is +Inf":  func(p *plots.Panel) { p.Level(math.Inf(1), 0, 1, plots.Thin(plots.Ink)) },
		"has 0 columns from 0 to 1: give at least one": func(p *plots.Panel) {
			p.Columns(nil, 0, 1, plots.Blue)
		},
		"can't draw the columns: value 1 is NaN": func(p *plots.Panel) {
			p.Columns([]float64{1, math.NaN()}, 0, 1, plots.Blue)
		},
		"has a square of colour 2: give one of 0 to 1": func(p *plots.Panel) {
			p.Squares(2, 2, 1, []color.Color{color.White, color.Black}, func(x, y int) int { return x + y })
		},
		"has 0 x 3 squares": func(p *plots.Panel) { p.Squares(0, 3, 1, nil, nil) },
		"has a scale of colours from 1 to 1": func(p *plots.Panel) {
			p.Matrix(mat.NewDense(2, 2, nil), plots.Scale{Low: 1, High: 1})
		},
		"can't draw the matrix: value 1 is NaN": func(p *plots.Panel) {
			p.Matrix(mat.NewDense(2, 2, []float64{1, 2, 3, math.NaN()}), plots.Scale{High: 1})
		},
		`has -1 on its logarithmic axis "x": give positive values`: func(p *plots.Panel) {
			p.Curve(change(func(s *plots.Series) { s.X = []float64{-1, 1} }))
			p.LogX()
		},
		`has an axis "y" from 2 to 1: give finite ends, the lower first`: func(p *plots.Panel) { p.Y.Range(2, 1) },
		`has 3 texts for 2 points of the series "two"`:                   func(p *plots.Panel) { p.Texts(two, make([]string, 3)) },
		"has 0 columns from": func(p *plots.Panel) {
			inset := plots.NewPanel("", "")
			inset.Columns(nil, 0, 1, color.Black)
			p.Inset(inset, 0, 0.5)
		},
		"the first": func(p *plots.Panel) {
			p.Fail("has %s error", "the first")
			p.Fail("has another")
			p.Points(plots.Series{})
		},
	} {
		p := plots.NewPanel("x", "y")
		draw(p)
		_, err := plots.Beside(p)
		plottest.CheckSentence(t, want, err, want)
	}
	_, err := plots.Beside()
	plottest.CheckSentence(t, "no panel", err, "there is nothing to draw in the picture")
	_, err = plots.Beside(plots.HeatMap(mat.NewDense(1, 2, []float64{0, 1}), ""),
		plots.HeatMap(mat.NewDense(1, 2, []float64{0, 2}), ""))
	plottest.CheckSentence(t, "two scales", err, "panel 2 has another scale of colours")
	_, err = plots.Histogram(nil, 3).PNG()
	plottest.CheckSentence(t, "no values", err, "has 0 values and 3 bins")
	_, err = plots.Histogram([]float64{1}, 1<<40).PNG()
	plottest.CheckSentence(t, "too many bins", err, "and at most 10000 bins")
	_, err = plots.HeatMap(new(mat.Dense), "").SVG()
	plottest.CheckSentence(t, "no entries", err, "a matrix of 0 x 0")
	if alt := plots.Scatter(plots.Series{}).Alt(); alt != "" {
		t.Errorf("a picture that can't be drawn says %q", alt)
	}
}

// TestAxes checks from where to where axes go, and that shared ones hold all panels' data.
func TestAxes(t *testing.T) {
	line := func(low, high float64) *plots.Panel {
		p := plots.Lines([]float64{1, 2}, plots.Series{Y: []float64{low, high}})
		p.Y.Room = 0
		return p
	}
	check := func(what string, axis *plots.Axis, low, high float64) {
		t.Helper()
		gotLow, gotHigh := axis.Ends()
		if math.Abs(gotLow-low) > 1e-12 || math.Abs(gotHigh-high) > 1e-12 {
			t.Errorf("%s: the axis goes from %g to %g, not from %g to %g", what, gotLow, gotHigh, low, high)
		}
	}
	p := line(0, 10)
	check("data", &p.Y, 0, 10)
	p.Y.Room = 0.1
	check("room", &p.Y, -1, 11)
	p.Y.Hold(20)
	check("more", &p.Y, -2, 22)
	p.Y.Range(5, 6)
	check("set", &p.Y, 5, 6)
	p = line(1, 100).LogY()
	p.Y.Room = 0.5
	check("logarithmic", &p.Y, 0.1, 1000) // a decade at each end of two
	p = line(3, 3)
	check("one value", &p.Y, 1.5, 4.5)
	check("one positive value", &line(3, 3).LogY().Y, 1.5, 6)
	p = plots.NewPanel("", "")
	p.Curve(plots.Series{X: []float64{1}, Y: []float64{5}, StdErr: []float64{1}, Lower: []float64{2},
		Upper: []float64{5.5}})
	p.Y.Room = 0
	check("bands", &p.Y, 2, 6) // and not down to the standard error, which is no value

	a, b, c := line(0, 1), line(5, 6), line(-3, 0)
	var g plots.Grid
	g.Row(a, nil, b)
	g.Row(c)
	g.ShareRows()
	check("a row", &a.Y, 0, 6)
	check("a row", &b.Y, 0, 6)
	check("another row", &c.Y, -3, 0)
	g.ShareAxes()
	check("the grid", &a.Y, -3, 6)
	check("the grid", &c.Y, -3, 6)
}

// TestHistogram counts: 0 to 4 in two bins, where the middle falls into the upper one and the end into the
// last.
func TestHistogram(t *testing.T) {
	p := plots.Histogram([]float64{0, 1, 2, 3, 4}, 2)
	if _, high := p.Y.Ends(); math.Abs(high-1.06*3) > 1e-12 {
		t.Errorf("the axis ends at %g, not a little above the highest bar of 3", high)
	}
	if _, err := plots.Histogram([]float64{7, 7, 7}, 5).PNG(); err != nil {
		t.Errorf("equal values: %v", err)
	}
}

// TestTexts finds in a figure what its panels are told to write, and a legend with each label once.
func TestTexts(t *testing.T) {
	s := plots.Series{Label: "net", X: []float64{1, 10}, Y: []float64{1, 1000}}
	p := plots.Lines(plots.Count(2), s).Titled("left").Labels("depth", "size").LogX().LogY()
	p.Texts(plots.Series{X: s.X, Y: s.Y, Style: plots.CategoryStyle(1)}, []string{"first", "last"})
	other := plots.Lines(plots.Count(2), s).Titled("right")
	other.X.At([]float64{1, 10}, "one", "ten")
	g := &plots.Grid{Lettered: true, PadX: 5}
	g.Row(p, other)
	figure, err := g.Figure("texts", "A picture of two panels.")
	plottest.Rendered(t, figure, err)
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) left": 1, "(b) right": 1, "depth": 1, "size": 1, "net": 1, "first": 1, "last": 1, "one": 1,
		"ten": 1, "1e2": 1,
	})
	if want := "A picture of two panels. Panels: (a) left; (b) right. Legend: net."; figure.Alt() != want {
		t.Errorf("the figure says of itself %q, not %q", figure.Alt(), want)
	}
}

// TestWideLegend breaks a legend that is wider than the figure into lines, none of them lost.
func TestWideLegend(t *testing.T) {
	p := plots.NewPanel("", "")
	want := make(map[string]int)
	for i := range 20 {
		label := string(rune('a'+i)) + " label that takes some space"
		p.Curve(plots.Series{Label: label, X: []float64{0, 1}, Y: []float64{0, float64(i)}})
		want[label] = 1
	}
	figure, err := plots.Beside(p)
	plottest.Rendered(t, figure, err)
	plottest.CheckTexts(t, figure, want)
	_, height := figure.Size()
	if few, err := plots.Beside(plots.NewPanel("", "")); err != nil {
		t.Error(err)
	} else if _, without := few.Size(); height < without+17*4 {
		t.Errorf("20 labels make the figure %g points high, and none %g", height, without)
	}
}
