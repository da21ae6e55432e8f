package dial

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper"
)

// The bounds of the claims, set from the paper's text.
var (
	turns = claims.Bound{
		ID: "turns", Source: "β-rescaling", Statement: "Smaller β keeps more of the gradients' structure",
		Value: 0, Why: "more: gradients are correlated over a longer distance",
	}
	recommended = claims.Bound{
		ID: "recommended", Source: "β-rescaling",
		Statement: "With the recommended β the gradients of resnets are closer to brown than to white noise",
		Value:     paper.NearerBrown,
		Why:       "closer: in nets of up to 50 layers, the deepest that the paper shows",
	}
)

// deepestShown is the depth of the deepest nets that the paper shows the structure of gradients in: of deeper
// ones it promises nothing.
const deepestShown = 50

// Claims decides what the paper says about beta: that it turns correlation up and down, and that it should be
// 0.1 to 0.3.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, s := range r.Series {
		if last := len(s.Beta) - 1; last > 0 {
			quantity := fmt.Sprintf("correlation length in grid steps, β = %g less β = %g", s.Beta[0],
				s.Beta[last])
			all = append(all, s.claim(turns, s.Net, quantity).Above(s.longer(0, last), turns.Value))
		}
		for i, beta := range s.Beta {
			// Figure 2c shows this one, and has the claim, on the same draws.
			shown := beta == paper.RecommendedLow && s.Depth == deepestShown
			if s.Depth <= deepestShown && !shown &&
				(beta == paper.RecommendedLow || beta == paper.RecommendedHigh) {
				quantity := fmt.Sprintf("brownness (0 white, 1 brown), β = %g", beta)
				all = append(all, s.claim(recommended, fmt.Sprintf("%s-beta-%g", s.Net, beta), quantity).
					Above(s.Brownness[i], recommended.Value))
			}
		}
	}
	return all
}

// claim starts a claim about a net.
func (s Series) claim(bound claims.Bound, net, quantity string) claims.Claim {
	return bound.Claim(Name, fmt.Sprintf("%s.depth-%d", net, s.Depth), string(s.Statistics),
		fmt.Sprintf("%d-layer resnet: %s; %s statistics", s.Depth, quantity, s.Statistics))
}
