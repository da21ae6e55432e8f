package figure6

import "github.com/shattered-gradients/shattered/pkg/stats"

// pair is two points to compare, in the seeds that both have.
type pair struct {
	a, b *Point

	// difference is the mean over the seeds of a quantity of the accuracies.
	difference stats.Estimate
	seeds      int
}

// compare takes the mean over the seeds that two points share of a quantity of their accuracies; seeds is 0
// where they share none.
func compare(a, b *Point, quantity func(a, b float64) float64) pair {
	var values []float64
	for i, seed := range a.Seeds {
		if other, found := b.accuracyOf(seed); found {
			values = append(values, quantity(a.Accuracies[i], other))
		}
	}
	return pair{a: a, b: b, seeds: len(values), difference: overSeeds(values)}
}

// less is the quantity of most claims.
func less(a, b float64) float64 { return a - b }

// sameDepth compares two families at every depth at which they share a seed.
func (r *Result) sameDepth(family, other string) []pair {
	var pairs []pair
	for _, a := range r.Select(family) {
		for _, b := range r.Select(other) {
			if a.Depth != b.Depth {
				continue
			}
			if p := compare(a, b, less); p.seeds > 0 {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

// lastPairs returns the last pair with several seeds, and the last of all where that is behind it.
func lastPairs(pairs []pair) []pair {
	var last []pair
	for _, p := range pairs {
		if p.seeds > 1 {
			last = []pair{p}
		}
	}
	if n := len(pairs); n > 0 && pairs[n-1].seeds == 1 {
		last = append(last, pairs[n-1])
	}
	return last
}

// differences returns those of the pairs.
func differences(pairs []pair) []stats.Estimate {
	var all []stats.Estimate
	for _, p := range pairs {
		all = append(all, p.difference)
	}
	return all
}
