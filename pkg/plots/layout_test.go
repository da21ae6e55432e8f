package plots

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// uneven returns a figure whose panels need different space for their ticks, one of them left out.
func uneven(t *testing.T, leftOut bool) *Figure {
	t.Helper()
	g := &Grid{Aspect: 0.8, PadX: 5, PadY: 5, RowTitles: []string{"x", "y"}}
	for i, row := range [][]float64{{1, 1000}, {123456, 0.01}} {
		var panels []*Panel
		for j, size := range row {
			p := NewPanel("", "label").Titled([]string{"a", "b"}[j])
			if i == 1 {
				p.Labels("label", "label").Titled("")
			}
			p.Curve(Series{X: []float64{0, size * 1.02}, Y: []float64{-size, size * 1.02}})
			p.Y.Room = 0
			if leftOut && i+j == 2 {
				p = nil
			}
			panels = append(panels, p)
		}
		g.Row(panels...)
	}
	figure, err := g.Figure("figure-0", "A layout.")
	if err != nil {
		t.Fatal(err)
	}
	return figure
}

// TestPanelsAreAligned checks that all data areas have one size, the wanted aspect, and stand in rows and
// columns. A hundredth of a point is a fortieth of a pixel.
func TestPanelsAreAligned(t *testing.T) {
	const tolerance = 0.01
	f := uneven(t, false)
	canvases, areas := f.layout.place(draw.NewCanvas(nil, f.width, f.height))
	size := areas[0][0].Size()
	if aspect := float64(size.Y / size.X); math.Abs(aspect-f.layout.aspect) > 0.005 {
		t.Errorf("the data areas' aspect is %g, not %g", aspect, f.layout.aspect)
	}
	f.layout.each(func(i, j int, p *plot.Plot) {
		got := p.DataCanvas(canvases[i][j]).Rectangle
		want := vg.Rectangle{Min: vg.Point{X: areas[0][j].Min.X, Y: areas[i][0].Min.Y}}
		want.Max = want.Min.Add(size)
		for _, d := range []vg.Length{got.Min.X - want.Min.X, got.Min.Y - want.Min.Y, got.Max.X - want.Max.X,
			got.Max.Y - want.Max.Y} {
			if math.Abs(float64(d)) > tolerance {
				t.Errorf("the data of row %d, column %d are drawn at %v, not %v", i, j, got, want)
				break
			}
		}
		if c := canvases[i][j]; c.Min.X < 0 || c.Min.Y < 0 || c.Max.X > f.width || c.Max.Y > f.height {
			t.Errorf("the panel of row %d, column %d leaves the figure: %v", i, j, c.Rectangle)
		}
	})
}

// TestPanelsFillTheFigure: between the panels that take the most space in their columns lies the gap that is
// asked for, and no more, to half a point.
func TestPanelsFillTheFigure(t *testing.T) {
	f := uneven(t, false)
	canvases, _ := f.layout.place(draw.NewCanvas(nil, f.width, f.height))
	left, right, _, _ := f.layout.margins()
	end := left - f.layout.padX
	for j := range canvases[0] {
		start := min(canvases[0][j].Min.X, canvases[1][j].Min.X)
		if gap := start - end; !(math.Abs(float64(gap-f.layout.padX)) <= 0.5) {
			t.Errorf("before column %d lie %v, not %v", j, gap, f.layout.padX)
		}
		end = max(canvases[0][j].Max.X, canvases[1][j].Max.X)
	}
	if rest := f.width - right - end; !(math.Abs(float64(rest)) <= 0.5) {
		t.Errorf("behind the last column lie %v more than asked for", rest)
	}
}

// TestEmptyPlace checks that a place without a panel keeps its area.
func TestEmptyPlace(t *testing.T) {
	f := uneven(t, true)
	_, areas := f.layout.place(draw.NewCanvas(nil, f.width, f.height))
	if areas[1][1].Min.X != areas[0][1].Min.X || areas[1][1].Min.Y != areas[1][0].Min.Y ||
		areas[1][1].Size() != areas[0][0].Size() {
		t.Errorf("the empty place is at %v, its neighbours at %v and %v", areas[1][1], areas[0][1],
			areas[1][0])
	}
	if _, err := f.PNG(); err != nil {
		t.Error(err)
	}
}

// drawn returns a panel's only figure, its PNG, and where the data are.
func drawn(t *testing.T, p *Panel) (*Figure, image.Image, vg.Rectangle) {
	t.Helper()
	g := &Grid{Width: 100, Aspect: 1}
	g.Row(p)
	f, err := g.Figure("figure-0", "A test.")
	if err != nil {
		t.Fatal(err)
	}
	content, err := f.PNG()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	_, areas := f.layout.place(draw.NewCanvas(nil, f.width, f.height))
	return f, picture, areas[0][0]
}

