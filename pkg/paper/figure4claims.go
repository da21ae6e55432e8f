package paper

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Bounds of the claims about Figure 4, set from the paper's text and picture.
const (
	// most: the bars at 0 and 1 hold more than half of the units.
	most = 0.5

	// tightlyBalanced: "tight around 1/2" means that nine of ten units are active at a quarter to three quarters of the inputs.
	tightlyBalanced = 0.9

	// saltAndPepper: half of the runs of independent coin flips have length 1; "salt and pepper" means nearly as many.
	saltAndPepper = HalfActive * (1 - near)

	// muchSlower: "much more slowly" means runs at least twice as long at the same depth, 1 on the scale of log2.
	muchSlower = 1
)

// Seed returns the seed that determined every random number.
func (r *Figure4Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-4.json holds, less the provenance. The rasters are in its npz file, as raster.0 and so on.
func (r *Figure4Result) Results() (*results.Figure, error) {
	var rasters []results.Array
	for i, pattern := range r.Patterns {
		raster, err := results.NewArray(fmt.Sprintf("raster.%d", i), pattern.Raster.On, pattern.Raster.Units, pattern.Raster.Inputs)
		if err != nil {
			return nil, err
		}
		rasters = append(rasters, raster)
	}
	return &results.Figure{
		Figure: "figure-4",
		Title:  "Figure 4, activation of rectifiers in deep nets",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Patterns,
		Arrays: rasters,
	}, nil
}

// Claims decides what is to be seen in the paper's Figure 4, as far as its nets are among the config's.
func (r *Figure4Result) Claims() []claims.Claim {
	plain := r.Select("feedforward", norms.None, 0)
	feedforward := r.Select("feedforward", norms.Batch, 0)
	residual := r.Select("residual", norms.Batch, 1)
	var all []claims.Claim
	all = append(all, constancy(plain)...)
	all = append(all, tight(feedforward, "Figure 4b")...)
	all = append(all, collapse(feedforward)...)
	all = append(all, tight(residual, "Figure 4c")...)
	return append(all, slowerDecay(residual, feedforward)...)
}

// claim starts a claim about the cells of one net.
func (p Pattern) claim(id, source, statement, quantity string) claims.Claim {
	return claims.Claim{
		ID: fmt.Sprintf("%s.%s", p.id(), id), Source: source, Statement: statement,
		Quantity: fmt.Sprintf("%s: %s", p.name(), quantity),
	}
}

// changes returns how much a quantity grows from each cell to the next, which differ in depth. Nets of different depths have draws of their own, so that they are
// independent.
func changes(patterns []Pattern, quantity func(Pattern) stats.Estimate) []stats.Estimate {
	var all []stats.Estimate
	for i := 1; i < len(patterns); i++ {
		all = append(all, quantity(patterns[i]).MinusIndependent(quantity(patterns[i-1])))
	}
	return all
}

// each returns a quantity of each cell.
func each(patterns []Pattern, quantity func(Pattern) stats.Estimate) []stats.Estimate {
	var all []stats.Estimate
	for _, p := range patterns {
		all = append(all, quantity(p))
	}
	return all
}

// deepest returns the last of the cells of a net, of which there is one at least.
func deepest(patterns []Pattern) Pattern { return patterns[len(patterns)-1] }

// constancy claims what Figure 4(a) shows: mass at activation 0 and 1 and at contiguity M, ever more so with depth. That most runs have length M
// is not among it: the bar there is the highest, which a third of the runs can make it.
func constancy(patterns []Pattern) []claims.Claim {
	if len(patterns) == 0 {
		return nil
	}
	constant := func(p Pattern) stats.Estimate { return p.Constant }
	longest := func(p Pattern) stats.Estimate { return p.Longest }
	last := deepest(patterns)
	const (
		source = "Figure 4a"
		units  = "Without batch normalisation units are on for all inputs or for none"
		runs   = "Without batch normalisation the runs of equal value span all inputs"
	)
	all := []claims.Claim{
		last.claim("constant", source, units+", most of them in deep nets",
			fmt.Sprintf("share of units on for all inputs or none, %d layers", last.Depth)).Above(last.Constant, most),
		last.claim("last-bin", source, runs+": the bar at M is the highest",
			"share of runs in the last bin less that in the fullest other bin, smallest over depths").
			Above(stats.Smallest(each(patterns, func(p Pattern) stats.Estimate { return p.LastLead })), 0),
	}
	if len(patterns) < 2 { // nothing to compare
		return all
	}
	return append(all,
		last.claim("constant-grows", source, units+", ever more so with depth",
			"share of units on for all inputs or none, smallest growth from one depth to the next").Above(stats.Smallest(changes(patterns, constant)), 0),
		last.claim("longest-grows", source, runs+", ever more so with depth",
			"share of runs of length M, smallest growth from one depth to the next").Above(stats.Smallest(changes(patterns, longest)), 0),
	)
}

// tight claims that units are active for about half of the inputs each, at every depth.
func tight(patterns []Pattern, source string) []claims.Claim {
	if len(patterns) == 0 {
		return nil
	}
	return []claims.Claim{deepest(patterns).claim("balanced", source, "With batch normalisation the activation of units is tight around 1/2",
		"share of units active at a quarter to three quarters of the inputs, smallest over depths").
		Above(stats.Smallest(each(patterns, func(p Pattern) stats.Estimate { return p.Balanced })), tightlyBalanced)}
}

// collapse claims what Figure 4(b) shows: contiguity falls with depth, down to salt and pepper.
func collapse(patterns []Pattern) []claims.Claim {
	if len(patterns) == 0 {
		return nil
	}
	last := deepest(patterns)
	const source = "Figure 4b"
	all := []claims.Claim{
		last.claim("salt-and-pepper", source, "Deep feedforward nets are salt and pepper: contiguity collapses to 1",
			fmt.Sprintf("share of runs of length 1, %d layers (coin flips: 0.5)", last.Depth)).Above(last.Shortest, saltAndPepper),
	}
	deepestFirst := slices.Clone(patterns)
	slices.Reverse(deepestFirst)
	if falls := changes(deepestFirst, func(p Pattern) stats.Estimate { return p.MeanRun }); len(falls) > 0 {
		all = append(all, last.claim("contiguity-falls", source, "The contiguity of feedforward nets falls with depth",
			"mean length of runs, smallest fall from one depth to the next").Above(stats.Smallest(falls), 0))
	}
	return all
}

// slowerDecay claims what Figure 4(c) shows against (b): the contiguity of resnets falls much more slowly.
func slowerDecay(residual, feedforward []Pattern) []claims.Claim {
	var all []claims.Claim
	for i := 1; i < min(len(residual), len(feedforward)); i++ {
		r, f := residual[i], feedforward[i]
		slower := stats.MeanPaired(r.shapes, f.shapes, func(r, f activations.Shape) float64 { return logMeanRun(r) - logMeanRun(f) })
		all = append(all, r.claim(fmt.Sprintf("slower.depth-%d", r.Depth), "Figure 4c", "The contiguity of resnets falls much more slowly than that of feedforward nets",
			fmt.Sprintf("mean length of runs at %d layers, times that of the feedforward net, as log2", r.Depth)).
			Above(slower, muchSlower))
	}
	return all
}
