package figures

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
)

// outside is the share of a map's entries off the diagonal that lies below the scale, and again above it.
const outside = 0.02

// Figure5 draws panels (a) and (b) of Figure 5: the covariance of the gradients between the images of a minibatch, divided by the mean
// variance, and below it their correlation, for the feedforward net and the resnet at the smallest and the largest depth. Images stand in
// the order of their clusters, one order for a net of all depths. What is asked is whether a map has structure, and the values of a deep
// and a shallow net differ by orders of magnitude, so each map has a scale of its own, whose ends stand below it.
func Figure5(r *paper.Figure5Result) (*Figure, error) {
	if r == nil || len(r.Maps) == 0 {
		return nil, fmt.Errorf("there are no maps of Figure 5 to draw: compute them with paper.Figure5")
	}
	scale, err := viridis(0, 1)
	if err != nil {
		return nil, err
	}
	g := &grid{aspect: 1, padX: 10, padY: 10, rowTitles: []string{"covariance", "correlation"}}
	g.panels = make([][]*plot.Plot, 2)
	for i, m := range r.Maps {
		title := fmt.Sprintf("%d-layer %s", m.Map.Depth, m.Name().Short())
		for row, matrix := range []*mat.SymDense{m.Covariance, m.Correlation} {
			p, err := mapPanel(matrix, title, scale)
			if err != nil {
				return nil, err
			}
			if i == 0 {
				p.Y.Label.Text = "image"
			} else {
				p.Y.Tick.Marker = unlabelled{p.Y.Tick.Marker}
			}
			g.panels[row] = append(g.panels[row], p)
		}
		g.columnTitles = append(g.columnTitles, title)
		if i > 0 && m.Net != r.Maps[i-1].Net {
			g.dividers = append(g.dividers, i)
		}
	}
	g.bar = &colorBar{scale: scale, label: "share of the range below each map"}
	about := fmt.Sprintf("Figure 5: covariance and correlation of the gradients of convolutional nets between %d images, as heat maps, the images in the order of their clusters.",
		r.Maps[0].Covariance.SymmetricDim())
	return newFigure("figure-5", about, g), nil
}

// mapPanel draws a covariance or a correlation, divided by the mean of its diagonal, between the quantiles of its entries off the diagonal.
func mapPanel(m *mat.SymDense, what string, scale palette.ColorMap) (*plot.Plot, error) {
	if m == nil || m.SymmetricDim() < 2 {
		return nil, fmt.Errorf("the %s in Figure 5 has no matrix of at least 2 images, which is not kept in the results' JSON: compute it with paper.Figure5", what)
	}
	n := m.SymmetricDim()
	shown := mat.NewSymDense(n, nil)
	shown.ScaleSym(float64(n)/mat.Trace(m), m)
	var entries []float64
	for i := range n {
		for j := range i {
			entries = append(entries, shown.At(i, j))
		}
	}
	if err := finite("the map of the "+what, entries...); err != nil {
		return nil, err
	}
	slices.Sort(entries)
	low, high := stat.Quantile(outside, stat.Empirical, entries, nil), stat.Quantile(1-outside, stat.Empirical, entries, nil)
	for i := range n {
		for j := i; j < n; j++ {
			shown.SetSym(i, j, (shown.At(i, j)-low)/max(high-low, math.SmallestNonzeroFloat32))
		}
	}
	p := newPanel(strings.ReplaceAll(fmt.Sprintf("%.2g to %.2g", low, high), "-", "−"), "")
	addData(p, heatMap(shown, scale))
	p.X.Tick.Marker, p.Y.Tick.Marker = indexTicks(n, false), indexTicks(n, true)
	return p, nil
}
