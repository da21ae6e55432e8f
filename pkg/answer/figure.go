package answer

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
)

// Figure draws the correlation of gradients against their distance, the directional derivatives along a path,
// and the map of the correlation.
func (a *Answer) Figure() (*plots.Figure, error) {
	grid := &plots.Grid{Aspect: 1, PadX: 14, Lettered: true}
	grid.Row(a.correlation(), a.derivatives(), a.heatMap(grid))
	about := fmt.Sprintf("How fast the gradients of %s lose each other on the way from one input to "+
		"another: their "+
		"correlation against distance, the derivative along the way, and the correlation of every two of "+
		"its points.",
		a.Model.Name)
	return grid.Figure(a.FileName(), about)
}

// correlation draws R against distance, beside the reference's.
func (a *Answer) correlation() *plots.Panel {
	p := plots.NewPanel("distance (of two inputs: 1)", "correlation of gradients").Titled("Against distance")
	p.Level(path.Half, 0, 1, plots.Thin(plots.Grey, 4, 2))
	m := a.Measured
	own := plots.CategoryStyle(0)
	own.Marker, own.Color = plots.NoMarker, plots.Blue
	// Few points lie at the greatest distances, where the intervals may be as wide as can be.
	lowest := min(0, slices.Min(m.Correlation)) - 0.1
	var lower []float64
	for _, low := range m.Lower {
		lower = append(lower, max(low, lowest))
	}
	p.Curve(plots.Series{
		Label: a.Model.Name, X: m.Distance, Y: m.Correlation, Lower: lower, Upper: m.Upper, Style: own,
	})
	if r := a.Reference; r != nil {
		p.Curve(plots.Series{
			Label: r.Net, X: r.Measured.Distance, Y: r.Measured.Correlation,
			Style: plots.Style{Color: plots.Grey, Dashes: []float64{5, 2}},
		})
	}
	p.X.Range(0, 1)
	p.Y.Range(lowest, 1.04)
	return p
}

// heatMap draws R for every two points.
func (a *Answer) heatMap(grid *plots.Grid) *plots.Panel {
	scale := plots.Scale{Low: 0, High: 1, Label: "correlation (0 and below: dark)"}
	p := plots.NewPanel("point on the path", "point on the path").Titled("Between points")
	p.Matrix(a.result.Map, scale)
	grid.ColorBar(scale)
	return p
}

// derivatives draws the directional derivatives along the first path.
func (a *Answer) derivatives() *plots.Panel {
	p := plots.NewPanel("way along the path", "derivative along it").Titled("The first pair")
	style := plots.CategoryStyle(0)
	style.Marker, style.Color, style.Width = plots.NoMarker, plots.Blue, 0.7
	p.Level(0, 0, 1, plots.Thin(plots.Faint))
	p.Curve(plots.Series{X: a.Measured.Distance, Y: a.result.Series[0], Style: style})
	p.X.Range(0, 1)
	p.Y.Room = 0.04
	return p
}
