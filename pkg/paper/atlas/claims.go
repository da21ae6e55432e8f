package atlas

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// resists is what the paper's abstract says, with its bound.
var resists = claims.Bound{
	ID: "resists", Source: "Abstract",
	Statement: "The gradients of nets with skips are far more resistant to shattering than those of " +
		"feedforward nets",
	Value: 0, Why: "more resistant: they are correlated over a longer distance; how much longer is far the " +
		"paper does not say",
}

// deepestShown is the depth of the deepest nets that the paper shows the structure of gradients in.
const deepestShown = 50

// Claims decides what the paper says about nets with skips, those without a normalisation and those with
// batch normalisation, as the paper has them: resnets of each beta and highway nets beside the feedforward
// net of the same normalisation, at the depth of the deepest nets that it shows. About the other nets the
// paper says nothing.
func (r *Result) Claims() []claims.Claim {
	all := []claims.Claim{}
	for _, norm := range []*norms.Norm{norms.None, norms.Batch} {
		plain := r.at(feedforward(norm), deepestShown)
		var skipping []string
		for _, beta := range paper.Betas() {
			skipping = append(skipping, resnet(beta, norm))
		}
		for _, name := range append(skipping, highway(norm)) {
			s := r.at(name, deepestShown)
			if plain == nil || s == nil || plain.acfs == nil || s.acfs == nil {
				continue
			}
			longer := stats.JackknifePaired(s.acfs, plain.acfs, func(mean, other []float64) float64 {
				return stats.CorrelationLength(mean) - stats.CorrelationLength(other)
			})
			quantity := fmt.Sprintf("%d layers: correlation length in grid steps, %s less %s", s.Depth,
				s.Title, plain.Title)
			all = append(all, resists.Claim(Name, fmt.Sprintf("%s.depth-%d", name, s.Depth), "",
				quantity).Above(longer, resists.Value))
		}
	}
	return all
}

// at returns a row at a depth; nil where there is none.
func (r *Result) at(row string, depth int) *Series {
	i := slices.IndexFunc(r.Series, func(s Series) bool { return s.Row == row && s.Depth == depth })
	if i < 0 {
		return nil
	}
	return &r.Series[i]
}
