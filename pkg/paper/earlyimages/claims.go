package earlyimages

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set before the nets were trained. The paper speaks of initialisation; what its
// argument wants of the first steps is that what it says there goes on to hold.
var (
	initial = claims.Bound{
		ID: "initial", Source: "Figure 5c, in training",
		Statement: "Skips preserve the structure of convnets' gradients at initialisation",
		Value:     0, Why: "preserve: the effective rank is lower than that of the feedforward net",
	}
	later = claims.Bound{
		ID: "early", Source: "Figure 5c, in training",
		Statement: "Skips preserve the structure of convnets' gradients early in training",
		Value:     0, Why: "preserve: the effective rank is lower than that of the feedforward net, at " +
			"every step",
	}
	shattered = claims.Bound{
		ID: "shattered", Source: "Figure 5c, in training",
		Statement: "Shattered gradients of convnets do not heal early in training",
		Value:     0.5, Why: "to heal is to lose more than half of the effective rank",
	}
	linearInitial = claims.Bound{
		ID: "initial", Source: "Section 5, in training", Statement: "With the looks-linear initialisation " +
			"convnets' gradients have more structure, at initialisation",
		Value: 0, Why: "more: the effective rank is lower than that of the same net without it",
	}
	linearLater = claims.Bound{
		ID: "early", Source: "Section 5, in training", Statement: "With the looks-linear initialisation " +
			"convnets' gradients have more structure, early in training",
		Value: 0, Why: "more: the effective rank is lower than that of the same net without it, at every " +
			"step",
	}
	learns = claims.Bound{
		ID: "learns", Source: "Section 5, in training",
		Statement: "Convnets whose gradients do not shatter learn faster",
		Value:     0, Why: "faster: their training loss is lower before the last step",
	}
	quarter = claims.Bound{
		ID: "coactive", Source: "Figure 3, in training",
		Statement: "With batch normalisation units stay co-active for about a quarter of the pairs early " +
			"in " +
			"training",
		Value: paper.Near * paper.QuarterCoactive, Why: "about: within a tenth of it, as in Figure 3",
	}
)

// Claims decides whether what the paper says of convolutional nets at initialisation goes on to hold early in
// training.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for i := range r.Series {
		s := &r.Series[i]
		for j := range r.Series {
			other := &r.Series[j]
			switch {
			case s.Beta != nil && other.Shatters():
				all = append(all, skipsPreserve(s, other)...)
				all = append(all, learnsFaster(s, other)...)
			case s.LooksLinear && !other.LooksLinear && other.Activation == s.Activation:
				all = append(all, looksLinear(s, other)...)
				all = append(all, learnsFaster(s, other)...)
			}
		}
		if s.Shatters() {
			all = append(all, staysShattered(s)...)
		}
		if s.Norm == norms.Batch.Name {
			all = append(all, staysCoactive(s))
		}
	}
	return claims.MarkConventions(all)
}

// ranks are the relative effective ranks for both kinds of statistics.
var ranks = []struct {
	statistics norms.Statistics
	quantity   func(early.Look) float64
}{{norms.Frozen, early.Look.Relative}, {norms.Coupled, early.Look.CoupledRelative}}

// less returns by how much a quantity of other's is above that of the net, within seeds, at the steps from
// one index to before another.
func (s *Series) less(other *Series, quantity func(early.Look) float64, from, to int,
) []stats.Estimate {
	var all []stats.Estimate
	for i := from; i < to; i++ {
		all = append(all, stats.MeanPaired(s.looks, other.looks, func(own, other []early.Look) float64 {
			return quantity(other[i]) - quantity(own[i])
		}))
	}
	return all
}

// claim starts a claim about the net, with a kind of statistics; empty where it has none, or training alone
// is measured.
func (s *Series) claim(bound claims.Bound, statistics norms.Statistics, quantity string) claims.Claim {
	if statistics != "" {
		quantity += fmt.Sprintf("; %s statistics", statistics)
	}
	c := bound.Claim(Name, s.ID(), string(statistics), fmt.Sprintf("%s: %s", s.Title(), quantity))
	c.Unit = "seeds"
	return c
}

// lastStep is the last of the steps.
func (s *Series) lastStep() int { return s.Steps[len(s.Steps)-1] }

// laterSteps names the steps but the first.
func (s *Series) laterSteps() string { return fmt.Sprintf("smallest over steps 1–%d", s.lastStep()) }

// skipsPreserve claims that the gradients of a resnet have a lower rank than those of the feedforward net, at
// initialisation and later.
func skipsPreserve(s, feedforward *Series) []claims.Claim {
	const quantity = "r(D)/r(Y) of the feedforward net less the resnet's, "
	var all []claims.Claim
	for _, rank := range ranks {
		all = paper.AllAbove(all, s.claim(initial, rank.statistics, quantity+"step 0"),
			s.less(feedforward, rank.quantity, 0, 1), initial.Value)
		all = paper.AllAbove(all, s.claim(later, rank.statistics, quantity+s.laterSteps()),
			s.less(feedforward, rank.quantity, 1, len(s.Steps)), later.Value)
	}
	return all
}

// staysShattered claims that the effective rank of a feedforward net's gradients keeps at least half of what
// it is at initialisation.
func staysShattered(s *Series) []claims.Claim {
	last := len(s.Steps) - 1
	var all []claims.Claim
	for _, rank := range ranks {
		left := stats.MeanOf(s.looks, func(looks []early.Look) float64 {
			return rank.quantity(looks[last]) - shattered.Value*rank.quantity(looks[0])
		})
		all = append(all, s.claim(shattered, rank.statistics,
			fmt.Sprintf("r(D)/r(Y) at step %d less %g times that "+
				"at step 0", s.lastStep(), shattered.Value)).Above(left, 0))
	}
	return all
}

// looksLinear claims that the gradients of a looks-linear net have a lower rank than those of the same net
// without it.
func looksLinear(s, without *Series) []claims.Claim {
	const quantity = "r(D)/r(Y) of the same net without it less its own, "
	all := paper.AllAbove(nil, s.claim(linearInitial, "", quantity+"step 0"),
		s.less(without, early.Look.Relative, 0, 1), linearInitial.Value)
	return paper.AllAbove(all, s.claim(linearLater, "", quantity+s.laterSteps()),
		s.less(without, early.Look.Relative, 1, len(s.Steps)), linearLater.Value)
}

// learnsFaster claims that a net whose gradients do not shatter learns faster than another.
func learnsFaster(s, other *Series) []claims.Claim {
	last := len(s.Steps) - 1
	quantity := fmt.Sprintf("training loss in nats, steps %d–%d: that of %s less its own", s.Steps[last-1]+1,
		s.lastStep(), other.Title())
	return paper.AllAbove(nil, s.claim(learns, "", quantity), s.less(other, trainLoss, last, last+1),
		learns.Value)
}

// staysCoactive claims that units of nets with batch normalisation stay co-active for a quarter of the pairs.
func staysCoactive(s *Series) claims.Claim {
	quantity := fmt.Sprintf("largest distance of the share of co-active pairs of images from %g, steps 0–%d",
		paper.QuarterCoactive, s.lastStep())
	return s.claim(quarter, "", quantity).Below(s.Coactive.Farthest(0, paper.QuarterCoactive), quarter.Value)
}
