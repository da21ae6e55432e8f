package coupled

import (
	"fmt"

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
		Value:     0, Why: "nearer: its mean square distance at lags 1–15 is smaller",
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
		quantity := title + ": mean square distance at lags 1–15 of the theory of frozen statistics, less " +
			"that of the guess"
		all = append(all, nearer.Claim(Name, name, "", quantity).
			Above(stats.MeanOf(measured.Autocorrelations, func(acf []float64) float64 {
				return farther(frozen.Theory, s.Theory, acf)
			}), nearer.Value))
	}
	return all
}

// farther returns by how much the mean square distance of an autocorrelation from one theory is above that
// from another, from lag 1 on. The squares of the autocorrelation cancel: the mean over draws is the number
// of the mean autocorrelation.
func farther(theory, other, acf []float64) float64 {
	sum := 0.0
	for k := 1; k < len(acf); k++ {
		sum += (theory[k] - other[k]) * (theory[k] + other[k] - 2*acf[k])
	}
	return sum / float64(len(acf)-1)
}
