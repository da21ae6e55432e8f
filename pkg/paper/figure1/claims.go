package figure1

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set from the paper's text.
var (
	brown = claims.Bound{
		ID: "brown", Source: "Figure 1a", Statement: "The gradient of a 1-layer net resembles brown noise",
		Value: paper.Resembles,
		Why:   "resembles: it is at least three times as close to brown noise as to white",
	}
	white = claims.Bound{
		ID: "white", Source: "Figure 1b",
		Statement: "The gradient of a deep feedforward net resembles white noise",
		Value:     1 - paper.Resembles,
		Why:       "resembles: it is at least three times as close to white noise as to brown",
	}
	browner = claims.Bound{
		ID: "browner", Source: "Figure 1c",
		Statement: "The gradient of a deep resnet (β = 0.1) lies in between: above the feedforward net's",
		Value:     0, Why: "above: it is nearer to brown noise",
	}
	whiter = claims.Bound{
		ID: "whiter", Source: "Figure 1c",
		Statement: "The gradient of a deep resnet (β = 0.1) lies in between: below the 1-layer net's",
		Value:     0, Why: "below: it is nearer to white noise",
	}
)

// Claims decides what the paper says about Figure 1: one layer is brown, and for each kind of statistics deep
// feedforward nets are white and the deep resnet lies in between.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	const brownness = "brownness (0 white, 1 brown)"
	for i, statistics := range paper.AllStatistics {
		columns := r.Select(statistics)
		shallow, deep, residual := columns[0].Series, columns[1].Series, columns[2].Series
		if i == 0 { // one layer has no statistics: both kinds are the same net
			all = append(all, claim(shallow, brown, brownness).Above(shallow.Brownness, brown.Value))
		}
		all = append(all,
			claim(deep, white, brownness).Below(deep.Brownness, white.Value),
			claim(residual, browner, "brownness, resnet less feedforward").
				Above(difference(residual, deep), browner.Value),
			claim(residual, whiter, "brownness, 1-layer net less resnet").
				Above(difference(shallow, residual), whiter.Value),
		)
	}
	return claims.MarkConventions(all)
}

// claim starts a claim about a net.
func claim(s paper.Series, bound claims.Bound, quantity string) claims.Claim {
	return bound.Claim(Name, s.ID(), string(s.Statistics),
		fmt.Sprintf("%d-layer %s: %s; %s statistics", s.Depth, s.Name().Family(), quantity, s.Statistics))
}

// difference estimates by how much the brownness of one net is above that of another on the same draws.
func difference(s, other paper.Series) stats.Estimate {
	return gradients.BrownnessDifference(s.Autocorrelations, other.Autocorrelations, s.Inputs)
}
