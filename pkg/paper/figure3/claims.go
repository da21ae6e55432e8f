package figure3

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set from the paper's text.
var (
	active = claims.Bound{
		ID: "active", Source: "Figure 3",
		Statement: "Units are active for about half of the inputs, in all layers",
		Value:     paper.Near * paper.HalfActive, Why: "about: within a tenth of 1/2",
	}
	coactive = claims.Bound{
		ID: "coactive", Source: "Figure 3",
		Statement: "With batch normalisation units are co-active for about a quarter of the pairs",
		Value:     paper.Near * paper.QuarterCoactive, Why: "about: within a tenth of 1/4",
	}
	climb = claims.Bound{
		ID: "climb", Source: "Figure 3",
		Statement: "Without batch normalisation coactivations climb with depth",
		Value:     0, Why: "climb: they are larger in the last layer than in the second",
	}
	towardsHalf = claims.Bound{
		ID: "towards-half", Source: "Figure 3",
		Statement: "Without batch normalisation coactivations climb with depth towards 1/2",
		Value:     (paper.HalfActive + paper.QuarterCoactive) / 2,
		Why:       "towards: nearer to 1/2 than to 1/4 in the last layer",
	}
)

// assumed returns the bound where it is an assumption of Theorem 3, of residual nets with batch
// normalisation.
func assumed(bound claims.Bound) claims.Bound {
	bound.Source = "Theorem 3"
	return bound
}

// Claims decides what the paper says about Figure 3, and what its Theorem 3 assumes of residual nets with
// batch normalisation. Of residual nets without it, it says nothing. Last come the claims that coactivations
// are those of infinitely wide nets.
func (r *Result) Claims() []claims.Claim {
	all := []claims.Claim{}
	for _, s := range r.Series {
		feedforward, normalized := s.Net == "feedforward", s.Norm == norms.Batch.Name
		switch {
		case feedforward && normalized:
			all = append(all, s.isHalf(active), s.isQuarter(coactive))
		case feedforward:
			all = append(all, s.isHalf(active), s.climbs(), s.climbsTowardsHalf())
		case normalized:
			all = append(all, s.isHalf(assumed(active)), s.isQuarter(assumed(coactive)))
		}
	}
	for _, s := range r.Series {
		if s.Theory != nil {
			all = append(all, law.DecideCoactive(Name, s.ID(), s.Name().Text(), s.Width, s.Theory,
				s.Coactive))
		}
	}
	return all
}

// claim starts a claim about the net.
func (s Series) claim(bound claims.Bound, quantity string) claims.Claim {
	return bound.Claim(Name, s.ID(), "", s.Name().Text()+": "+quantity)
}

// isHalf claims that units are active for about half of the inputs in all layers, and isQuarter that they are
// co-active for about a quarter of the pairs from the second on.
func (s Series) isHalf(bound claims.Bound) claims.Claim {
	return s.near(bound, "share of active inputs", s.Active, 1, paper.HalfActive)
}

func (s Series) isQuarter(bound claims.Bound) claims.Claim {
	return s.near(bound, "share of co-active pairs", s.Coactive, 2, paper.QuarterCoactive)
}

// near claims that a share stays near a number from a layer on. The quantity is the distance that its
// interval reaches farthest.
func (s Series) near(bound claims.Bound, what string, shares *stats.Curve, from int,
	target float64) claims.Claim {
	quantity := fmt.Sprintf("largest distance of a layer's %s from %g, layers %d–%d", what, target, from,
		s.Depth)
	return s.claim(bound, quantity).Below(shares.Farthest(from-1, target), bound.Value)
}

// climbs claims that coactivation climbs with depth, and climbsTowardsHalf that it does so towards 1/2.
func (s Series) climbs() claims.Claim {
	return s.claim(climb, fmt.Sprintf("share of co-active pairs, layer %d less layer 2", s.Depth)).
		Above(s.Climb, climb.Value)
}

func (s Series) climbsTowardsHalf() claims.Claim {
	return s.claim(towardsHalf, fmt.Sprintf("share of co-active pairs in layer %d", s.Depth)).
		Above(s.Coactive.At(s.Depth-1), towardsHalf.Value)
}
