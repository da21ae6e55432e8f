package atlastraining

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Ends of axes, at which nets beyond them stand.
const (
	highestLoss    = 100  // which no net has that has learnt anything
	leastExplosion = 0.05 // in powers of two
)

// Draw draws the loss at the end of the training against (a) the correlation length and (b) the explosion at
// initialisation, a point for each net: its colour is that of its kind, its marker that of its depth. The
// titles have Spearman's rank correlation, and that given the other of both, with their intervals.
//
// A loss above 100, or one that is not finite, stands at 100, and a gradient that is the same at all inputs,
// or on images one that never loses half of its correlation, at the longest correlation that there could be.
func Draw(r *Result) (*plots.Figure, error) {
	r = cmp.Or(r, new(Result))
	if len(r.Series) == 0 {
		return nil, fmt.Errorf("there are no nets to draw: compute the result with atlastraining.Run")
	}
	a, unit, longest := r.Analysis, "grid steps", float64(atlas.FarLag(r.Config.Points))
	if r.Config.Images != nil {
		unit, longest = "distances of two images", 1
	}
	loss := fmt.Sprintf("training loss after %d steps", r.Config.Steps)
	length := plots.NewPanel(fmt.Sprintf("correlation length at initialisation (%s)", unit), loss)
	length.Title = title(a.Length, "explosion", a.LengthGiven)
	explosion := plots.NewPanel("explosion at initialisation, |log₂ E g²|", loss)
	explosion.Title = title(a.Explosion, "length", a.ExplosionGiven)
	groups := r.groups()
	for i, group := range groups {
		for k, depth := range r.Config.Depths {
			look := plots.Style{Color: plots.CategoryStyle(i).Color, Marker: marker(k)}
			byLength, byExplosion := plots.Series{Style: look}, plots.Series{Style: look}
			for _, s := range r.Series {
				p, is := s.point()
				if !is || s.Group != group || s.Depth != depth {
					continue
				}
				y := min(p.loss, highestLoss)
				byLength.X, byLength.Y = append(byLength.X, min(p.length, longest)), append(byLength.Y, y)
				byExplosion.X = append(byExplosion.X, max(p.explosion, leastExplosion))
				byExplosion.Y = append(byExplosion.Y, y)
			}
			if len(byLength.X) > 0 {
				length.Points(byLength)
				explosion.Points(byExplosion)
			}
		}
	}
	for _, p := range []*plots.Panel{length, explosion} {
		p.X.Log, p.Y.Log, p.X.Room, p.Y.Room = true, true, 0.04, 0.04
	}
	g := &plots.Grid{Aspect: 0.85, PadX: 16, Lettered: true}
	g.Row(length, explosion)
	g.ShareRows()
	r.legend(g, groups)
	return g.Figure(r.name(), fmt.Sprintf("Training losses of %d nets after %d steps of training, against "+
		"the correlation length of their gradients at initialisation and against how far the logarithm of "+
		"the mean square of these is from 0.", a.Nets, r.Config.Steps))
}

// title is that of a panel: the rank correlation, and that given the other cause.
func title(e stats.Estimate, other string, given stats.Estimate) string {
	return fmt.Sprintf("ρ = %s; given %s %s", interval(e), other, interval(given))
}

// interval writes a correlation with its interval, two decimals each.
func interval(e stats.Estimate) string {
	return plots.Minus(fmt.Sprintf("%.2f [%.2f, %.2f]", e.Value, e.Low, e.High))
}

// groups returns the kinds of nets, in the order of the rows.
func (r *Result) groups() []string {
	var groups []string
	for _, s := range r.Series {
		if !slices.Contains(groups, s.Group) {
			groups = append(groups, s.Group)
		}
	}
	return groups
}

// marker is that of the k-th depth.
func marker(k int) plots.Marker { return plots.Circle + plots.Marker(k%6) }

// legend explains colours and markers.
func (r *Result) legend(g *plots.Grid, groups []string) {
	const perLine = 3
	var keys []plots.Key
	for i, group := range groups {
		keys = append(keys, plots.PointKey(group, plots.Style{Color: plots.CategoryStyle(i).Color,
			Marker: plots.Circle, Size: 3}))
	}
	for line := range slices.Chunk(keys, perLine) {
		g.Legend(line...)
	}
	keys = nil
	for k, depth := range r.Config.Depths {
		keys = append(keys, plots.PointKey(style.DepthTitle(depth),
			plots.Style{Color: plots.Ink, Marker: marker(k), Size: 3}))
	}
	g.Legend(keys...)
	note := "at the right of (a): gradients that are the same at all inputs"
	if r.Config.Images != nil {
		note = "at the right of (a): gradients that keep more than half of their correlation on the whole way"
	}
	if slices.ContainsFunc(r.Series, Series.worst) {
		note += fmt.Sprintf("; at the top: losses above %d, or not finite", highestLoss)
	}
	g.Legend(plots.Note(note))
}

// worst says whether the net's loss is beyond the end of the axis.
func (s Series) worst() bool {
	p, is := s.point()
	return is && !(p.loss <= highestLoss) && !math.IsNaN(p.loss)
}
