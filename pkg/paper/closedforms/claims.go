package closedforms

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// tenth is what the paper's theorems are held to, and why it is.
const (
	tenth    = 0.1
	tenthWhy = "as the theorems are held to: within a tenth"
)

// The bounds of the claims, set before anything was measured.
var (
	power = claims.Bound{
		ID: "power", Source: "Theory, in place of Theorems 1 and 2",
		Statement: "Without normalisation R falls like L⁻³ and not exponentially",
		Value:     tenth, Why: tenthWhy,
	}
	form = claims.Bound{
		ID: "form", Source: power.Source,
		Statement: "Without normalisation R is the mean of (1 + pLθ₀/3π)⁻³ over pairs of inputs, at every " +
			"depth",
		Value: 0.31, Why: "what the next order of the angle makes of log R at an angle of 1",
	}
	highway = claims.Bound{
		ID: "limit", Source: "Theory, in place of Corollary 1",
		Statement: "R of highway nets with γ₂² = 1/L tends to the mean of (1 + θ₀/3π)⁻³ over pairs of inputs",
		Value:     0.01, Why: "tends to: within a hundredth, as the formula itself is right to 0.4 %",
	}
	above = claims.Bound{
		ID: "above", Source: highway.Source,
		Statement: "R of highway nets stays well above the 1/√e of Corollary 1",
		Value:     tenth, Why: "well above: by more than a tenth",
	}
	halves = claims.Bound{
		ID: "halves", Source: "Theory, as Theorem 1",
		Statement: "With batch normalisation R of deep feedforward nets halves with each layer",
		Value:     tenth, Why: tenthWhy,
	}
	grows = claims.Bound{
		ID: "grows", Source: "Theory, in place of Theorem 1",
		Statement: "With batch normalisation C(i,i) of deep feedforward nets grows by π/(π−1) a layer, " +
			"where Theorem 1 says 1",
		Value: tenth, Why: tenthWhy,
	}
	residualR = claims.Bound{
		ID: "exponent", Source: "Theory, in place of Theorem 3",
		Statement: "With batch normalisation R of resnets tends to fall like L^−0.733, where Theorem 3 " +
			"says L^−0.5",
		Value: tenth, Why: tenthWhy,
	}
	residualC = claims.Bound{
		ID: "variance", Source: "Theory, in place of Theorem 3",
		Statement: "With batch normalisation C(i,i) of resnets tends to grow like L^1.467, where Theorem 3 " +
			"says L",
		Value: tenth, Why: tenthWhy,
	}
	realNets = claims.Bound{
		ID: "real", Source: law.Source, Statement: "R of real nets falls as the theory says",
		Value: tenth, Why: tenthWhy,
	}
	realVariance = claims.Bound{
		ID: "real-variance", Source: law.Source, Statement: "C(i,i) of real nets grows as the theory says",
		Value: tenth, Why: tenthWhy + " of the exponent, or of a doubling a layer",
	}
)

// correlationOf and varianceOf choose R and C.
func correlationOf(l meanfield.Layer) float64 { return l.Correlation }
func varianceOf(l meanfield.Layer) float64    { return l.Variance }

// Claims decides the closed forms: first the formula against the recursion, then real nets against that.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, s := range r.cases {
		switch {
		case s.ofHighway():
			all = append(all, s.highwayClaims(r.Config.Width)...)
			continue
		case s.perLayer():
			all = append(all, s.perLayerClaims()...)
		case s.normalised():
			all = append(all, s.exponentClaims()...)
		default:
			all = append(all, s.powerClaims()...)
		}
		all = append(all, s.realClaims(r.Config.Width)...)
	}
	return all
}

// claim starts a claim about the case.
func (s solved) claim(bound claims.Bound, quantity string) claims.Claim {
	net := law.NetOf(s.Net)
	return bound.Claim(Name, net.ID(), "", net.Name().Title()+": "+quantity)
}

