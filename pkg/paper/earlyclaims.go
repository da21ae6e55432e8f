package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/results"
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
// statistics.
func (r *EarlyResult) Claims() []claims.Claim {
	var all []claims.Claim
	for _, statistics := range AllStatistics {
		nets := r.Select(statistics)
		for _, s := range nets {
			switch {
			case s.Beta != nil:
				all = append(all, s.skipsPreserve(nets)...)
			case s.shatters():
				all = append(all, s.staysShattered())
			}
		}
	}
	nets := r.Select(norms.Frozen)
	for _, s := range nets {
		if s.LooksLinear {
			all = append(all, s.looksLinear(nets)...)
		}
	}
	return append(all, learnsFaster(nets)...)
}

// claim starts a claim about the net.
func (s *EarlySeries) claim(id, source, statement, quantity string) claims.Claim {
	return claims.Claim{
		ID: fmt.Sprintf("early.%s.%s.%s", s.id(), id, s.Statistics), Source: source + ", in training", Statement: statement,
		Quantity: fmt.Sprintf("%s: %s", s.Title(), quantity),
	}
}

// lastStep is the last of the steps.
func (s *EarlySeries) lastStep() int { return s.Steps[len(s.Steps)-1] }

// above returns by how much the net's brownness is above that of another at the steps from one index to before another. Steps at which one
// of them has none are left out.
func (s *EarlySeries) above(other *EarlySeries, from, to int) []claims.Estimate {
	var all []claims.Estimate
	for i := from; i < to; i++ {
		if s.Brownness[i] != nil && other.Brownness[i] != nil {
			all = append(all, s.Brownness[i].Minus(*other.Brownness[i]))
		}
	}
	return all
}

// ownBrownness returns the net's brownness at the steps from an index on.
func (s *EarlySeries) ownBrownness(from int) []claims.Estimate {
	var all []claims.Estimate
	for _, b := range s.Brownness[from:] {
		if b != nil {
			all = append(all, *b)
		}
	}
	return all
}

// skipsPreserve claims that a resnet's gradients have more structure than those of the feedforward nets, at initialisation and later.
func (s *EarlySeries) skipsPreserve(nets []*EarlySeries) []claims.Claim {
	var first, later []claims.Estimate
	for _, other := range nets {
		if other.shatters() {
			first = append(first, s.above(other, 0, 1)...)
			later = append(later, s.above(other, 1, len(s.Steps))...)
		}
	}
	const quantity = "brownness (0 white, 1 brown), less that of the browner feedforward net, %s; %s statistics"
	all := []claims.Claim{
		s.claim("initial", "Figure 2", "Skips preserve the structure of gradients at initialisation",
			fmt.Sprintf(quantity, "step 0", s.Statistics)).Above(smallest(first), 0),
		s.claim("early", "Figure 2", "Skips preserve the structure of gradients early in training",
			fmt.Sprintf(quantity, fmt.Sprintf("smallest over steps 1–%d", s.lastStep()), s.Statistics)).Above(smallest(later), 0),
	}
	if *s.Beta == RecommendedLow {
		all = append(all, s.claim("brown", "Figure 2c", "With β = 0.1 gradients resemble brown noise at initialisation and early in training",
			fmt.Sprintf("smallest brownness over steps 0–%d; %s statistics", s.lastStep(), s.Statistics)).
			Above(smallest(s.ownBrownness(0)), nearerBrown))
	}
	return all
}

// staysShattered claims that the gradients of a feedforward net are white noise still at the last step.
func (s *EarlySeries) staysShattered() claims.Claim {
	var last claims.Estimate
	if b := s.Brownness[len(s.Steps)-1]; b != nil {
		last = *b
	}
	return s.claim("shattered", "Figure 1b", "Shattered gradients do not heal early in training: those of deep feedforward nets still resemble white noise",
		fmt.Sprintf("brownness at step %d; %s statistics", s.lastStep(), s.Statistics)).Below(last, 1-brownBound)
}

// looksLinear claims that the looks-linear initialisation starts from gradients that do not shatter, and keeps them so.
func (s *EarlySeries) looksLinear(nets []*EarlySeries) []claims.Claim {
	all := []claims.Claim{
		s.claim("linear", "Section 5", "With the looks-linear initialisation nets start out linear: their gradient is the same everywhere",
			fmt.Sprintf("share of %d draws with a constant gradient at step 0", s.Draws)).
			Above(claims.Share(s.Constant[0], s.Draws), mostRejections),
		s.claim("structured", "Section 5", "With the looks-linear initialisation gradients do not shatter early in training",
			fmt.Sprintf("smallest brownness over steps 1–%d", s.lastStep())).
			Above(smallest(s.ownBrownness(1)), nearerBrown),
	}
	for _, other := range nets {
		if other.Activation == s.Activation && !other.LooksLinear {
			all = append(all, s.claim("above-crelu", "Section 5", "Without the looks-linear initialisation the gradients of the same nets have less structure",
				fmt.Sprintf("brownness, less that of the net without it, smallest over steps 1–%d", s.lastStep())).
				Above(smallest(s.above(other, 1, len(s.Steps))), 0))
		}
	}
	return all
}

// learnsFaster claims that nets whose gradients do not shatter learn faster than those that they are compared with.
func learnsFaster(nets []*EarlySeries) []claims.Claim {
	var all []claims.Claim
	for _, s := range nets {
		var faster []claims.Estimate
		for _, other := range nets {
			if s.Beta != nil && other.shatters() || s.LooksLinear && !other.LooksLinear && other.Activation == s.Activation {
				faster = append(faster, other.finalLoss().Minus(s.finalLoss()))
			}
		}
		if len(faster) > 0 {
			all = append(all, s.claim("learns", "Section 5", "Nets whose gradients do not shatter learn faster",
				fmt.Sprintf("log₁₀ of the mean squared error at step %d, that of the nets that it is compared with less its own, smallest", s.lastStep())).
				Above(smallest(faster), 0))
		}
	}
	return all
}

// finalLoss returns the logarithm of the loss at the last step.
func (s *EarlySeries) finalLoss() claims.Estimate {
	last := len(s.Steps) - 1
	return estimateOf(s.Loss.Mean[last], s.Loss.StdErr[last], s.Draws)
}
