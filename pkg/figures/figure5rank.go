package figures

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/plot"
)

// rankQuantity is what a row of the figure shows.
type rankQuantity struct {
	label string
	curve func(paper.RankSeries) *stats.Curve
}

// Figure5Rank draws panel (c) of Figure 5 and what lies beyond the paper: the relative effective rank of the gradients against depth, and
// below it the share of their covariance between images that the clusters of the shallowest net explain beyond chance. A column is a setting: the
// paper's, gradients through the batch statistics, no normalisation, and white noise for images. A curve is the mean over minibatches.
func Figure5Rank(r *paper.Figure5Result) (*Figure, error) {
	if r == nil || len(r.Series) == 0 {
		return nil, fmt.Errorf("there are no curves of Figure 5 to draw: compute them with paper.Figure5")
	}
	settings := rankSettings(r.Series)
	colors, err := orderedColors(len(settings[0].series))
	if err != nil {
		return nil, err
	}
	g := &grid{aspect: 0.95, padX: 8, padY: 10}
	for row, q := range []rankQuantity{
		{"relative effective rank", func(s paper.RankSeries) *stats.Curve { return s.Rank }},
		{"covariance explained", func(s paper.RankSeries) *stats.Curve { return s.Covariance }},
	} {
		low, high, err := rankRange(r.Series, q)
		if err != nil {
			return nil, err
		}
		var panels []*plot.Plot
		for i, setting := range settings {
			p, err := rankPanel(setting, q, colors, low, high)
			if err != nil {
				return nil, err
			}
			if i > 0 {
				p.Y.Label.Text, p.Y.Tick.Marker = "", unlabelled{p.Y.Tick.Marker}
			}
			if row == 0 {
				p.X.Label.Text = ""
				g.columnTitles = append(g.columnTitles, setting.title)
			}
			panels = append(panels, p)
		}
		g.panels = append(g.panels, panels)
	}
	if g.legend, err = rankLegend(settings[0].series, colors); err != nil {
		return nil, err
	}
	return newFigure("figure-5-rank", "Figure 5 in numbers: relative effective rank of the gradients of convolutional nets, and share of their covariance that clusters explain, against the depth in convolutions.", g), nil
}

// rankSetting is a column: the nets of one setting.
type rankSetting struct {
	title  string
	series []paper.RankSeries
}

// rankSettings groups series by what they have in common.
func rankSettings(series []paper.RankSeries) []rankSetting {
	var settings []rankSetting
	for _, s := range series {
		title := settingTitle(s)
		i := slices.IndexFunc(settings, func(known rankSetting) bool { return known.title == title })
		if i < 0 {
			i = len(settings)
			settings = append(settings, rankSetting{title: title})
		}
		settings[i].series = append(settings[i].series, s)
	}
	return settings
}

// settingTitle names a setting by what differs from the paper's.
func settingTitle(s paper.RankSeries) string {
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

// rankRange returns the range of a quantity over all settings, checked.
func rankRange(series []paper.RankSeries, q rankQuantity) (low, high float64, err error) {
	for _, s := range series {
		what := fmt.Sprintf("%s of the %s (%s)", q.label, s.Name().Short(), settingTitle(s))
		c := q.curve(s)
		if n := len(s.Depths); c == nil || n < 2 || len(c.Mean) != n || len(c.StdErr) != n || len(c.Lower) != n || len(c.Upper) != n {
			return 0, 0, fmt.Errorf("the %s does not have equally many depths, means and quantiles, at least 2: compute it with paper.Figure5", what)
		}
		for _, values := range [][]float64{c.Mean, c.StdErr, c.Lower, c.Upper} {
			if err := finite("the "+what, values...); err != nil {
				return 0, 0, err
			}
		}
		low, high = min(low, slices.Min(c.Lower)), max(high, slices.Max(c.Upper))
	}
	room := 0.04 * (high - low)
	if low < 0 {
		low -= room
	}
	return low, high + room, nil
}

// rankPanel draws a quantity of the nets of a setting.
func rankPanel(setting rankSetting, q rankQuantity, colors []color.Color, low, high float64) (*plot.Plot, error) {
	p := newPanel("depth (convolutions)", q.label)
	var curves []curve
	var ticks []float64
	for i, s := range setting.series {
		values := q.curve(s)
		c := curve{
			curveStyle: curveStyle{colors[min(i, len(colors)-1)], glyphs[i%len(glyphs)]},
			mean:       values.Mean, stdErr: values.StdErr, lower: values.Lower, upper: values.Upper,
		}
		for _, depth := range s.Depths {
			c.x = append(c.x, float64(depth))
		}
		ticks = c.x
		curves = append(curves, c)
	}
	if err := addCurves(p, nil, curves); err != nil {
		return nil, err
	}
	setLog(&p.X, ticks[0]/1.15, ticks[len(ticks)-1]*1.15)
	p.X.Tick.Marker = plot.ConstantTicks(labelledTicks(ticks))
	p.Y.Min, p.Y.Max = low, high
	return p, nil
}

// rankLegend names the nets in one line and the bands in another.
func rankLegend(series []paper.RankSeries, colors []color.Color) ([][]legendEntry, error) {
	lines := make([][]legendEntry, 2)
	for i, s := range series {
		entry, err := curveEntry(s.Name().Short(), curveStyle{colors[i], glyphs[i%len(glyphs)]})
		if err != nil {
			return nil, err
		}
		lines[0] = append(lines[0], entry)
	}
	lines[1] = bandEntries()
	lines[1][1].label = "10 % to 90 % of the minibatches"
	return lines, nil
}
