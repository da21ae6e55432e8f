package figure4

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// What the paper's Figure 4(a) shows of units, and of runs.
const (
	units = "Without batch normalisation units are on for all inputs or for none"
	runs  = "Without batch normalisation the runs of equal value span all inputs"
)

// The bounds of the claims, set from the paper's text and picture.
var (
	constant = claims.Bound{
		ID: "constant", Source: "Figure 4a", Statement: units + ", most of them in deep nets",
		Value: 0.5, Why: "most: the bars at 0 and 1 hold more than half of the units",
	}
	lastBin = claims.Bound{
		ID: "last-bin", Source: "Figure 4a", Statement: runs + ": the bar at M is the highest",
		Value: 0, Why: "the highest: no other bin holds as many runs; it need not hold most of them",
	}
	constantGrows = claims.Bound{
		ID: "constant-grows", Source: "Figure 4a", Statement: units + ", ever more so with depth",
		Value: 0, Why: "ever more so: from each depth to the next their share is larger",
	}
	longestGrows = claims.Bound{
		ID: "longest-grows", Source: "Figure 4a", Statement: runs + ", ever more so with depth",
		Value: 0, Why: "ever more so: from each depth to the next their share is larger",
	}
	balanced = claims.Bound{
		ID: "balanced", Source: "Figure 4b",
		Statement: "With batch normalisation the activation of units is tight around 1/2",
		Value:     0.9,
		Why:       "tight: nine of ten units are active at a quarter to three quarters of the inputs",
	}
	saltAndPepper = claims.Bound{
		ID: "salt-and-pepper", Source: "Figure 4b",
		Statement: "Deep feedforward nets are salt and pepper: contiguity collapses to 1",
		Value:     paper.HalfActive * (1 - paper.Near),
		Why:       "salt and pepper: of the runs of coin flips half have length 1, and here nearly as many",
	}
	contiguityFalls = claims.Bound{
		ID: "contiguity-falls", Source: "Figure 4b",
		Statement: "The contiguity of feedforward nets falls with depth",
		Value:     0, Why: "falls: from each depth to the next runs are shorter",
	}
	slower = claims.Bound{
		ID: "slower", Source: "Figure 4c",
		Statement: "The contiguity of resnets falls much more slowly than that of feedforward nets",
		Value:     1, Why: "much more slowly: runs are at least twice as long at the same depth",
	}
)

// Claims decides what is to be seen in the paper's Figure 4, as far as its nets are among the config's.
func (r *Result) Claims() []claims.Claim {
	plain := r.Select("feedforward", norms.None, 0)
	feedforward := r.Select("feedforward", norms.Batch, 0)
	residual := r.Select("residual", norms.Batch, 1)
	resnets := balanced
	resnets.Source = "Figure 4c"
	return slices.Concat(
		constancy(plain), tight(feedforward, balanced), collapse(feedforward), tight(residual, resnets),
		slowerDecay(residual, feedforward))
}

// claim starts a claim about the cells of one net. The setting tells claims about it apart.
func (p Pattern) claim(bound claims.Bound, setting, quantity string) claims.Claim {
	return bound.Claim(Name, p.ID()+setting, "", p.Name().Text()+": "+quantity)
}

// changes returns how much a quantity grows from each cell to the next, which differ in depth. Nets of
// different depths share no draws, so that they are independent.
func changes(patterns []Pattern, quantity func(Pattern) stats.Estimate) []stats.Estimate {
	var all []stats.Estimate
	for i := 1; i < len(patterns); i++ {
		all = append(all, quantity(patterns[i]).MinusIndependent(quantity(patterns[i-1])))
	}
	return all
}

// smallest returns the smallest of a quantity over the cells.
func smallest(patterns []Pattern, quantity func(Pattern) stats.Estimate) stats.Estimate {
	var all []stats.Estimate
	for _, p := range patterns {
		all = append(all, quantity(p))
	}
	return stats.Smallest(all)
}

// deepest returns the last of the cells of a net, of which there is one at least.
func deepest(patterns []Pattern) Pattern { return patterns[len(patterns)-1] }

// constancy claims what Figure 4(a) shows: mass at activation 0 and 1 and at contiguity M, ever more so with
// depth.
func constancy(patterns []Pattern) []claims.Claim {
	if len(patterns) == 0 {
		return nil
	}
	last := deepest(patterns)
	all := []claims.Claim{
		last.claim(constant, "",
			fmt.Sprintf("share of units on for all inputs or none, %d layers", last.Depth)).
			Above(last.Constant, constant.Value),
		last.claim(lastBin, "",
			"share of runs in the last bin less that in the fullest other bin, smallest over depths").
			Above(smallest(patterns, func(p Pattern) stats.Estimate { return p.LastLead }), lastBin.Value),
	}
	if len(patterns) < 2 { // nothing to compare
		return all
	}
	constants := changes(patterns, func(p Pattern) stats.Estimate { return p.Constant })
	longest := changes(patterns, func(p Pattern) stats.Estimate { return p.Longest })
	return append(all,
		last.claim(constantGrows, "",
			"share of units on for all inputs or none, smallest growth from one depth to the next").
			Above(stats.Smallest(constants), constantGrows.Value),
		last.claim(longestGrows, "", "share of runs of length M, smallest growth from one depth to the next").
			Above(stats.Smallest(longest), longestGrows.Value),
	)
}

// tight claims that units are active for about half of the inputs each, at every depth.
func tight(patterns []Pattern, bound claims.Bound) []claims.Claim {
	if len(patterns) == 0 {
		return nil
	}
	const quantity = "share of units active at a quarter to three quarters of the inputs, smallest over " +
		"depths"
	return []claims.Claim{deepest(patterns).claim(bound, "", quantity).
		Above(smallest(patterns, func(p Pattern) stats.Estimate { return p.Balanced }), bound.Value)}
}

// collapse claims what Figure 4(b) shows: contiguity falls with depth, down to salt and pepper.
func collapse(patterns []Pattern) []claims.Claim {
	if len(patterns) == 0 {
		return nil
	}
	last := deepest(patterns)
	all := []claims.Claim{
		last.claim(saltAndPepper, "",
			fmt.Sprintf("share of runs of length 1, %d layers (coin flips: 0.5)", last.Depth)).
			Above(last.Shortest, saltAndPepper.Value),
	}
	deepestFirst := slices.Clone(patterns)
	slices.Reverse(deepestFirst)
	falls := changes(deepestFirst, func(p Pattern) stats.Estimate { return p.MeanRun })
	if len(falls) > 0 {
		all = append(all,
			last.claim(contiguityFalls, "", "mean length of runs, smallest fall from one depth to the next").
				Above(stats.Smallest(falls), contiguityFalls.Value))
	}
	return all
}

// slowerDecay claims what Figure 4(c) shows against (b): the contiguity of resnets falls much more slowly.
func slowerDecay(residual, feedforward []Pattern) []claims.Claim {
	var all []claims.Claim
	for i := 1; i < min(len(residual), len(feedforward)); i++ {
		r, f := residual[i], feedforward[i]
		ratio := stats.MeanPaired(r.shapes, f.shapes, func(r, f activations.Shape) float64 {
			return logMeanRun(r) - logMeanRun(f)
		})
		quantity := fmt.Sprintf("mean length of runs at %d layers, times that of the feedforward net, as "+
			"log2",
			r.Depth)
		all = append(all, r.claim(slower, fmt.Sprintf(".depth-%d", r.Depth), quantity).
			Above(ratio, slower.Value))
	}
	return all
}
