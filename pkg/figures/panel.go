package figures

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// newPanel returns an empty plot in the figures' style. Its axes are the sides of a frame, so it wants their ranges set, or data
// that may touch the frame.
func newPanel(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = 0
		axis.Width = 0 // the frame stands in its place
		axis.Label.TextStyle = textStyle(labelSize, draw.XCenter, draw.YBottom)
		axis.Tick.Label = textStyle(tickSize, axis.Tick.Label.XAlign, axis.Tick.Label.YAlign)
		axis.Tick.LineStyle = draw.LineStyle{Color: ink, Width: hairline}
		axis.Tick.Length = 3
		axis.Tick.Marker = roundTicks{}
	}
	return p
}

// addData adds plotters in order, and a frame around them. Unlike Plot.Add it leaves no space for glyphs at the edges: data
// areas then have exactly the frame's size.
func addData(p *plot.Plot, plotters ...plot.Plotter) {
	for _, data := range plotters {
		if ranger, ok := data.(plot.DataRanger); ok {
			p.Add(struct {
				plot.Plotter
				plot.DataRanger
			}{data, ranger})
		} else {
			p.Add(data)
		}
	}
	p.Add(frame{})
}

// frame draws the outline of the data area.
type frame struct{}

// Plot implements plot.Plotter.
func (frame) Plot(c draw.Canvas, _ *plot.Plot) {
	r := c.Rectangle
	style := draw.LineStyle{Color: ink, Width: hairline}
	corners := []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min}
	c.StrokeLines(style, corners, corners[:2]) // the first side again, for the corner where the line starts
}

// labelledTicks returns ticks at the values, all labelled with as many decimals as the most exact one needs, and with true
// minus signs.
func labelledTicks(values []float64) []plot.Tick {
	decimals := 0
	for _, v := range values {
		_, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'g', 6, 64), ".")
		decimals = max(decimals, len(fraction))
	}
	ticks := make([]plot.Tick, len(values))
	for i, v := range values {
		label := strconv.FormatFloat(v, 'f', decimals, 64)
		if size := math.Abs(v); size >= 1e6 || size > 0 && size < 1e-4 {
			label = strconv.FormatFloat(v, 'g', 3, 64)
		}
		ticks[i] = plot.Tick{Value: v, Label: strings.ReplaceAll(label, "-", "−")}
	}
	return ticks
}

// ticksEvery labels the multiples of a step.
type ticksEvery float64

// Ticks implements plot.Ticker.
func (step ticksEvery) Ticks(low, high float64) []plot.Tick {
	var values []float64
	for k := int(math.Ceil(low / float64(step))); float64(k)*float64(step) <= high; k++ {
		values = append(values, float64(k)*float64(step))
	}
	return labelledTicks(values)
}

// roundTicks are three to five ticks at multiples of 1, 2 or 5 times a power of ten, with 0 among them where the axis has it.
// Gonum's default ticks may leave 0 out.
type roundTicks struct{}

// Ticks implements plot.Ticker.
func (roundTicks) Ticks(low, high float64) []plot.Tick {
	unit := math.Pow10(int(math.Floor(math.Log10(high-low))) - 1)
	step := unit
	for _, factor := range []float64{2, 5, 10, 20} {
		if (high-low)/step > 5 {
			step = factor * unit
		}
	}
	return ticksEvery(step).Ticks(low, high)
}

// unlabelled returns the ticker's ticks without their labels, for panels that share an axis with a neighbour.
type unlabelled struct{ plot.Ticker }

// Ticks implements plot.Ticker.
func (u unlabelled) Ticks(low, high float64) []plot.Tick {
	ticks := u.Ticker.Ticks(low, high)
	for i := range ticks {
		ticks[i].Label = " "
	}
	return ticks
}

// points pairs x and y.
func points(x, y []float64) plotter.XYs {
	xys := make(plotter.XYs, len(x))
	for i := range xys {
		xys[i] = plotter.XY{X: x[i], Y: y[i]}
	}
	return xys
}

// band returns the area between low and high over x.
func band(x, low, high []float64) (*plotter.Polygon, error) {
	outline := points(x, high)
	for i := len(x) - 1; i >= 0; i-- {
		outline = append(outline, plotter.XY{X: x[i], Y: low[i]})
	}
	area, err := plotter.NewPolygon(outline)
	if err != nil {
		return nil, err
	}
	area.Width = 0
	return area, nil
}
