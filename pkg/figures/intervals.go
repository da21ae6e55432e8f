package figures

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// intervals are upright bars from low to high.
type intervals struct {
	x, low, high []float64
	style        draw.LineStyle
}

// Plot implements plot.Plotter.
func (b intervals) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i := range b.x {
		c.StrokeLine2(b.style, x(b.x[i]), y(b.low[i]), x(b.x[i]), y(b.high[i]))
	}
}

// Thumbnail implements plot.Thumbnailer.
func (b intervals) Thumbnail(c *draw.Canvas) {
	center := c.Center()
	c.StrokeLine2(b.style, center.X, c.Min.Y, center.X, c.Max.Y)
}
