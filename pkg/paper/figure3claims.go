package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Shares of independent coin flips, which the theorems assume, and the bounds of the claims about Figure 3, set from the paper's
// text.
const (
	// HalfActive and QuarterCoactive: a unit is active at half of the inputs and at a quarter of the pairs.
	HalfActive      = 0.5
	QuarterCoactive = 0.25

	// near: "near 1/2" and "near 1/4" mean within a tenth of these numbers.
	near = 0.1

	// towardsHalf: a coactivation that climbs "towards 1/2" ends nearer to 1/2 than to 1/4.
	towardsHalf = 0.375
)

// Seed returns the seed that determined every random number.
func (r *Figure3Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-3.json holds, less the provenance.
func (r *Figure3Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "figure-3",
		Title:  "Figure 3, activations and coactivations against depth",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}, nil
}

// Claims decides what the paper says about Figure 3, and what its Theorem 3 assumes of residual nets with batch normalisation.
func (r *Figure3Result) Claims() []claims.Claim {
	all := []claims.Claim{}
	for _, s := range r.Series {
		normalized := s.Norm == norms.Batch.Name
		source := "Figure 3"
		if s.Net != "feedforward" {
			if !normalized {
				continue // the paper says nothing of these
			}
			source = "Theorem 3"
		}
		all = append(all, s.nearClaim(source, "active", "Units are active for about half of the inputs, in all layers",
			"share of active inputs", s.Active, 1, HalfActive))
		if normalized {
			all = append(all, s.nearClaim(source, "coactive", "With batch normalisation units are co-active for about a quarter of the pairs",
				"share of co-active pairs", s.Coactive, 2, QuarterCoactive))
		} else {
			all = append(all, s.climbClaims(source)...)
		}
	}
	return all
}

// nearClaim claims that a share stays near a number from a layer on. The quantity is the distance that its interval reaches
// farthest.
func (s ActivationSeries) nearClaim(source, id, statement, quantity string, shares *stats.Curve, from int, target float64) claims.Claim {
	return claims.Claim{
		ID: fmt.Sprintf("%s.%s", s.id(), id), Source: source, Statement: statement,
		Quantity: fmt.Sprintf("%s: largest distance of a layer's %s from %g, layers %d–%d", s.name(), quantity, target, from, s.Depth),
	}.Below(shares.Farthest(from-1, target), near*target)
}

// climbClaims claims that coactivation climbs with depth, towards 1/2.
func (s ActivationSeries) climbClaims(source string) []claims.Claim {
	statement := "Without batch normalisation coactivations climb with depth"
	return []claims.Claim{
		claims.Claim{
			ID: s.id() + ".climb", Source: source, Statement: statement,
			Quantity: fmt.Sprintf("%s: share of co-active pairs, layer %d less layer 2", s.name(), s.Depth),
		}.Above(s.Climb, 0),
		claims.Claim{
			ID: s.id() + ".towards-half", Source: source, Statement: statement + " towards 1/2: nearer to it than to 1/4 at the end",
			Quantity: fmt.Sprintf("%s: share of co-active pairs in layer %d", s.name(), s.Depth),
		}.Above(s.Coactive.At(s.Depth-1), towardsHalf),
	}
}

// name names the variant in a claim's quantity.
func (v Variant) name() string { return v.Name().Text() }
