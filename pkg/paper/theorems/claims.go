package theorems

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set before the measurements. Those of inBand and tight are about what the theorem
// of a net says, which stands in statements.
var (
	inBand = claims.Bound{
		ID: "in-band", Value: 1,
		Why: "is: at every depth it lies in the band of what was measured, that holds for all values " +
			"together",
	}
	tight = claims.Bound{
		ID: "tight", Value: 0.05, Why: "is: bands wider than that would hide a wrong closed form",
	}
	rate = claims.Bound{
		ID: "rate", Source: "Theorem 3", Statement: "R(i,j) ~ 1/(β√L)", Value: 0.05,
		Why: "√L: an exponent of 1/2 is told from its neighbours among simple fractions, 1/3 and 2/3, with " +
			"room to spare",
	}
	limit = claims.Bound{
		ID: "limit", Source: "Corollary 1", Statement: "R(i,j) tends to 1/√e for γ₂² = 1/L", Value: 0.01,
		Why: "tends: within 0.01 of 1/√e = 0.607 at the largest depth",
	}
)

// statements are the closed forms, by net.
var statements = map[string]claims.Bound{
	theory.FeedforwardNet: {Source: "Theorem 1", Statement: "C(i,i) = 1, C(i,j) = R(i,j) = 1/2^L"},
	theory.ResidualNet: {Source: "Theorem 2",
		Statement: "C(i,i) = 2^L, C(i,j) = (3/2)^L, R(i,j) = (3/4)^L"},
	theory.RescaledNet: {Source: "Theorem 3", Statement: "C(i,i) = β²(L−1) + 1 (and C(i,j) is the product " +
		"over layers that the rate β√L comes from)"},
	theory.HighwayNet: {Source: "Corollary 1", Statement: "C(i,i) = 1, R(i,j) = (γ₁² + γ₂²/2)^L"},
}

// asymptotic: Theorem 3's rates are asymptotic in beta^2 L, and hold where that is large against 1. At 50
// layers that is so for beta = 1, not for 0.3 (4.5) or 0.1 (0.5).
const asymptotic = 10

// Claims decides whether the closed forms hold where the assumptions do: each lies in the simultaneous band
// at every depth, and the band is tight.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, s := range r.Select(theory.Conditioned) {
		all = append(all, r.liesInBand(s), isTight(s))
		switch deepest := s.Depths[len(s.Depths)-1]; {
		case s.Net == theory.RescaledNet && s.Beta*s.Beta*float64(deepest)/2 >= asymptotic &&
			2*s.Depths[0] <= deepest:
			all = append(all, hasRate(s))
		case s.Net == theory.HighwayNet && s.Gamma2 == 0:
			all = append(all, tendsToLimit(s))
		}
	}
	return all
}

// claim starts a claim about the net.
func (s Series) claim(bound claims.Bound, quantity string) claims.Claim {
	net := s.Net
	if s.Net == theory.RescaledNet {
		net = fmt.Sprintf("%s-%g", net, s.Beta)
	} else if s.Gamma2 != 0 {
		net = fmt.Sprintf("%s-%g", net, s.Gamma2)
	}
	if bound.Statement == "" {
		bound.Source, bound.Statement = statements[s.Net].Source, statements[s.Net].Statement
	}
	return bound.Claim(Name, net, "", fmt.Sprintf("%s; %s, gates drawn", quantity, s.Title()))
}

// depthRange says which depths a series has.
func (s Series) depthRange() string {
	return fmt.Sprintf("%d depths from %d to %d", len(s.Depths), s.Depths[0], s.Depths[len(s.Depths)-1])
}

// liesInBand claims that the closed forms lie in the band.
func (r *Result) liesInBand(s Series) claims.Claim {
	outside := max(s.Variance.outside(), s.Covariance.outside(), s.Correlation.outside())
	return s.claim(inBand, fmt.Sprintf("largest distance from the closed form at %s, in half-widths of the "+
		"band that holds for all %d values at 95 %% (Bonferroni)", s.depthRange(), r.Comparisons)).
		Below(stats.Exact(outside), inBand.Value)
}

// isTight claims that the agreement means something.
func isTight(s Series) claims.Claim {
	all := slices.Concat(s.Variance.deviations(), s.Covariance.deviations(), s.Correlation.deviations())
	largest := stats.Largest(all)
	largest.Draws = s.Draws
	return s.claim(tight, fmt.Sprintf("largest relative distance from the closed form at %s, with the "+
		"simultaneous band", s.depthRange())).
		Below(largest, tight.Value)
}

// hasRate claims Theorem 3's exponent, between half the depth, which the series must reach, and the whole.
func hasRate(s Series) claims.Claim {
	deep := len(s.Depths) - 1
	half := deep
	for 2*s.Depths[half] > s.Depths[deep] {
		half--
	}
	span := math.Log(float64(s.Depths[deep]) / float64(s.Depths[half]))
	// The depths of a net share their gates. Whatever that does, the exponent lies between those of opposite
	// ends of the bands, which hold together.
	exponent := func(deep, half float64) float64 { return math.Log(deep/half) / span }
	r := s.Correlation
	between := stats.Estimate{
		Value: exponent(r.Mean[deep], r.Mean[half]), Low: exponent(r.Lower[deep], r.Upper[half]),
		High: exponent(r.Upper[deep], r.Lower[half]), Draws: s.Draws,
	}
	return s.claim(rate, fmt.Sprintf("distance from −1/2 of the exponent of R between %d and %d layers",
		s.Depths[half], s.Depths[deep])).
		Below(between.Distance(-0.5), rate.Value)
}

// tendsToLimit claims Corollary 1's limit at the deepest net.
func tendsToLimit(s Series) claims.Claim {
	deep := len(s.Depths) - 1
	r := s.Correlation.band(deep)
	r.Draws = s.Draws
	return s.claim(limit, fmt.Sprintf("distance of R from 1/√e at %d layers", s.Depths[deep])).
		Below(r.Distance(theory.HighwayLimit()), limit.Value)
}
