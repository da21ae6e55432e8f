package figures

import (
	"bytes"
	"fmt"
	"image/png"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// screenDotsPerInch makes a PNG as wide as the output of a notebook that fills the screen.
const screenDotsPerInch = 128

// Explore draws one net as the explorer shows it, in a row of panels: (a) the gradient of the first draw over the grid of inputs, (b)
// the autocorrelation of the gradients against the lag, averaged over the draws, and (c) |(g - mean g)(g - mean g)^T| / var(g) of the
// first draw as a heat map, index 0 in the upper left corner.
//
// The curve's dark band is one standard error to either side, its light band goes from the 10 % to the 90 % quantile of the draws; a
// single draw has neither. The dashed lines at +-1.96 / sqrt(M) hold 95 % of the autocorrelations of white noise at M inputs.
// The axes of (b), unless a value lies outside of them, and the colours of (c) are the same for all nets, so that pictures that follow each
// other can be compared.
func Explore(c paper.Column) (*Figure, error) {
	what := fmt.Sprintf("the picture of %q", columnTitle(c.Series))
	if err := checkColumn(what, c); err != nil {
		return nil, err
	}
	scale, err := viridis(0, covarianceLimit)
	if err != nil {
		return nil, err
	}
	gradient, err := gradientPanel(c)
	if err != nil {
		return nil, err
	}
	gradient.Y.Label.Text = fmt.Sprintf("gradient (%s)", c.Statistics)
	autocorrelation, legend, err := explorePanel(c)
	if err != nil {
		return nil, err
	}
	matrix := covariancePanel(c, scale)
	matrix.Y.Label.Text = "input index"
	g := &grid{
		panels:       [][]*plot.Plot{{gradient, autocorrelation, matrix}},
		aspect:       0.9,
		padX:         10,
		columnTitles: []string{panelTitle(0, columnTitle(c.Series)), panelTitle(1, "autocorrelation"), panelTitle(2, "covariance")},
		legend:       [][]legendEntry{legend},
		bar:          &colorBar{scale: scale, label: "|(g − ḡ)(g − ḡ)ᵀ| / var g"},
	}
	about := fmt.Sprintf("One net (%s): its gradient over a grid of %d inputs, the autocorrelation of such gradients against the lag, and the absolute values of the gradient's covariance matrix as a heat map.",
		columnTitle(c.Series), len(c.X))
	return newFigure("explore", about, g), nil
}

// explorePanel draws the autocorrelation of one net, with the entries that explain it.
func explorePanel(c paper.Column) (*plot.Plot, []legendEntry, error) {
	acf, err := newCurve(c.Series)
	if err != nil {
		return nil, nil, err
	}
	acf.curveStyle = curveStyle{curveBlue, draw.CircleGlyph{}}
	last := acf.x[len(acf.x)-1]
	zero, band, err := whiteBand(acf.x[0], last, len(c.X))
	if err != nil {
		return nil, nil, err
	}
	p := newPanel("lag", "")
	if err := addCurves(p, []plot.Plotter{zero, band[0], band[1]}, []curve{acf}); err != nil {
		return nil, nil, err
	}
	p.X.Min, p.X.Max = -0.5, last+0.5
	p.Y.Min, p.Y.Max = min(-0.4, p.Y.Min-0.05), 1.05
	p.X.Tick.Marker, p.Y.Tick.Marker = ticksEvery(5), ticksEvery(0.5)
	label := "one draw"
	if c.Draws > 1 {
		label = fmt.Sprintf("mean of %d draws", c.Draws)
	}
	mean, err := curveEntry(label, acf.curveStyle)
	if err != nil {
		return nil, nil, err
	}
	legend := []legendEntry{mean}
	if c.Draws > 1 {
		legend = append(legend, bandEntries()...)
	}
	return p, append(legend, legendEntry{"95 % band of white noise", []plot.Thumbnailer{band[0]}}), nil
}

// ScreenPNG renders the figure like PNG, in a quarter of the time and with twice the bytes: at the resolution of a screen, in all its colours and
// hardly compressed. It is for pictures that are redrawn while somebody waits.
func (f *Figure) ScreenPNG() ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(screenDotsPerInch))
	f.grid.draw(draw.New(canvas))
	var buffer bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&buffer, canvas.Image()); err != nil {
		return nil, fmt.Errorf("%s can't be written as PNG: %w", f.name, err)
	}
	return buffer.Bytes(), nil
}
