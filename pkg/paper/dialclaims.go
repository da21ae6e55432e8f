package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Seed returns the seed that determined every random number.
func (r *DialResult) Seed() uint64 { return r.Config.Seed }

// Results returns what results/beta-dial.json holds, less the provenance.
func (r *DialResult) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "beta-dial",
		Title:  "β as a dial: structure of the gradients of resnets against β",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}, nil
}

// deepestShown is the depth of the deepest nets that the paper shows the structure of gradients in: of deeper ones it promises nothing.
const deepestShown = 50

// Claims decides what the paper says about beta: that it turns correlation up and down, and that it should be 0.1 to 0.3.
func (r *DialResult) Claims() []claims.Claim {
	var all []claims.Claim
	for _, s := range r.Series {
		start := func(id, statement, quantity string) claims.Claim {
			return claim(Series{Net: s.Net, Depth: s.Depth, Statistics: s.Statistics}, "dial-"+id, "β-rescaling", statement, quantity)
		}
		last := len(s.Beta) - 1
		if last > 0 {
			all = append(all, start("turns", fmt.Sprintf("Smaller β keeps more of the gradients' structure, at %d layers", s.Depth),
				fmt.Sprintf("correlation length in grid steps, β = %g less β = %g", s.Beta[0], s.Beta[last])).
				Above(s.longer(0, last), 0))
		}
		for i, beta := range s.Beta {
			shown := beta == RecommendedLow && s.Depth == deepestShown // in Figure 2c, whose claim it is, on the same draws
			if s.Depth <= deepestShown && !shown && (beta == RecommendedLow || beta == RecommendedHigh) {
				all = append(all, start(fmt.Sprintf("recommended-%g", beta),
					fmt.Sprintf("With the recommended β the gradients of a %d-layer resnet are closer to brown than to white noise", s.Depth),
					fmt.Sprintf("brownness (0 white, 1 brown), β = %g", beta)).
					Above(s.Brownness[i], nearerBrown))
			}
		}
	}
	return all
}
