package realnets

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// near: as the theorem says is within a tenth of its rate, exponent or limit.
const near = 0.1

// The bounds of the claims, by theorem, set before the measurements: falls is about the correlation, and
// grows about the variance, where the theorem has a simple law for it.
var (
	falls = map[string]claims.Bound{
		"Theorem 1": {
			ID: "correlation", Statement: "The correlation of feedforward nets halves with each layer",
			Value: near, Why: "halves: the rate of log R is within a tenth of log 1/2",
		},
		"Theorem 2": {
			ID: "correlation", Statement: "The correlation of resnets (β = 1) falls by 3/4 a layer",
			Value: near, Why: "by 3/4: the rate of log R is within a tenth of log 3/4",
		},
		"Theorem 3": {
			ID: "correlation", Statement: "The correlation of β-rescaled resnets with batch normalisation " +
				"falls " +
				"with the theorem's power of L, which tends to −1/2",
			Value: near, Why: "with the theorem's power: the exponent is within a tenth of its own at " +
				"these " +
				"depths",
		},
		"Corollary 1": {
			ID: "correlation", Statement: "The correlation of modified highway nets stays near 1/√e, " +
				"however deep",
			Value: near, Why: "near: within a tenth of 1/√e at the largest depth",
		},
	}
	grows = map[string]claims.Bound{
		"Theorem 1": {
			ID: "variance", Statement: "C(i,i) stays 1 in feedforward nets",
			Value: near, Why: "stays: it grows or falls by less than a tenth of a doubling a layer",
		},
		"Theorem 2": {
			ID: "variance", Statement: "C(i,i) doubles with each layer of a resnet (β = 1)",
			Value: near, Why: "doubles: to a tenth of a doubling a layer",
		},
	}
)

// wide is about infinitely wide nets, whose theory is not the paper's.
var wide = claims.Bound{
	ID: "wide", Source: law.Source, Statement: "R of real nets is that of infinitely wide ones",
	Value: 1, Why: "is that: the theory's number lies within the measured 95 % interval",
}

// Claims decides what the theorems predict of real nets, for each family of nets once, at the largest width:
// the others are in the series. Real nets meet the theorems' assumptions more or less, so these claims may
// fail.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, family := range r.Families() {
		widest := slices.MaxFunc(family, func(a, b Series) int { return cmp.Compare(a.Width, b.Width) })
		all = append(all, widest.fallsAsPredicted())
		if _, has := grows[widest.Theorem]; has {
			all = append(all, widest.growsAsPredicted())
		}
		if widest.Wide != nil {
			all = append(all, widest.isWide())
		}
	}
	return all
}

// isWide claims that the rate, the exponent or the deepest net's R is that of infinitely wide nets.
func (s Series) isWide() claims.Claim {
	last := len(s.Depths) - 1
	measured, theory := s.Correlation[last], s.Wide[last]
	if s.Fit != nil {
		measured, theory = s.Fit.Slope, s.Fit.Wide
	}
	off := math.Abs(measured.Value-theory) / ((measured.High - measured.Low) / 2)
	quantity := fmt.Sprintf("%s, width %d (%s): distance from the theory's, in half-widths of the interval",
		s.number(), s.Width, s.Title())
	return wide.Claim(Name, s.id(), "", quantity).Below(stats.Exact(off), wide.Value)
}

// number says which of the nets' numbers is compared.
func (s Series) number() string {
	if s.Fit == nil {
		return fmt.Sprintf("R at %d layers", s.Depths[len(s.Depths)-1])
	}
	return map[string]string{LogDepth: "exponent of R", PerLayer: "rate of log R"}[s.Fit.Abscissa] +
		fmt.Sprintf(", %d to %d layers", s.Fit.First, s.Fit.Last)
}

// claim starts a claim about the nets of the series.
func (s Series) claim(bounds map[string]claims.Bound, quantity string) claims.Claim {
	bound := bounds[s.Theorem]
	bound.Source = s.Theorem
	width := fmt.Sprintf("width %d (%s)", s.Width, s.Title())
	return bound.Claim(Name, s.id(), "", fmt.Sprintf(quantity, width))
}

// fallsAsPredicted claims that the correlation is as the theorem says.
func (s Series) fallsAsPredicted() claims.Claim {
	return s.claim(falls, s.number()+", %s: relative distance from the theorem's").
		Below(s.distance(), falls[s.Theorem].Value)
}

// distance returns how far the series is from its theorem, in parts of the theorem's number at these depths.
func (s Series) distance() stats.Estimate {
	if s.Fit != nil {
		return s.Fit.Slope.Over(s.Fit.TheoryHere).Distance(1)
	}
	return s.Correlation[len(s.Correlation)-1].Over(theory.HighwayLimit()).Distance(1)
}

// growsAsPredicted claims that C(i,i) grows as the theorem says.
func (s Series) growsAsPredicted() claims.Claim {
	return s.claim(grows, "doublings of C(i,i) a layer, %s: distance from the theorem's").
		Below(s.Fit.Growth.Over(math.Ln2).Distance(s.Fit.GrowthTheory/math.Ln2), grows[s.Theorem].Value)
}