// TestHeatMapOrientation draws a matrix with one entry above the scale, in row 0 and the last column, and
// finds its colour in the upper right corner alone.
func TestHeatMapOrientation(t *testing.T) {
	const n = 4
	m := mat.NewDense(n, n, nil)
	m.Set(0, n-1, 7)
	p := NewPanel("", "")
	p.Matrix(m, Scale{High: 1})
	f, picture, area := drawn(t, p)
	for row := range n {
		for column := range n {
			want := viridisControls[0]
			if row == 0 && column == n-1 {
				want = viridisControls[len(viridisControls)-1]
			}
			if got := pixel(picture, f, area, row, column, n); distance(got, want) > 8 {
				t.Errorf("row %d, column %d is drawn %v, not %v", row, column, got, want)
			}
		}
	}
}

// TestSquaresOrientation draws one black square, the last of the first row, and finds it in the upper right
// corner and all others white.
func TestSquaresOrientation(t *testing.T) {
	const n = 5
	p := NewPanel("", "")
	p.Squares(n, n, 4, []color.Color{color.White, color.Black}, func(x, y int) int {
		if y == 0 && x == n-1 {
			return 1
		}
		return 0
	})
	f, picture, area := drawn(t, p)
	for row := range n {
		for column := range n {
			want := color.Color(color.White)
			if row == 0 && column == n-1 {
				want = color.Black
			}
			if got := pixel(picture, f, area, row, column, n); distance(got, want) > 8 {
				t.Errorf("row %d, column %d is drawn %v, not %v", row, column, got, want)
			}
		}
	}
}

// pixel returns the colour in the middle of an entry of an n x n heat map.
func pixel(picture image.Image, f *Figure, area vg.Rectangle, row, column, n int) color.Color {
	x := area.Min.X + area.Size().X*vg.Length(column)/vg.Length(n) + area.Size().X/vg.Length(2*n)
	y := area.Max.Y - area.Size().Y*vg.Length(row)/vg.Length(n) - area.Size().Y/vg.Length(2*n)
	return picture.At(int(x.Dots(dotsPerInch)), int((f.height - y).Dots(dotsPerInch)))
}

// distance returns the largest difference of two colours in a channel, from 0 to 255: a scale of 128 levels
// and the reduction to 256 colours move a colour by a few.
func distance(a, b color.Color) float64 {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	difference := func(x, y uint32) float64 { return math.Abs(float64(x)-float64(y)) / 257 }
	return max(difference(ar, br), difference(ag, bg), difference(ab, bb))
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []string
	}{
		{-2, 2, []string{"−2", "−1", "0", "1", "2"}},
		{-0.31, 0.07, []string{"−0.3", "−0.2", "−0.1", "0.0"}},
		{0, 256, []string{"0", "100", "200"}},
		{-2.9, 1.4, []string{"−2", "−1", "0", "1"}},
		{-0.06, 1.7, []string{"0.0", "0.5", "1.0", "1.5"}},
		{0, 3e-5, []string{"0", "1e−05", "2e−05", "3e−05"}},
	} {
		ticks := roundTicks{}.Ticks(c.low, c.high)
		var got []string
		for _, tick := range ticks {
			got = append(got, tick.Label)
			if tick.Value < c.low || tick.Value > c.high {
				t.Errorf("a tick of [%g, %g] is at %g", c.low, c.high, tick.Value)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("the ticks of [%g, %g] are %q, not %q", c.low, c.high, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("the ticks of [%g, %g] are %q, not %q", c.low, c.high, got, c.want)
				break
			}
		}
	}
}

// TestOrdered checks that colours in an order grow lighter and that the lightest still stands out on white.
func TestOrdered(t *testing.T) {
	for _, n := range []int{1, 2, 5, 12} {
		last := -1.0
		for i, c := range Ordered(n) {
			if l := luminance(c); l <= last {
				t.Errorf("colour %d of %d has luminance %g after %g", i, n, l, last)
			} else {
				last = l
			}
		}
		// WCAG's contrast ratio, of which white on white has 1 and black on white 21. Lines of 1.1 points
		// with markers are readable from 2 on.
		if contrast := 1.05 / (last + 0.05); contrast < 2 {
			t.Errorf("the lightest of %d colours has a contrast of %.2f on white", n, contrast)
		}
	}
}

// luminance returns WCAG's relative luminance of a colour, from 0 to 1.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
