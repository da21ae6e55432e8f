package figure3

import (
	"cmp"
	"image/color"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// shareLimit is the top of the panels, a little above what Figure 3 shows at the paper's size; more where a
// share reaches higher.
const shareLimit = 0.7

// shareOpacity is that of the bands of Figure 3, which stand for the draws' spread alone.
const shareOpacity = 2 * plots.IntervalOpacity

// Draw draws Figure 3: activations and coactivations against the layer, a panel for the feedforward nets
// and one for the resnets of every beta. Solid curves are without batch normalisation, dotted ones with it;
// green is the share of inputs at which a unit is active, blue that of the pairs of distinct inputs. A curve
// is the mean over the draws, its band goes from their 10 % to their 90 % quantile. The thin lines are at 1/2
// and 1/4, and dark ones the coactivation in infinitely wide nets.
func Draw(r *Result) (*plots.Figure, error) {
	var panels []*plots.Panel
	for _, s := range cmp.Or(r, new(Result)).Series {
		// Nets without normalisation and with batch normalisation share a panel, and that goes without
		// saying; those of any other normalisation have a panel that names it.
		title := s.Name().Family()
		if s.Norm != norms.None.Name && s.Norm != norms.Batch.Name {
			title = s.Name().Title()
		}
		i := slices.IndexFunc(panels, func(p *plots.Panel) bool { return p.Title == title })
		if i < 0 {
			i = len(panels)
			panels = append(panels, plots.NewPanel("layer", "share").Titled(title))
			panels[i].Y.Hold(0, shareLimit)
			panels[i].Y.Room = 0
			panels[i].Y.Every(0.25)
		}
		drawShares(panels[i], s)
	}
	for _, p := range panels {
		_, last := p.X.Ends()
		p.X.Range(1, last)
		for _, y := range []float64{paper.HalfActive, paper.QuarterCoactive} {
			p.Level(y, 1, last, plots.Thin(plots.Faint))
		}
	}
	g := &plots.Grid{Aspect: 0.95, PadX: 8, PadY: 6, Lettered: true}
	if len(panels) > 0 {
		g.Row(panels...)
	}
	g.ShareRows()
	g.Legend(
		plots.LineKey("active, without batch norm", shareLook(norms.None.Name, style.Leaf)),
		plots.LineKey("with", shareLook(norms.Batch.Name, style.Leaf)),
		plots.LineKey("co-active pairs, without", shareLook(norms.None.Name, style.Sky)),
		plots.LineKey("with", shareLook(norms.Batch.Name, style.Sky)),
		plots.LineKey("infinitely wide", law.Dark),
		plots.AreaKey("10 % to 90 % of the draws", plots.Fade(plots.Ink, shareOpacity)),
	)
	return g.Figure(Name,
		"Figure 3: share of inputs at which a unit is active, and of pairs of inputs at both of which it "+
			"is, against the layer.")
}

// drawShares draws the shares of a net.
func drawShares(p *plots.Panel, s Series) {
	for _, share := range []struct {
		layers *stats.Curve
		color  color.Color
	}{{s.Active, style.Leaf}, {s.Coactive, style.Sky}} {
		curve := style.Curve("", plots.Floats(s.Layers), share.layers, shareLook(s.Norm, share.color))
		p.Band(curve, shareOpacity)
		curve.StdErr, curve.Lower, curve.Upper = nil, nil, nil
		p.Curve(curve)
	}
	if s.Theory != nil {
		p.Curve(law.Line("", plots.Floats(s.Layers), s.Theory))
	}
}

// shareLook returns the style of nets of a normalisation.
func shareLook(norm string, c color.Color) plots.Style {
	if norm == norms.Batch.Name {
		return plots.Style{Color: c, Width: 1.8, Dashes: []float64{1.5, 2}}
	}
	return plots.Style{Color: c, Width: 1.2}
}
