package paper

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Bounds of the claims about the theorems, set before the measurements.
const (
	// visiblyTight: bands wider than that would hide a wrong closed form.
	visiblyTight = 0.05

	// rateTolerance: an exponent of 1/2 is told from its neighbours among simple fractions, 1/3 and 2/3, with room to spare.
	rateTolerance = 0.05

	// limitTolerance is on the correlation that Corollary 1 says highway nets tend to; 1/sqrt(e) = 0.607.
	limitTolerance = 0.01

	// asymptotic: Theorem 3's rates are asymptotic in beta^2 L, and hold where that is large against 1. At 50 layers
	// that is so for beta = 1, not for 0.3 (4.5) or 0.1 (0.5).
	asymptotic = 10
)

// Seed returns the seed that determined every random number.
func (r *TheoremsResult) Seed() uint64 { return r.Config.Seed }

// Results returns what results/theorems.json holds, less the provenance.
func (r *TheoremsResult) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "theorems",
		Title:  "Theorems 1 to 3 and Corollary 1, where their assumptions are exact",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}, nil
}

// Claims decides whether the closed forms hold where the assumptions do: each lies in the simultaneous band at every depth, and the
// band is tight.
func (r *TheoremsResult) Claims() []claims.Claim {
	var all []claims.Claim
	for _, s := range r.Select(theory.Conditioned) {
		all = append(all, r.inBand(s), r.tight(s))
		switch deepest := s.Depths[len(s.Depths)-1]; {
		case s.Net == theory.RescaledNet && s.Beta*s.Beta*float64(deepest)/2 >= asymptotic && 2*s.Depths[0] <= deepest:
			all = append(all, rate(s))
		case s.Net == theory.HighwayNet && s.Gamma2 == 0:
			all = append(all, limit(s))
		}
	}
	return all
}

// closedForms are the statements, by net.
var closedForms = map[string]string{
	theory.FeedforwardNet: "C(i,i) = 1, C(i,j) = R(i,j) = 1/2^L",
	theory.ResidualNet:    "C(i,i) = 2^L, C(i,j) = (3/2)^L, R(i,j) = (3/4)^L",
	theory.RescaledNet:    "C(i,i) = β²(L−1) + 1 (and C(i,j) is the product over layers that the rate β√L comes from)",
	theory.HighwayNet:     "C(i,i) = 1, R(i,j) = (γ₁² + γ₂²/2)^L",
}

// theoremClaim starts a claim about a net.
func theoremClaim(s TheoremSeries, id, statement, quantity string) claims.Claim {
	net := s.Net
	if s.Net == theory.RescaledNet {
		net = fmt.Sprintf("%s-%g", net, s.Beta)
	} else if s.Gamma2 != 0 {
		net = fmt.Sprintf("%s-%g", net, s.Gamma2)
	}
	return claims.Claim{
		ID: fmt.Sprintf("theorems.%s.%s", net, id), Source: s.Theorem, Statement: statement,
		Quantity: fmt.Sprintf("%s; %s, gates drawn", quantity, s.Title()),
	}
}

// depthRange says which depths a series has.
func (s TheoremSeries) depthRange() string {
	return fmt.Sprintf("%d depths from %d to %d", len(s.Depths), s.Depths[0], s.Depths[len(s.Depths)-1])
}

// inBand claims that the closed forms lie in the band.
func (r *TheoremsResult) inBand(s TheoremSeries) claims.Claim {
	outside := max(s.Variance.outside(), s.Covariance.outside(), s.Correlation.outside())
	return theoremClaim(s, "in-band", closedForms[s.Net],
		fmt.Sprintf("largest distance from the closed form at %s, in half-widths of the band that holds for all %d values at 95 %% (Bonferroni)", s.depthRange(), r.Comparisons)).
		Below(stats.Exact(outside), 1)
}

// tight claims that the agreement means something.
func (r *TheoremsResult) tight(s TheoremSeries) claims.Claim {
	all := slices.Concat(s.Variance.deviations(), s.Covariance.deviations(), s.Correlation.deviations())
	largest := stats.Largest(all)
	largest.Draws = s.Draws
	return theoremClaim(s, "tight", closedForms[s.Net],
		fmt.Sprintf("largest relative distance from the closed form at %s, with the simultaneous band", s.depthRange())).
		Below(largest, visiblyTight)
}

// rate claims Theorem 3's exponent, between half the depth, which the series must reach, and the whole.
func rate(s TheoremSeries) claims.Claim {
	deep := len(s.Depths) - 1
	half := deep
	for 2*s.Depths[half] > s.Depths[deep] {
		half--
	}
	span := math.Log(float64(s.Depths[deep]) / float64(s.Depths[half]))
	// The depths of a net share their gates. Whatever that does, the exponent lies between those of opposite ends of the bands, which hold
	// together.
	exponent := func(deep, half float64) float64 { return math.Log(deep/half) / span }
	r := s.Correlation
	between := stats.Estimate{
		Value: exponent(r.Mean[deep], r.Mean[half]), Low: exponent(r.Lower[deep], r.Upper[half]), High: exponent(r.Upper[deep], r.Lower[half]), Draws: s.Draws,
	}
	return theoremClaim(s, "rate", "R(i,j) ~ 1/(β√L)",
		fmt.Sprintf("distance from −1/2 of the exponent of R between %d and %d layers", s.Depths[half], s.Depths[deep])).
		Below(between.Distance(-0.5), rateTolerance)
}

// limit claims Corollary 1's limit at the deepest net.
func limit(s TheoremSeries) claims.Claim {
	deep := len(s.Depths) - 1
	r := s.Correlation.band(deep)
	r.Draws = s.Draws
	return theoremClaim(s, "limit", "R(i,j) tends to 1/√e for γ₂² = 1/L",
		fmt.Sprintf("distance of R from 1/√e at %d layers", s.Depths[deep])).
		Below(r.Distance(theory.HighwayLimit()), limitTolerance)
}
