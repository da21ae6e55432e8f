package figures

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Explore draws one net as the explorer shows it, in a row of panels: (a) the gradient of the first draw over
// the grid of inputs, (b) the autocorrelation of the gradients against the lag, averaged over the draws, and
// (c) |(g - mean g)(g - mean g)^T| / var(g) of the first draw as a heat map, index 0 in the upper left
// corner.
//
// The curve's dark band is one standard error to either side, its light band goes from the 10 % to the 90 %
// quantile of the draws; a single draw has neither. The dashed lines at +-1.96 / sqrt(M) hold 95 % of the
// autocorrelations of white noise at M inputs. The axes of (b), unless a value lies outside of them, and the
// colours of (c) are the same for all nets, so that pictures that follow each other can be compared.
func Explore(c paper.Column) (*plots.Figure, error) {
	gradient, matrix := style.Gradient(c), style.Covariance(c).Titled("covariance")
	gradient.Y.Label, matrix.Y.Label = fmt.Sprintf("gradient (%s)", c.Statistics), "input index"
	autocorrelation, keys := style.OneAutocorrelation(c)
	g := &plots.Grid{Aspect: 0.9, PadX: 10, Lettered: true}
	g.Row(gradient, autocorrelation, matrix)
	g.Legend(keys...)
	g.ColorBar(style.CovarianceScale)
	return g.Figure("explore",
		fmt.Sprintf("One net (%s): its gradient over a grid of %d inputs, the autocorrelation of such "+
			"gradients against the lag, and the absolute values of the gradient's covariance matrix as a "+
			"heat map.", style.Title(c.Series),
			len(c.X)))
}