// near decides that a number without sampling error is near another one.
func near(c claims.Claim, value, expected, bound float64) claims.Claim {
	return c.Below(stats.Exact(value/expected).Distance(1), bound)
}

func (s solved) powerClaims() []claims.Claim {
	worst := 0.0
	for _, depth := range spread(s.Depth) {
		worst = max(worst, math.Abs(math.Log((*s.theory)[depth].Correlation/s.closedForm(depth))))
	}
	return []claims.Claim{
		near(s.claim(power, fmt.Sprintf("exponent of R from %d to %d layers, relative distance "+
			"from −3", s.Depth/2, s.Depth)),
			s.exponent(s.Depth, correlationOf), -3, power.Value),
		s.claim(form, fmt.Sprintf("largest distance of log R from the formula's up to %d layers", s.Depth)).
			Below(stats.Exact(worst), form.Value),
	}
}

func (s solved) highwayClaims(width int) []claims.Claim {
	limit := s.closedForm(s.Depth)
	measured := s.measured.R[len(s.measured.R)-1]
	return []claims.Claim{
		near(s.claim(highway, fmt.Sprintf("R at %d layers, relative distance from %.4f", s.Depth, limit)),
			(*s.theory)[s.Depth].Correlation, limit, highway.Value),
		s.claim(above, fmt.Sprintf("R at %d layers over 1/√e, width %d", measured.Depth, width)).
			Above(measured.Estimate.Over(theory.HighwayLimit()), 1+above.Value),
		s.claim(realNets, fmt.Sprintf("R at %d layers, width %d, relative distance from the "+
			"theory's", measured.Depth, width)).
			Below(measured.Estimate.Over((*s.beside)[measured.Depth].Correlation).Distance(1),
				realNets.Value),
	}
}

func (s solved) perLayerClaims() []claims.Claim {
	layers := fmt.Sprintf("from %d to %d layers", s.Depth/2, s.Depth)
	return []claims.Claim{
		near(
			s.claim(halves, "rate of log R a layer "+layers+", relative distance from ln 1/2"),
			s.rate(correlationOf),
			-math.Ln2,
			halves.Value,
		),
		near(
			s.claim(grows, "rate of log C(i,i) a layer "+layers+", relative distance from ln π/(π−1)"),
			s.rate(varianceOf),
			math.Log(growth),
			grows.Value,
		),
	}
}

func (s solved) exponentClaims() []claims.Claim {
	layers := fmt.Sprintf("of the last four doublings up to %d layers, extrapolated", s.Depth)
	return []claims.Claim{
		near(
			s.claim(residualR, "exponents of R "+layers+", relative distance from −π/2(π−1)"),
			s.limit(correlationOf),
			-growth/2,
			residualR.Value,
		),
		near(
			s.claim(residualC, "exponents of C(i,i) "+layers+", relative distance from π/(π−1)"),
			s.limit(varianceOf),
			growth,
			residualC.Value,
		),
	}
}

// realClaims holds real nets to the theory at the same depths, with the same weights.
func (s solved) realClaims(width int) []claims.Claim {
	slope := "exponent"
	if s.perLayer() {
		slope = "rate a layer"
	}
	where := fmt.Sprintf("from %d to %d layers, width %d", s.measured.First, s.measured.Last, width)
	all := []claims.Claim{
		s.claim(realNets, fmt.Sprintf("%s of R %s, relative distance from the theory's", slope, where)).
			Below(s.measured.RSlope.Over(s.slopeBeside(s.measured.R, correlationOf)).Distance(1),
				realNets.Value),
	}
	if !s.normalised() {
		return all
	}
	unit, expected := 1.0, s.slopeBeside(s.measured.C, varianceOf)
	if s.perLayer() {
		unit = math.Ln2
	}
	return append(all, s.claim(realVariance, fmt.Sprintf("%s of C(i,i) %s, distance from the "+
		"theory's", slope, where)).
		Below(s.measured.CSlope.Over(unit).Distance(expected/unit), realVariance.Value))
}
