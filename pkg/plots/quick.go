package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Lines draws series as curves over x, with bands where they have standard errors or intervals. A series with
// an X of its own keeps it.
func Lines[N Numbers](x []N, series ...Series) *Panel {
	p := NewPanel("", "")
	for _, s := range series {
		if s.X == nil {
			s.X = Floats(x)
		}
		p.Curve(s)
	}
	return p
}

// Draws returns a series for each of some draws, each labelled with its number.
func Draws(draws [][]float64) []Series {
	series := make([]Series, len(draws))
	for i, draw := range draws {
		series[i] = Series{Label: fmt.Sprintf("draw %d", i+1), Y: draw}
	}
	return series
}

// Scatter draws the values of series, at their X, as points.
func Scatter(series ...Series) *Panel {
	p := NewPanel("", "")
	p.X.Room = p.Y.Room
	for _, s := range series {
		p.Points(s)
	}
	return p
}

// ErrorBars draws the values of series, at their X, as points on a line, with their intervals or else their
// standard errors as upright bars. [Series.Add] collects them.
func ErrorBars(series ...Series) *Panel {
	p := NewPanel("", "")
	p.X.Room = p.Y.Room
	for _, s := range series {
		s = p.styled(s)
		bars := s
		bars.Label = ""
		p.Bars(bars)
		s.StdErr, s.Lower, s.Upper = nil, nil, nil
		p.Curve(s)
	}
	return p
}

// Histogram draws how many of the values lie in each of so many equal bins between the smallest and the
// largest.
func Histogram(values []float64, bins int) *Panel {
	p := NewPanel("", "count")
	p.X.Room = 0.02
	const most = 10_000 // more than a figure has pixels
	if len(values) == 0 || bins < 1 || bins > most {
		p.Fail("has %d values and %d bins: give at least one of each, and at most %d bins", len(values),
			bins, most)
	}
	if !p.finite("the histogram", values) {
		return p
	}
	low, high := apart(slices.Min(values), slices.Max(values))
	counts := make([]float64, bins)
	for _, v := range values {
		counts[min(int(float64(bins)*(v-low)/(high-low)), bins-1)]++
	}
	p.Columns(counts, low, high, Blue)
	p.Y.Range(0, 1.06*slices.Max(counts))
	return p
}

// HeatMap draws a matrix, row 0 on top, in colours from its smallest entry to its largest, with a colour bar
// of that label.
func HeatMap(m mat.Matrix, label string) *Panel {
	p := NewPanel("", "")
	if rows, columns := m.Dims(); rows*columns == 0 {
		p.Fail("has a matrix of %d x %d: give it at least one entry", rows, columns)
		return p
	}
	low, high := apart(mat.Min(m), mat.Max(m))
	if math.IsNaN(low) || math.IsInf(high-low, 0) {
		low, high = 0, 1 // Matrix names the entry that can't be drawn
	}
	p.Matrix(m, Scale{Low: low, High: high, Label: label})
	return p
}

// apart returns ends that differ.
func apart(low, high float64) (float64, float64) {
	if low == high {
		return low - 0.5, high + 0.5
	}
	return low, high
}

// Labels sets the labels of the axes, and returns the panel.
func (p *Panel) Labels(x, y string) *Panel { p.X.Label, p.Y.Label = x, y; return p }

// Titled sets the title, and returns the panel.
func (p *Panel) Titled(title string) *Panel { p.Title = title; return p }

// Named sets the name of the picture and its files, and returns the panel. A picture without a name is not
// written to a file.
func (p *Panel) Named(name string) *Panel { p.name = name; return p }

// LogX makes the x axis logarithmic, and returns the panel.
func (p *Panel) LogX() *Panel { p.X.Log = true; return p }

// LogY makes the y axis logarithmic, and returns the panel.
func (p *Panel) LogY() *Panel { p.Y.Log = true; return p }

// Name is the name that Named gave.
func (p *Panel) Name() string { return p.name }

// PNG renders the panel as a figure of its own.
func (p *Panel) PNG() ([]byte, error) {
	figure, err := Beside(p)
	if err != nil {
		return nil, err
	}
	return figure.PNG()
}

// SVG renders the panel as a figure of its own.
func (p *Panel) SVG() ([]byte, error) {
	figure, err := Beside(p)
	if err != nil {
		return nil, err
	}
	return figure.SVG()
}

// Alt says in words what the panel shows; nothing where it can't be drawn.
func (p *Panel) Alt() string {
	figure, err := Beside(p)
	if err != nil {
		return ""
	}
	return figure.Alt()
}

// Beside draws panels side by side as a figure, which has the name of the first that has one.
func Beside(panels ...*Panel) (*Figure, error) {
	g := &Grid{PadX: 12, Aspect: 0.5}
	if len(panels) > 1 {
		g.Aspect = 0.8
	}
	g.Row(panels...)
	var name string
	var about []string
	for _, p := range g.all() {
		name = cmp.Or(name, p.name)
		what := p.Y.Label
		if p.X.Label != "" {
			what = cmp.Or(what, "values") + " against " + p.X.Label
		}
		if p.scale != nil {
			what = "a heat map of " + cmp.Or(p.scale.Label, "values")
			g.Aspect, g.Width = p.aspect, min(float64(figureWidth), 380*float64(len(panels)))
			if g.scale != nil && *g.scale != *p.scale {
				p.Fail("has another scale of colours than the heat map before: draw it as a picture of its " +
					"own")
			}
			g.ColorBar(*p.scale)
		}
		about = append(about, cmp.Or(what, "values"))
	}
	return g.Figure(name, fmt.Sprintf("A picture of %s.", strings.Join(about, ", and of ")))
}

// Image is a picture to show, and what stands under it.
type Image struct {
	// Width and Height are in pixels.
	Width, Height int

	// Pixels are Height x Width x 3 bytes: row from the top, column from the left, and red, green, blue.
	Pixels []uint8

	// Label is a few words, or nothing.
	Label string
}

// Images draws images in rows of a number of columns, each with its label under it, row by row in their
// order; all have the size of the first. Pixels become squares. The name is that of the figure and its files,
// such as "cifar10". A dozen columns at most leave room for the labels.
func Images(name string, images []Image, columns int) (*Figure, error) {
	if len(images) == 0 || columns < 1 {
		return nil, fmt.Errorf("%d images in %d columns make no figure: give at least one of each",
			len(images), columns)
	}
	first := images[0]
	var panels []*Panel
	var labels []string
	for i, shown := range images {
		p := NewPanel(shown.Label, "")
		p.bare, p.name = true, fmt.Sprintf("image %d (%q)", i, shown.Label)
		if shown.Label == "" {
			p.X.Label = " " // keeps the place of a label
		} else if !slices.Contains(labels, shown.Label) {
			labels = append(labels, shown.Label)
		}
		p.Photo(shown.Width, shown.Height, shown.Pixels)
		if shown.Width != first.Width || shown.Height != first.Height {
			p.Fail("has another size than the first: give all the same")
		}
		panels = append(panels, p)
	}
	about := fmt.Sprintf("Images of %d × %d pixels, %d of them.", first.Width, first.Height, len(images))
	if len(labels) > 0 {
		about = fmt.Sprintf("%s: %s.", strings.TrimSuffix(about, "."), strings.Join(labels, ", "))
	}
	g := &Grid{Aspect: panels[0].aspect, PadX: 6, PadY: 5}
	g.Rows(columns, panels...)
	return g.Figure(name, about)
}
