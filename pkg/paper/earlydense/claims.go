package earlydense

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set before the gradients were computed. The paper speaks of initialisation; what
// its argument wants of the first steps is that what it says there goes on to hold. So bounds are those of
// Figures 1 and 2.
var (
	initial = claims.Bound{
		ID: "initial", Source: "Figure 2, in training",
		Statement: "Skips preserve the structure of gradients at initialisation",
		Value:     0, Why: "preserve: their gradients are browner than those of feedforward nets",
	}
	later = claims.Bound{
		ID: "early", Source: "Figure 2, in training",
		Statement: "Skips preserve the structure of gradients early in training",
		Value:     0, Why: "preserve: their gradients are browner than those of feedforward nets, at every " +
			"step",
	}
	brown = claims.Bound{
		ID: "brown", Source: "Figure 2c, in training",
		Statement: "With β = 0.1 gradients resemble brown noise at initialisation and early in training",
		Value:     paper.NearerBrown, Why: "resemble: they are nearer to brown noise than to white, at " +
			"every step",
	}
	shattered = claims.Bound{
		ID: "shattered", Source: "Figure 1b, in training",
		Statement: "Shattered gradients do not heal early in training: those of deep feedforward nets " +
			"still resemble white noise",
		Value: 1 - paper.Resembles, Why: "resemble: they are three times as close to white noise as to brown",
	}
	linear = claims.Bound{
		ID: "linear", Source: "Section 5, in training",
		Statement: "With the looks-linear initialisation nets start out linear: their gradient is the same " +
			"everywhere",
		Value: paper.MostRejections, Why: "is: in most draws",
	}
	structured = claims.Bound{
		ID: "structured", Source: "Section 5, in training",
		Statement: "With the looks-linear initialisation gradients do not shatter early in training",
		Value:     paper.NearerBrown, Why: "do not shatter: they are nearer to brown noise than to white, " +
			"at every step",
	}
	aboveCReLU = claims.Bound{
		ID: "above-crelu", Source: "Section 5, in training",
		Statement: "Without the looks-linear initialisation the gradients of the same nets have less " +
			"structure",
		Value: 0, Why: "less: they are less brown at every step",
	}
	learns = claims.Bound{
		ID: "learns", Source: "Section 5, in training",
		Statement: "Nets whose gradients do not shatter learn faster",
		Value:     0, Why: "faster: their loss is lower at the last step",
	}
)

// Claims decides whether what the paper says of gradients at initialisation goes on to hold early in
// training, for each kind of statistics. About what could not be measured, as all gradients are constant
// there, there are no claims.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, statistics := range paper.AllStatistics {
		nets := r.Select(statistics)
		for _, s := range nets {
			switch {
			case s.Statistics != statistics: // claimed already
			case s.Beta != nil:
				all = append(all, preserves(s, nets)...)
			case s.Shatters():
				all = append(all, staysWhite(s)...)
			}
		}
	}
	nets := r.Select(norms.Frozen)
	for _, s := range nets {
		if s.LooksLinear {
			all = append(all, startsLinear(s, nets)...)
		}
	}
	return claims.MarkConventions(append(all, learnFaster(nets)...))
}

// claim starts a claim about the net.
func (s *Series) claim(bound claims.Bound, quantity string) claims.Claim {
	convention := string(s.Statistics)
	if s.Norm == norms.None.Name {
		convention = ""
	} else {
		quantity += fmt.Sprintf("; %s statistics", s.Statistics)
	}
	return bound.Claim(Name, s.ID(), convention, fmt.Sprintf("%s: %s", s.Title(), quantity))
}

// lastStep is the last of the steps.
func (s *Series) lastStep() int { return s.Steps[len(s.Steps)-1] }

// browner returns by how much the net's brownness is above that of another at the steps from one index to
// before another, over the draws, which all nets share, in which both have one. Steps with fewer than two
// such draws are left out.
func (s *Series) browner(other *Series, from, to int) []stats.Estimate {
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
func (s *Series) ownBrownness(from int) []stats.Estimate {
	var all []stats.Estimate
	for _, b := range s.Brownness[from:] {
		if b != nil {
			all = append(all, *b)
		}
	}
	return all
}

// preserves claims that a resnet's gradients have more structure than those of the feedforward nets, at
// initialisation and later.
func preserves(s *Series, nets []*Series) []claims.Claim {
	var first, rest []stats.Estimate
	for _, other := range nets {
		if other.Shatters() {
			first = append(first, s.browner(other, 0, 1)...)
			rest = append(rest, s.browner(other, 1, len(s.Steps))...)
		}
	}
	const quantity = "brownness (0 white, 1 brown), less that of the browner feedforward net, "
	all := paper.AllAbove(nil, s.claim(initial, quantity+"step 0"), first, initial.Value)
	all = paper.AllAbove(all, s.claim(later, quantity+fmt.Sprintf("smallest over steps 1–%d",
		s.lastStep())), rest,
		later.Value)
	if *s.Beta == paper.RecommendedLow {
		all = paper.AllAbove(all, s.claim(brown,
			fmt.Sprintf("smallest brownness over steps 0–%d", s.lastStep())),
			s.ownBrownness(0), brown.Value)
	}
	return all
}

// staysWhite claims that the gradients of a feedforward net are white noise still at the last step.
func staysWhite(s *Series) []claims.Claim {
	last := s.Brownness[len(s.Steps)-1]
	if last == nil {
		return nil
	}
	claim := s.claim(shattered, fmt.Sprintf("brownness at step %d", s.lastStep()))
	return []claims.Claim{claim.Below(*last, shattered.Value)}
}

// startsLinear claims that the looks-linear initialisation starts from gradients that do not shatter, and
// keeps them so.
func startsLinear(s *Series, nets []*Series) []claims.Claim {
	all := []claims.Claim{
		s.claim(linear, fmt.Sprintf("share of %d draws with a constant gradient at step 0", s.Draws)).
			Above(stats.Share(s.Constant[0], s.Draws), linear.Value),
	}
	all = paper.AllAbove(all, s.claim(structured,
		fmt.Sprintf("smallest brownness over steps 1–%d", s.lastStep())),
		s.ownBrownness(1), structured.Value)
	for _, other := range nets {
		if other.Activation == s.Activation && !other.LooksLinear {
			all = paper.AllAbove(all, s.claim(aboveCReLU,
				fmt.Sprintf("brownness, less that of the net without it, "+
					"smallest over steps 1–%d", s.lastStep())), s.browner(other, 1, len(s.Steps)),
				aboveCReLU.Value)
		}
	}
	return all
}

// learnFaster claims that nets whose gradients do not shatter learn faster than those that they are compared
// with, draw by draw. Training goes through the batch statistics whatever nets are looked at with: there is
// no convention in this.
func learnFaster(nets []*Series) []claims.Claim {
	var all []claims.Claim
	for _, s := range nets {
		last := len(s.Steps) - 1
		var faster []stats.Estimate
		for _, other := range nets {
			if s.Beta != nil && other.Shatters() ||
				s.LooksLinear && !other.LooksLinear && other.Activation == s.Activation {
				faster = append(faster, stats.MeanPaired(other.losses, s.losses,
					func(others, own []float64) float64 { return others[last] - own[last] }))
			}
		}
		claim := learns.Claim(Name, s.ID(), "",
			fmt.Sprintf("%s: log₁₀ of the mean squared error at step %d, that "+
				"of the nets that it is compared with less its own, smallest", s.Title(), s.lastStep()))
		all = paper.AllAbove(all, claim, faster, learns.Value)
	}
	return all
}
