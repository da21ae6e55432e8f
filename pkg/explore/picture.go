package explore

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// The colours of a net, and of one that is pinned.
var (
	lookNow    = plots.Style{Color: plots.Blue, Marker: plots.Circle}
	lookPinned = plots.Style{Color: plots.Categories()[3], Marker: plots.Box}
)

// figure implements view: it draws a net in a row of panels, and one that is pinned in a row above. In a row
// are (a) the gradient of the first draw over the grid of inputs, (b) the autocorrelation of the gradients
// against the lag, averaged over the draws, and (c) |(g - mean g)(g - mean g)^T| / var(g) of the first draw
// as a heat map, index 0 in the upper left corner. With two nets, both autocorrelations are in (b), those of
// the other row without bands.
//
// The curve's dark band is one standard error to either side, its light band goes from the 10 % to the 90 %
// quantile of the draws; a single draw has neither. The dashed lines at +-1.96 / sqrt(M) hold 95 % of the
// autocorrelations of white noise at M inputs. A thin dark line is the expected autocorrelation of an
// infinitely wide net. The axes of (b), unless a value lies outside of them, and the colours of (c) are the
// same for all nets, so that pictures that follow each other can be compared.
func (s sight) figure() (*plots.Figure, error) {
	g := &plots.Grid{Aspect: 0.9, PadX: 10, PadY: 26, Lettered: true}
	g.ColorBar(style.CovarianceScale)
	about := fmt.Sprintf("One net (%s)", s.now.title())
	if s.pinned == nil {
		g.Row(s.now.panels(lookNow, nil, lookPinned)...)
		g.Legend(append([]plots.Key{plots.LineKey(s.now.drawn(), lookNow)}, s.keys()...)...)
	} else {
		about = fmt.Sprintf("Two nets, A (%s) above and B (%s) below, each", s.pinned.title(), s.now.title())
		g.RowTitles = []string{"A, pinned", "B"}
		g.Row(s.pinned.panels(lookPinned, s.now, lookNow)...)
		g.Row(s.now.panels(lookNow, s.pinned, lookPinned)...)
		g.Legend(plots.LineKey("A, "+s.pinned.drawn(), lookPinned), plots.LineKey("B, "+s.now.drawn(),
			lookNow))
		g.Legend(s.keys()...)
	}
	return g.Figure("explore",
		fmt.Sprintf("%s: its gradient over a grid of %d inputs, the autocorrelation of such "+
			"gradients against the lag, and the absolute values of the gradient's covariance matrix as a "+
			"heat map.", about, len(s.now.X)))
}

// keys are those of what all panels of autocorrelations have in common.
func (s sight) keys() []plots.Key {
	var keys []plots.Key
	if s.now.ACF.Draws > 1 || s.pinned != nil && s.pinned.ACF.Draws > 1 {
		keys = append(keys, plots.BandKeys("10 % to 90 % of the draws")...)
	}
	if s.now.Theory != nil || s.pinned != nil && s.pinned.Theory != nil {
		keys = append(keys, plots.LineKey("infinitely wide net", lookTheory))
	}
	return append(keys, style.WhiteBandKey())
}

// lookTheory is the style of the theory's curve.
var lookTheory = plots.Style{Color: plots.Ink, Width: 0.9}

// title names the net of a view and its depth.
func (v *View) title() string {
	net := v.Config.Net
	name := models.Name{Net: net.Net, Norm: net.Norm.Name, Also: net.Also()}
	if net.Beta != 0 {
		name.Beta = &net.Beta
	}
	return fmt.Sprintf("%d-layer %s", net.Depth, name.Family())
}

// drawn says how many draws a curve averages.
func (v *View) drawn() string {
	if v.ACF.Draws == 1 {
		return "one draw"
	}
	return fmt.Sprintf("mean of %d draws", v.ACF.Draws)
}

// panels draws a view as a row, in a style, with another view's autocorrelation for comparison.
func (v *View) panels(look plots.Style, other *View, otherLook plots.Style) []*plots.Panel {
	gradient := plots.NewPanel("input", fmt.Sprintf("gradient (%s)",
		v.Config.Net.Statistics)).Titled(v.title())
	gradient.Curve(plots.Series{Label: "the gradient", X: v.X, Y: v.Gradient,
		Style: plots.Style{Color: look.Color, Width: 0.8}})

	last := float64(gradients.MaxLag)
	lags := plots.Floats(gradients.Lags())
	acf := plots.NewPanel("lag", "").Titled("autocorrelation")
	if other != nil {
		otherLook.Width, otherLook.Size = 0.7, 1.4
		acf.Curve(plots.Series{Label: "the other autocorrelation", X: lags, Y: other.ACF.Mean,
			Style: otherLook})
	}
	acf.Curve(style.Curve("the autocorrelation", lags, &v.ACF, look))
	if v.Theory != nil {
		acf.Curve(plots.Series{Label: "the theory's curve", X: lags, Y: v.Theory, Style: lookTheory})
	}
	style.WhiteBand(acf, 0, last, len(v.X))
	style.LagAxes(acf, -0.4, last)

	covariance := plots.NewPanel("input index", "input index").Titled("covariance")
	if v.Stride > 1 {
		covariance.X.Label = fmt.Sprintf("one input of every %d", v.Stride)
		covariance.Y.Label = covariance.X.Label
	}
	if v.Covariance == nil {
		covariance.Fail("has no covariance: compute the view with explore.Look")
	} else {
		covariance.Matrix(v.Covariance, style.CovarianceScale)
	}
	return []*plots.Panel{gradient, acf, covariance}
}
