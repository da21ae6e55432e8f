package figure5

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// outside is the share of a map's entries off the diagonal that lies below the scale, and again above it.
const outside = 0.02

// mapScale is the scale of all maps.
var mapScale = plots.Scale{High: 1, Clipped: true, Label: "share of the range below each map"}

// DrawMaps draws panels (a) and (b) of Figure 5: the covariance of the gradients between the images of a
// minibatch, divided by the mean variance, and below it their correlation, for the feedforward net and the
// resnet at the smallest and the largest depth. Images stand in the order of their clusters, one order for a
// net of all depths. What is asked is whether a map has structure, and the values of a deep and a shallow net
// differ by orders of magnitude, so each map has a scale of its own, whose ends stand below it.
func DrawMaps(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	g := &plots.Grid{Aspect: 1, PadX: 10, PadY: 10, RowTitles: []string{"covariance", "correlation"}}
	g.ColorBar(mapScale)
	var covariances, correlations []*plots.Panel
	images, shortcut := 0, ""
	for i, m := range r.Maps {
		title := fmt.Sprintf("%d-layer %s", m.Map.Depth, m.Variant.Name().Short())
		covariances = append(covariances, mapPanel(m.Covariance, title).Titled(title))
		correlations = append(correlations, mapPanel(m.Correlation, title))
		if i > 0 && m.Net != r.Maps[i-1].Net {
			g.Dividers = append(g.Dividers, i)
		}
		if m.Covariance != nil {
			images = m.Covariance.SymmetricDim()
		}
		if m.Shortcut != "" {
			shortcut = fmt.Sprintf(" Shortcuts of the resnet where the shape changes: %s.",
				ShortcutTitle(m.Shortcut))
		}
	}
	g.Row(covariances...)
	g.Row(correlations...)
	g.ShareRows()
	return g.Figure(Name,
		fmt.Sprintf("Figure 5: covariance and correlation of the gradients of convolutional nets between %d "+
			"images, as heat maps, the images in the order of their clusters.%s", images, shortcut))
}

