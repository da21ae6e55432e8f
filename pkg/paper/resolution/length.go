package resolution

import (
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// half is the correlation that is left at the correlation length.
const half = 0.5

// lengthOf returns the distance over which a correlation at lags 0 and up falls to a half, on a straight line
// between two lags; 0 where neighbours are less correlated already, or where it stays above up to the last
// lag.
func lengthOf(correlation []float64, step float64) float64 {
	for k := 1; k < len(correlation); k++ {
		if correlation[k] >= half {
			continue
		}
		if k == 1 {
			return 0
		}
		return step * (float64(k-1) + (correlation[k-1]-half)/(correlation[k-1]-correlation[k]))
	}
	return 0
}

// measure returns what the gradients say, as meanfield's Correlation does of the theory: the pairs of
// inputs of all draws are pooled. The intervals are those of the jackknife over draws.
func measure(r *gradients.Result, depth int) neighbours {
	m, step := len(r.X), r.X[1]-r.X[0]
	lags := m / 2
	pooled := make(
		[][]float64,
		len(r.Gradients),
	) // of each draw the products at all lags, and then what divides them
	for d, g := range r.Gradients {
		rows := make([]float64, 2*(lags+1))
		for k := range lags + 1 {
			for i := range m - k {
				rows[k] += g[i] * g[i+k]
				rows[lags+1+k] += (g[i]*g[i] + g[i+k]*g[i+k]) / 2
			}
		}
		pooled[d] = rows
	}
	correlation := func(mean []float64) []float64 {
		c := make([]float64, lags+1)
		for k := range c {
			c[k] = mean[k] / mean[lags+1+k]
		}
		return c
	}
	estimates := stats.Jackknife(pooled, func(mean []float64) []float64 {
		c := correlation(mean)
		return []float64{c[1], lengthOf(c, step)}
	})
	n := neighbours{Depth: depth, Correlation: estimates[0]}
	// A length that is lost in some of the jackknife's samples has no interval worth the name.
	if length := estimates[1]; length.Low > 0 {
		n.Length = &length
	}
	return n
}

// addCurves appends correlation and length against the depth.
func (r *Result) addCurves(f Family, grids []grid) {
	for _, g := range grids {
		for _, quantity := range []string{Correlation, Length} {
			theory := law.Series{Net: law.NetOf(f.Net), Inputs: g.inputs, Quantity: quantity,
				Against: "depth"}
			measured := theory
			measured.Width = r.Config.Width
			if g.theory != nil {
				for _, n := range *g.theory {
					if value, known := n.of(quantity); known {
						theory.X, theory.Theory = append(theory.X, float64(n.Depth)),
							append(theory.Theory, value.Value)
					}
				}
			}
			for _, n := range g.measured {
				if value, known := n.of(quantity); known {
					measured.X, measured.Measured = append(measured.X, float64(n.Depth)),
						append(measured.Measured, value)
				}
			}
			for _, s := range []law.Series{theory, measured} {
				if len(s.X) > 0 {
					r.Series = append(r.Series, s)
				}
			}
		}
	}
}

// of returns the quantity, and whether the grid shows it.
func (n neighbours) of(quantity string) (stats.Estimate, bool) {
	if quantity == Correlation {
		return n.Correlation, true
	}
	if n.Length == nil {
		return stats.None(), false
	}
	return *n.Length, true
}

// addWhite appends the depth at which grids look white against the number of inputs, as far as the family
// comes there.
func (r *Result) addWhite(f Family, grids []grid) {
	theory := law.Series{Net: law.NetOf(f.Net), Quantity: White, Against: "inputs"}
	measured := theory
	measured.Width = r.Config.Width
	for _, g := range grids {
		if g.theory != nil {
			if depth, found := whiteDepth(*g.theory, value); found {
				theory.X, theory.Theory = append(theory.X, float64(g.inputs)), append(theory.Theory, depth)
			}
		}
		var points []neighbours
		for _, n := range g.measured {
			points = append(points, *n)
		}
		if depth, found := whiteEstimate(points, r.Config.draws(g.inputs)); found {
			measured.X, measured.Measured = append(measured.X, float64(g.inputs)),
				append(measured.Measured, depth)
		}
	}
	for _, s := range []law.Series{theory, measured} {
		if len(s.X) > 0 {
			r.Series = append(r.Series, s)
		}
	}
}

// value chooses the correlation's value.
func value(n neighbours) float64 { return n.Correlation.Value }

// whiteDepth returns the depth at which a bound of the correlation of neighbours falls below that of what
// looks white, on a straight line between two depths, where there are such.
func whiteDepth(points []neighbours, of func(neighbours) float64) (depth float64, found bool) {
	for i := 1; i < len(points); i++ {
		before, here := of(points[i-1]), of(points[i])
		if before >= looksWhite && here < looksWhite {
			share := (before - looksWhite) / (before - here)
			return float64(points[i-1].Depth) + share*float64(points[i].Depth-points[i-1].Depth), true
		}
	}
	return 0, false
}

// whiteEstimate is whiteDepth for measured points: its interval goes from where the lower ends fall below
// to where the upper ends do.
func whiteEstimate(points []neighbours, draws int) (stats.Estimate, bool) {
	middle, found := whiteDepth(points, value)
	low, lowFound := whiteDepth(points, func(n neighbours) float64 { return n.Correlation.Low })
	high, highFound := whiteDepth(points, func(n neighbours) float64 { return n.Correlation.High })
	if !found || !lowFound || !highFound {
		return stats.None(), false
	}
	return stats.Estimate{Value: middle, Low: min(low, middle), High: max(high, middle), Draws: draws}, true
}
