package coupled

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set before anything was measured.
var (
	guess = claims.Bound{
		ID: "guess", Source: law.Source,
		Statement: "A guess gives the mean autocorrelation of gradients that go through the batch statistics",
		Value:     law.Near.Value, Why: "as for the theory of frozen statistics: " + law.Near.Why,
	}
	nearer = claims.Bound{
		ID: "nearer", Source: law.Source,
		Statement: "The guess is nearer to coupled statistics than the theory of frozen ones",
		Value:     0, Why: "nearer: its largest distance at lags 1–15 is smaller",
	}
)

// Claims decides whether the guess is right.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for i, measured := range r.measured {
		s, frozen := r.Series[2*i], r.Series[2*i+1]
		name := fmt.Sprintf("%s.depth-%d", s.Net.ID(), s.Depth)
		title := fmt.Sprintf("%d-layer %s", s.Depth, s.Net.Name().Title())
		c := law.Decide(Name, name, title, s.Width, s.Theory, &measured.Curve)
		all = append(all, guess.Claim(Name, name, "", c.Quantity).Below(c.Measured, guess.Value))
		quantity := title + ": largest distance at lags 1–15 of the theory of frozen statistics, less that " +
			"of the guess"
		all = append(all, nearer.Claim(Name, name, "", quantity).
			Above(stats.Jackknife(measured.Autocorrelations, func(mean []float64) []float64 {
				return []float64{off(frozen.Theory, mean) - off(s.Theory, mean)}
			})[0], nearer.Value))
	}
	return all
}

// off returns the largest distance of two autocorrelations from lag 1 on.
func off(theory, measured []float64) float64 {
	worst := 0.0
	for k := 1; k < len(theory); k++ {
		worst = max(worst, math.Abs(theory[k]-measured[k]))
	}
	return worst
}
