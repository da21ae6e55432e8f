package dial

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
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
	sameLength = claims.Bound{
		ID: "law-length", Source: law.Source,
		Statement: "The correlation length of real nets is that of infinitely wide ones",
		Value:     0,
		Why: fmt.Sprintf("is that: no more than 2 standard errors, or what stands for them where the "+
			"farthest of several nets counts, beyond the lengths of the theory's autocorrelation ± %g/N, "+
			"which is what it may be off by, N being the width", law.Near.Value),
	}
)

// deepestShown is the depth of the deepest nets that the paper shows the structure of gradients in: of deeper
// ones it promises nothing.
const deepestShown = 50

// Claims decides what the paper says about beta: that it turns correlation up and down, and that it should be
// 0.1 to 0.3. Last come the claims that the curves are those of infinitely wide nets.
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
	for _, s := range r.Series {
		if s.Theory != nil {
			all = append(all, s.followsLaw(cmp.Or(r.Config.Width, models.PaperWidth))...)
		}
	}
	return all
}

// followsLaw claims that the nets of all betas, of a width, have the autocorrelation and the correlation
// length of infinitely wide ones: that the one does that is farthest off. Betas share their draws, so that
// the allowance for their number, which holds however they depend on each other, is a generous one.
func (s Series) followsLaw(width int) []claims.Claim {
	name := fmt.Sprintf("%s.depth-%d", s.Net, s.Depth)
	title := fmt.Sprintf("%d-layer resnets of all β, frozen statistics", s.Depth)
	acf, length := math.Inf(-1), math.Inf(-1)
	errors := law.ErrorsAmong(len(s.Beta), s.Draws)
	for i, curve := range s.curves {
		acf = max(acf, law.Excess(s.Theory.acfs[i][:len(curve.Mean)], curve, 1, errors))
		short, long := lengths(s.Theory.acfs[i], law.Near.Value/float64(width))
		measured := s.Length[i]
		length = max(length, max(short-measured.Value, measured.Value-long)-errors*measured.StdErr)
	}
	return []claims.Claim{
		law.Near.Claim(Name, name, "", fmt.Sprintf("%s: largest distance at lags 1–%d, less %.1f standard "+
			"errors, times the width", title, gradients.MaxLag, errors)).
			Below(stats.Exact(float64(width)*acf), law.Near.Value),
		sameLength.Claim(Name, name, "", fmt.Sprintf("%s: largest distance, in grid steps, of the "+
			"correlation length beyond those that the theory allows, less %.1f standard errors; negative "+
			"inside", title, errors)).
			Below(stats.Exact(length), sameLength.Value),
	}
}

// lengths returns the correlation lengths of autocorrelations that lie below and above another by so much.
func lengths(acf []float64, by float64) (short, long float64) {
	below, above := slices.Clone(acf), slices.Clone(acf)
	for k := range acf {
		below[k] -= by
		above[k] += by
	}
	return stats.CorrelationLength(below), stats.CorrelationLength(above)
}

// claim starts a claim about a net.
func (s Series) claim(bound claims.Bound, net, quantity string) claims.Claim {
	return bound.Claim(Name, fmt.Sprintf("%s.depth-%d", net, s.Depth), string(s.Statistics),
		fmt.Sprintf("%d-layer resnet: %s; %s statistics", s.Depth, quantity, s.Statistics))
}
