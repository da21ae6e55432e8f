package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Seed returns the seed that determined every random number: the first of the seeds.
func (r *EarlyImagesResult) Seed() uint64 { return r.Config.Seed }

// Results returns what results/early-training-images.json holds, less the provenance.
func (r *EarlyImagesResult) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "early-training-images",
		Title:  "Early in training: gradients of convolutional nets behind the first steps on CIFAR-10",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}, nil
}

// heals is the bound of the claim that shattered gradients do not heal early in training: to heal is to lose more than half of the effective rank.
const heals = 0.5

// Claims decides whether what the paper says of convolutional nets at initialisation goes on to hold early in training. Near 1/4 is within a
// tenth of it, as for Figure 3.
func (r *EarlyImagesResult) Claims() []claims.Claim {
	c := earlyClaims{}
	for i := range r.Series {
		s := &r.Series[i]
		for j := range r.Series {
			other := &r.Series[j]
			switch {
			case s.Beta != nil && other.shatters():
				c.skipsPreserve(s, other)
				c.learnsFaster(s, other)
			case s.LooksLinear && !other.LooksLinear && other.Activation == s.Activation:
				c.looksLinear(s, other)
				c.learnsFaster(s, other)
			}
		}
		if s.shatters() {
			c.staysShattered(s)
		}
		if s.Norm == norms.Batch.Name {
			c.coactive(s)
		}
	}
	return claims.MarkConventions(c.claims)
}

// earlyClaims collects claims.
type earlyClaims struct{ claims []claims.Claim }

// ranks are the relative effective ranks for both kinds of statistics.
var ranks = []struct {
	statistics norms.Statistics
	quantity   func(early.Look) float64
}{{norms.Frozen, early.Look.Relative}, {norms.Coupled, early.Look.CoupledRelative}}

// less returns by how much a quantity of other's is above that of the net, within seeds, at the steps from one index to before another.
func (s *EarlyImagesSeries) less(other *EarlyImagesSeries, quantity func(early.Look) float64, from, to int) []stats.Estimate {
	var all []stats.Estimate
	for i := from; i < to; i++ {
		all = append(all, stats.MeanPaired(s.looks, other.looks, func(own, other []early.Look) float64 { return quantity(other[i]) - quantity(own[i]) }))
	}
	return all
}

// claim starts a claim about the net.
func (s *EarlyImagesSeries) claim(id, source, statement, quantity string) claims.Claim {
	return claims.Claim{
		ID: fmt.Sprintf("early-images.%s.%s", s.id(), id), Source: source + ", in training", Statement: statement,
		Quantity: fmt.Sprintf("%s: %s", s.Title(), quantity), Unit: "seeds",
	}
}

// with says with which kind of statistics a claim about a net is measured, and tells it so from the other.
func with(statistics norms.Statistics, c claims.Claim) claims.Claim {
	c.ID += "." + string(statistics)
	c.Quantity += fmt.Sprintf("; %s statistics", statistics)
	c.Convention = string(statistics)
	return c
}

// lastStep is the last of the steps.
func (s *EarlyImagesSeries) lastStep() int { return s.Steps[len(s.Steps)-1] }

// skipsPreserve claims that the gradients of a resnet have a lower rank than those of the feedforward net, at initialisation and later.
func (c *earlyClaims) skipsPreserve(s, feedforward *EarlyImagesSeries) {
	const quantity = "r(D)/r(Y) of the feedforward net less the resnet's, "
	for _, rank := range ranks {
		c.allAbove(with(rank.statistics, s.claim("initial", "Figure 5c", "Skips preserve the structure of convnets' gradients at initialisation",
			quantity+"step 0")), s.less(feedforward, rank.quantity, 0, 1), 0)
		c.allAbove(with(rank.statistics, s.claim("early", "Figure 5c", "Skips preserve the structure of convnets' gradients early in training",
			quantity+fmt.Sprintf("smallest over steps 1–%d", s.lastStep()))), s.less(feedforward, rank.quantity, 1, len(s.Steps)), 0)
	}
}

// staysShattered claims that the effective rank of a feedforward net's gradients keeps at least half of what it is at initialisation.
func (c *earlyClaims) staysShattered(s *EarlyImagesSeries) {
	last := len(s.Steps) - 1
	for _, rank := range ranks {
		kept := stats.MeanOf(s.looks, func(looks []early.Look) float64 { return rank.quantity(looks[last]) - heals*rank.quantity(looks[0]) })
		c.claims = append(c.claims, with(rank.statistics, s.claim("shattered", "Figure 5c", "Shattered gradients of convnets do not heal early in training",
			fmt.Sprintf("r(D)/r(Y) at step %d less %g times that at step 0", s.lastStep(), heals))).Above(kept, 0))
	}
}

// looksLinear claims that the gradients of a looks-linear net have a lower rank than those of the same net without it.
func (c *earlyClaims) looksLinear(s, without *EarlyImagesSeries) {
	const quantity = "r(D)/r(Y) of the same net without it less its own, "
	c.allAbove(s.claim("initial", "Section 5", "With the looks-linear initialisation convnets' gradients have more structure, at initialisation",
		quantity+"step 0"), s.less(without, early.Look.Relative, 0, 1), 0)
	c.allAbove(s.claim("early", "Section 5", "With the looks-linear initialisation convnets' gradients have more structure, early in training",
		quantity+fmt.Sprintf("smallest over steps 1–%d", s.lastStep())), s.less(without, early.Look.Relative, 1, len(s.Steps)), 0)
}

// learnsFaster claims that a net whose gradients do not shatter learns faster than another.
func (c *earlyClaims) learnsFaster(s, other *EarlyImagesSeries) {
	last := len(s.Steps) - 1
	c.allAbove(s.claim("learns", "Section 5", "Convnets whose gradients do not shatter learn faster",
		fmt.Sprintf("training loss in nats, steps %d–%d: that of %s less its own", s.Steps[last-1]+1, s.lastStep(), other.Title())),
		s.less(other, trainLoss, last, last+1), 0)
}

// coactive claims that units of nets with batch normalisation stay co-active for a quarter of the pairs.
func (c *earlyClaims) coactive(s *EarlyImagesSeries) {
	c.claims = append(c.claims, s.claim("coactive", "Figure 3", "With batch normalisation units stay co-active for about a quarter of the pairs early in training",
		fmt.Sprintf("largest distance of the share of co-active pairs of images from %g, steps 0–%d", QuarterCoactive, s.lastStep())).
		Below(s.Coactive.Farthest(0, QuarterCoactive), near*QuarterCoactive))
}
