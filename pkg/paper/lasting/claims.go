package lasting

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// claimedDepth is that of the nets that all claims but one are about.
const claimedDepth = 50

// The bounds of the claims, those of Figures 3 and 5, set before the runs were done (docs/training.md). The
// paper speaks of initialisation; that it lasts is our question.
var (
	skips = claims.Bound{
		ID: "skips", Source: "Figure 5c, in training",
		Statement: "Skips preserve the structure of convnets' gradients through training",
		Value:     0, Why: "preserve: the effective rank is lower than that of the feedforward net, at " +
			"every look",
	}
	linear = claims.Bound{
		ID: "linear", Source: "Section 5, in training",
		Statement: "The looks-linear initialisation preserves the structure of gradients through " +
			"training",
		Value: 0, Why: "preserves: the effective rank is lower than that of the same net without it, at " +
			"every look",
	}
	lasts = claims.Bound{
		ID: "lasts", Source: "Figure 5, in training",
		Statement: "The structure of gradients outlasts training",
		Value:     0.5, Why: "outlasts: their correlation keeps at least half of what it is at the start",
	}
	shattered = claims.Bound{
		ID: "shattered", Source: "Figure 5c, in training",
		Statement: "Shattered gradients of convnets do not heal through training",
		Value:     0.5, Why: "to heal is to lose more than half of the effective rank",
	}
	quarter = claims.Bound{
		ID: "coactive", Source: "Figure 3, in training",
		Statement: "With batch normalisation units stay co-active for about a quarter of the pairs through " +
			"training",
		Value: paper.Near * paper.QuarterCoactive, Why: "about: within a tenth of it, as in Figure 3",
	}
)

// kinds are the curves of gradients for both kinds of statistics.
var kinds = []struct {
	statistics        norms.Statistics
	rank, correlation func(Look) *float64
}{
	{norms.Frozen, rank, correlation},
	{norms.Coupled, func(l Look) *float64 { return l.CoupledRank },
		func(l Look) *float64 { return l.CoupledCorrelation }},
}

func rank(l Look) *float64        { return l.Rank }
func correlation(l Look) *float64 { return l.Correlation }

// Claims decides whether structure lasts through training, as far as the runs that are needed for it are
// there and had something to measure at every look. A claim speaks of one net of a kind, and has no interval.
func (r *Result) Claims() []claims.Claim {
	all := []claims.Claim{}
	feedforward := r.Select("relu-bn", "", claimedDepth)
	for _, shortcut := range r.Config.Shortcuts {
		resnet := r.Select("resnet", shortcut, claimedDepth)
		for _, kind := range kinds {
			all = append(all, lower(skips, resnet, feedforward, kind.statistics, kind.rank)...)
			all = append(all,
				keeps(lasts, resnet, kind.statistics, "correlation of gradients", kind.correlation)...)
		}
	}
	ll := r.Select("ll", "", claimedDepth)
	all = append(all, lower(linear, ll, r.Select("crelu", "", claimedDepth), "", rank)...)
	all = append(all, keeps(lasts, ll, "", "correlation of gradients", correlation)...)
	for _, kind := range kinds {
		all = append(all, keeps(shattered, feedforward, kind.statistics, "r(D)/r(Y)", kind.rank)...)
	}
	for i := range r.Series {
		if r.Series[i].Normalised {
			all = append(all, staysCoactive(&r.Series[i])...)
		}
	}
	return claims.MarkConventions(all)
}

// claim starts a claim about a net, with a kind of statistics; empty where it has none, or they make no
// difference.
func (s *Series) claim(bound claims.Bound, statistics norms.Statistics, quantity string) claims.Claim {
	if statistics != "" {
		quantity += fmt.Sprintf("; %s statistics", statistics)
	}
	name := s.Family
	if s.Shortcut != "" {
		name += "-" + s.Shortcut
	}
	c := bound.Claim(Name, fmt.Sprintf("%s.depth-%d", name, s.Depth), string(statistics),
		fmt.Sprintf("%s, %d layers: %s (one seed: no interval)", s.Name(), s.Depth, quantity))
	c.Unit = "seeds"
	return c
}

// lower claims that a quantity of a net is below that of another at every look.
func lower(bound claims.Bound, s, other *Series, statistics norms.Statistics,
	of func(Look) *float64) []claims.Claim {
	if s == nil || other == nil {
		return nil
	}
	least := math.Inf(1)
	for i := range min(len(s.Looks), len(other.Looks)) {
		own, others := of(s.Looks[i]), of(other.Looks[i])
		if own == nil || others == nil {
			return nil
		}
		least = min(least, *others-*own)
	}
	quantity := fmt.Sprintf("r(D)/r(Y) of %s less its own, smallest over epochs 0–%g", other.Name(),
		s.last().Epoch)
	return []claims.Claim{s.claim(bound, statistics, quantity).Above(stats.Exact(least), bound.Value)}
}

// keeps claims that a quantity of a net ends at a share of where it begins, or above.
func keeps(bound claims.Bound, s *Series, statistics norms.Statistics, what string,
	of func(Look) *float64) []claims.Claim {
	if s == nil {
		return nil
	}
	first, last := of(s.first()), of(s.last())
	if first == nil || last == nil {
		return nil
	}
	quantity := fmt.Sprintf("%s after %g epochs less %g times that at the start", what, s.last().Epoch,
		bound.Value)
	left := stats.Exact(*last - bound.Value**first)
	return []claims.Claim{s.claim(bound, statistics, quantity).Above(left, 0)}
}

// staysCoactive claims that units stay co-active for a quarter of the pairs.
func staysCoactive(s *Series) []claims.Claim {
	farthest := 0.0
	for _, seen := range s.Looks {
		if seen.Coactive == nil {
			return nil
		}
		farthest = max(farthest, math.Abs(*seen.Coactive-paper.QuarterCoactive))
	}
	quantity := fmt.Sprintf("largest distance of the share of co-active pairs of images from %g, epochs 0–%g",
		paper.QuarterCoactive, s.last().Epoch)
	return []claims.Claim{s.claim(quarter, "", quantity).Below(stats.Exact(farthest), quarter.Value)}
}