// mapPanel draws a covariance or a correlation, divided by the mean of its diagonal, between the quantiles of
// its entries off the diagonal.
func mapPanel(m *mat.SymDense, what string) *plots.Panel {
	p := plots.NewPanel("", "image")
	if m == nil || m.SymmetricDim() < 2 {
		p.Fail("has no matrix of at least 2 images for the %s, which is not kept in the results' JSON: "+
			"compute it with figure5.Run", what)
		return p
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
	if slices.ContainsFunc(entries, math.IsNaN) { // which have no quantiles
		p.Fail("has a map of the %s with entries that are not numbers: compute it with figure5.Run", what)
		return p
	}
	slices.Sort(entries)
	low, high := stat.Quantile(outside, stat.Empirical, entries, nil),
		stat.Quantile(1-outside, stat.Empirical, entries, nil)
	for i := range n {
		for j := i; j < n; j++ {
			shown.SetSym(i, j, (shown.At(i, j)-low)/max(high-low, math.SmallestNonzeroFloat32))
		}
	}
	p.Matrix(shown, mapScale)
	p.X.Label = plots.Minus(fmt.Sprintf("%.2g to %.2g", low, high))
	return p
}

// DrawRanks draws panel (c) of Figure 5 and what lies beyond the paper: the relative effective rank of the
// gradients against depth, and below it the share of their covariance between images that the clusters of the
// shallowest net explain beyond chance. A column is a setting: the paper's, gradients through the batch
// statistics, no normalisation, and white noise for images. A curve is the mean over minibatches; colour and
// marker tell the net, and its line the shortcut.
func DrawRanks(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	var settings []string
	nets := make(map[string][]Series)
	for _, s := range r.Series {
		title := settingTitle(s)
		if nets[title] == nil {
			settings = append(settings, title)
		}
		nets[title] = append(nets[title], s)
	}
	looks := newRankLooks(r.Series)
	g := &plots.Grid{Aspect: 0.95, PadX: 8, PadY: 10}
	for row, q := range []struct {
		label string
		curve func(Series) *stats.Curve
	}{
		{"relative effective rank", func(s Series) *stats.Curve { return s.Rank }},
		{"covariance explained", func(s Series) *stats.Curve { return s.Covariance }},
	} {
		var panels []*plots.Panel
		for _, title := range settings {
			p := rankPanel(q.label, nets[title], looks, q.curve)
			if row == 0 {
				p.Title, p.X.Label = title, ""
			}
			panels = append(panels, p)
		}
		if len(panels) > 0 {
			g.Row(panels...)
		}
	}
	g.ShareRows()
	g.Legend(g.Keys()...)
	g.Legend(append(looks.shortcutKeys(), plots.BandKeys("10 % to 90 % of the minibatches")...)...)
	return g.Figure("figure-5-rank",
		"Figure 5 in numbers: relative effective rank of the gradients of convolutional nets, and share of "+
			"their covariance that clusters explain, against the depth in convolutions.")
}

// settingTitle names a setting by what differs from the paper's.
func settingTitle(s Series) string {
	var differs []string
	if s.Images == rank.WhiteNoiseName {
		differs = append(differs, "white noise for images")
	}
	if s.Norm != norms.Batch.Name {
		differs = append(differs, norms.Named(s.Norm).InTitle())
	}
	if s.Statistics == norms.Coupled && s.Norm != norms.None.Name {
		differs = append(differs, "coupled statistics")
	}
	if len(differs) > 0 {
		return strings.Join(differs, ", ")
	}
	return fmt.Sprintf("(c) %s, %s", norms.Batch.InTitle(), s.Images)
}

// rankPanel draws a quantity of the nets of a setting.
func rankPanel(label string, nets []Series, looks rankLooks,
	curve func(Series) *stats.Curve) *plots.Panel {
	p := plots.NewPanel("depth (convolutions)", label)
	for _, s := range nets {
		p.Curve(style.Curve(netName(s), plots.Floats(s.Depths), curve(s), looks.style(s)))
	}
	depths := plots.Floats(nets[len(nets)-1].Depths)
	p.X.At(depths)
	p.X.Log, p.Y.Room = true, 0
	if len(depths) > 0 {
		p.X.Range(depths[0]/1.15, depths[len(depths)-1]*1.15)
	}
	p.Y.Hold(0)
	low, high := p.Y.Ends()
	if room := 0.04 * (high - low); low < 0 {
		p.Y.Range(low-room, high+room)
	} else {
		p.Y.Range(low, high+room)
	}
	return p
}

// rankLooks are the styles of the nets, the same in all panels: colour and marker tell nets apart, and the
// line tells the shortcut.
type rankLooks struct {
	nets, shortcuts []string
	styles          []plots.Style
}

// newRankLooks returns the styles for the nets that occur.
func newRankLooks(series []Series) rankLooks {
	var looks rankLooks
	for _, s := range series {
		if name := netName(s); !slices.Contains(looks.nets, name) {
			looks.nets = append(looks.nets, name)
		}
		if s.Shortcut != "" && !slices.Contains(looks.shortcuts, s.Shortcut) {
			looks.shortcuts = append(looks.shortcuts, s.Shortcut)
		}
	}
	looks.styles = plots.OrderedStyles(len(looks.nets))
	return looks
}

// netName names a net less its shortcut.
func netName(s Series) string {
	s.Shortcut = ""
	return s.Name().Short()
}

// style returns the style of a net.
func (l rankLooks) style(s Series) plots.Style {
	look := l.styles[slices.Index(l.nets, netName(s))]
	look.Dashes = l.dashes(s.Shortcut)
	return look
}

// dashes returns the line of a shortcut: whole for the first, and dashes for others, the later the shorter.
func (l rankLooks) dashes(shortcut string) []float64 {
	if i := slices.Index(l.shortcuts, shortcut); i > 0 {
		return []float64{4 / float64(i), 2.5}
	}
	return nil
}

// shortcutKeys returns the legend of the shortcuts, where there are several.
func (l rankLooks) shortcutKeys() []plots.Key {
	var keys []plots.Key
	for _, shortcut := range l.shortcuts {
		look := plots.Style{Color: plots.Ink, Marker: plots.NoMarker, Dashes: l.dashes(shortcut)}
		keys = append(keys, plots.LineKey("shortcut: "+ShortcutTitle(shortcut), look))
	}
	if len(keys) < 2 {
		return nil
	}
	return keys
}
