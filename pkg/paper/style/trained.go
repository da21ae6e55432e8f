package style

import (
	"fmt"
	"image/color"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TrainedNet is what the curves of a net look like, the same in all figures. Nets without skips are dark,
// resnets blue, nets of concatenated rectifiers red and orange: colours of Okabe and Ito (2008), which
// colour-blind eyes tell apart.
func TrainedNet(n paper.EarlyNet) plots.Style {
	blue, sky, red, orange := plots.Categories()[0], plots.Categories()[1], plots.Categories()[3],
		plots.Categories()[5]
	switch {
	case n.LooksLinear:
		return plots.Style{Color: red, Marker: plots.Pyramid}
	case n.Activation == activations.CReLU.Name:
		return plots.Style{Color: orange, Marker: plots.Triangle}
	case n.Beta != nil && *n.Beta < 1:
		return plots.Style{Color: blue, Marker: plots.Box}
	case n.Beta != nil:
		return plots.Style{Color: sky, Marker: plots.Square}
	case n.Norm == norms.Center.Name:
		return plots.Style{Color: plots.Grey, Marker: plots.Ring}
	}
	return plots.Style{Color: color.Black, Marker: plots.Circle}
}

// StepPanel returns an empty panel with the axis of the steps.
func StepPanel(label string, steps []int) *plots.Panel {
	p := plots.NewPanel("training step", label)
	labels := make([]string, len(steps))
	for i, step := range steps {
		labels[i] = fmt.Sprint(step)
	}
	places := StepPlaces(steps)
	p.X.At(places, labels...)
	if len(steps) > 0 {
		p.X.Range(-0.12, places[len(steps)-1]+0.12)
	}
	return p
}

// StepPlaces are where steps stand on the axis.
func StepPlaces(steps []int) []float64 {
	places := make([]float64, len(steps))
	for i, step := range steps {
		places[i] = math.Log10(1 + float64(step))
	}
	return places
}

// StepCurve returns a curve of a net against the steps.
func StepCurve(n paper.EarlyNet, steps []int, c *stats.Curve) plots.Series {
	return Curve(n.Title(), StepPlaces(steps), c, TrainedNet(n))
}

// TrainedLegend names the nets in two lines and in a third the bands, and what else there is.
func TrainedLegend(g *plots.Grid, nets []paper.EarlyNet, quantiles string, more ...plots.Key) {
	lines := make([][]plots.Key, 2)
	for i, n := range nets {
		line := 2 * i / len(nets)
		lines[line] = append(lines[line], plots.LineKey(n.Title(), TrainedNet(n)))
	}
	for _, line := range append(lines, append(plots.BandKeys(quantiles), more...)) {
		g.Legend(line...)
	}
}
