package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Bounds of the claims about gradients early in training, set before they were computed. The paper speaks of initialisation; what its
// argument wants of the first steps is that what it says there goes on to hold. So bounds are those of Figures 1 to 5: "resembles white
// noise" is less than 1 - brownBound, "resembles brown noise" above nearerBrown.

// Seed returns the seed that determined every random number.
func (r *EarlyResult) Seed() uint64 { return r.Config.Seed }

// Results returns what results/early-training.json holds, less the provenance.
func (r *EarlyResult) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "early-training",
		Title:  "Early in training: gradients of dense nets behind the first steps",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}, nil
}

// Claims decides whether what the paper says of gradients at initialisation goes on to hold early in training, for each kind of
// statistics. About what could not be measured, as all gradients are constant there, there are no claims.
func (r *EarlyResult) Claims() []claims.Claim {
	c := earlyClaims{}
	for _, statistics := range AllStatistics {
		nets := r.Select(statistics)
		for _, s := range nets {
			switch {
			case s.Beta != nil:
				c.preserves(s, nets)
			case s.shatters():
				c.staysWhite(s)
			}
		}
	}
	nets := r.Select(norms.Frozen)
	for _, s := range nets {
		if s.LooksLinear {
			c.startsLinear(s, nets)
		}
	}
	c.learnFaster(nets)
	return claims.MarkConventions(c.claims)
}

// claim starts a claim about the net.
func (s *EarlySeries) claim(id, source, statement, quantity string) claims.Claim {
	c := claims.Claim{
		ID: fmt.Sprintf("early.%s.%s.%s", s.id(), id, s.Statistics), Source: source + ", in training", Statement: statement,
		Quantity: fmt.Sprintf("%s: %s", s.Title(), quantity),
	}
	if s.Norm != norms.None.Name {
		c.Convention = string(s.Statistics)
	}
	return c
}

// lastStep is the last of the steps.
func (s *EarlySeries) lastStep() int { return s.Steps[len(s.Steps)-1] }

// browner returns by how much the net's brownness is above that of another at the steps from one index to before another, over the draws, which
// all nets share, in which both have one. Steps with fewer than two such draws are left out.
func (s *EarlySeries) browner(other *EarlySeries, from, to int) []stats.Estimate {
	var all []stats.Estimate
	for step := from; step < to; step++ {
		var own, others [][]float64
		for draw, acf := range s.acfs[step] {
			if acf != nil && other.acfs[step][draw] != nil {
				own, others = append(own, acf), append(others, other.acfs[step][draw])
			}
		}
		if len(own) < 2 {
			continue
		}
		all = append(all, gradients.BrownnessDifference(own, others, s.inputs))
	}
	return all
}

// ownBrownness returns the net's brownness at the steps from an index on.
func (s *EarlySeries) ownBrownness(from int) []stats.Estimate {
	var all []stats.Estimate
	for _, b := range s.Brownness[from:] {
		if b != nil {
			all = append(all, *b)
		}
	}
	return all
}

// allAbove adds a claim that all of several quantities are above the bound, where there are any.
func (c *earlyClaims) allAbove(claim claims.Claim, measured []stats.Estimate, bound float64) {
	if len(measured) > 0 {
		c.claims = append(c.claims, claim.Above(stats.Smallest(measured), bound))
	}
}

// preserves claims that a resnet's gradients have more structure than those of the feedforward nets, at initialisation and later.
func (c *earlyClaims) preserves(s *EarlySeries, nets []*EarlySeries) {
	var first, later []stats.Estimate
	for _, other := range nets {
		if other.shatters() {
			first = append(first, s.browner(other, 0, 1)...)
			later = append(later, s.browner(other, 1, len(s.Steps))...)
		}
	}
	const quantity = "brownness (0 white, 1 brown), less that of the browner feedforward net, %s; %s statistics"
	c.allAbove(s.claim("initial", "Figure 2", "Skips preserve the structure of gradients at initialisation",
		fmt.Sprintf(quantity, "step 0", s.Statistics)), first, 0)
	c.allAbove(s.claim("early", "Figure 2", "Skips preserve the structure of gradients early in training",
		fmt.Sprintf(quantity, fmt.Sprintf("smallest over steps 1–%d", s.lastStep()), s.Statistics)), later, 0)
	if *s.Beta == RecommendedLow {
		c.allAbove(s.claim("brown", "Figure 2c", "With β = 0.1 gradients resemble brown noise at initialisation and early in training",
			fmt.Sprintf("smallest brownness over steps 0–%d; %s statistics", s.lastStep(), s.Statistics)), s.ownBrownness(0), nearerBrown)
	}
}

// staysWhite claims that the gradients of a feedforward net are white noise still at the last step.
func (c *earlyClaims) staysWhite(s *EarlySeries) {
	if last := s.Brownness[len(s.Steps)-1]; last != nil {
		c.claims = append(c.claims, s.claim("shattered", "Figure 1b",
			"Shattered gradients do not heal early in training: those of deep feedforward nets still resemble white noise",
			fmt.Sprintf("brownness at step %d; %s statistics", s.lastStep(), s.Statistics)).Below(*last, 1-brownBound))
	}
}

// startsLinear claims that the looks-linear initialisation starts from gradients that do not shatter, and keeps them so.
func (c *earlyClaims) startsLinear(s *EarlySeries, nets []*EarlySeries) {
	c.claims = append(c.claims, s.claim("linear", "Section 5", "With the looks-linear initialisation nets start out linear: their gradient is the same everywhere",
		fmt.Sprintf("share of %d draws with a constant gradient at step 0", s.Draws)).Above(stats.Share(s.Constant[0], s.Draws), mostRejections))
	c.allAbove(s.claim("structured", "Section 5", "With the looks-linear initialisation gradients do not shatter early in training",
		fmt.Sprintf("smallest brownness over steps 1–%d", s.lastStep())), s.ownBrownness(1), nearerBrown)
	for _, other := range nets {
		if other.Activation == s.Activation && !other.LooksLinear {
			c.allAbove(s.claim("above-crelu", "Section 5", "Without the looks-linear initialisation the gradients of the same nets have less structure",
				fmt.Sprintf("brownness, less that of the net without it, smallest over steps 1–%d", s.lastStep())), s.browner(other, 1, len(s.Steps)), 0)
		}
	}
}

// learnFaster claims that nets whose gradients do not shatter learn faster than those that they are compared with, draw by draw.
func (c *earlyClaims) learnFaster(nets []*EarlySeries) {
	for _, s := range nets {
		last := len(s.Steps) - 1
		var faster []stats.Estimate
		for _, other := range nets {
			if s.Beta != nil && other.shatters() || s.LooksLinear && !other.LooksLinear && other.Activation == s.Activation {
				faster = append(faster, stats.MeanPaired(other.losses, s.losses, func(others, own []float64) float64 { return others[last] - own[last] }))
			}
		}
		// Training goes through the batch statistics whatever nets are looked at with: there is no convention in this.
		claim := s.claim("learns", "Section 5", "Nets whose gradients do not shatter learn faster",
			fmt.Sprintf("log₁₀ of the mean squared error at step %d, that of the nets that it is compared with less its own, smallest", s.lastStep()))
		claim.Convention = ""
		c.allAbove(claim, faster, 0)
	}
}
