package paper

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Bounds of the claims about Figure 6, set from the paper's text before the runs were done.
const (
	// keeps: a net "keeps" its accuracy with depth that loses less than a tenth of what it has above guessing.
	keeps = 0.9

	// testImages is the number of test images of CIFAR-10.
	testImages = 10000
)

// aboveGuessing is the accuracy from which on a net does better than guessing: three standard errors of guessing on all test images above it.
// A net below it has nothing left to lose with depth.
var aboveGuessing = guessing + 3*math.Sqrt(guessing*(1-guessing)/testImages)

// Seed returns the first seed: the others follow, and the points name them.
func (r *Figure6Result) Seed() uint64 { return 1 }

// Results returns what results/figure-6.json holds, less the provenance, which says who drew the figure. Where its runs come from is in the
// config.
func (r *Figure6Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "figure-6",
		Title:  "Figure 6, accuracy of trained convolutional nets against depth",
		Config: struct {
			Figure6Config
			Origin RunsOrigin `json:"origin"`
		}{r.Config, r.Origin},
		Claims: r.Claims(),
		Series: r.Points,
		Tests:  r.Curves,
		Table:  r.Table(),
	}, nil
}

// Claims decides what the paper says about Figure 6, as far as the runs that are needed for it are there. Nets are compared seed by seed, which
// gives both the same images in the same order. Where there is one seed, a claim speaks of these nets alone, has no interval, and says so.
func (r *Figure6Result) Claims() []claims.Claim {
	all := []claims.Claim{}
	for _, claimed := range []func() []claims.Claim{r.falls, r.belowLinear, r.keepsAccuracy, r.matchesResnet, r.beatsPReLU} {
		all = append(all, claimed()...)
	}
	return all
}

// pair is two points to compare, in the seeds that both have.
type pair struct {
	a, b *Figure6Point

	// difference is the mean over the seeds of a quantity of the accuracies.
	difference stats.Estimate
	seeds      int
}

// compare takes the mean over the seeds that two points share of a quantity of their accuracies; seeds is 0 where they share none.
func compare(a, b *Figure6Point, quantity func(a, b float64) float64) pair {
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
func (r *Figure6Result) sameDepth(family, other string) []pair {
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

// claim starts a claim about the pair.
func (p pair) claim(id, statement, quantity string) claims.Claim {
	if p.seeds == 1 {
		quantity += " (one seed: no interval)"
	}
	return claims.Claim{
		ID: fmt.Sprintf("figure-6.%s.%d", id, max(p.a.Depth, p.b.Depth)), Source: "Figure 6", Statement: statement, Quantity: quantity, Unit: "seeds",
	}
}

// falls claims that nets without skips and LL-init lose accuracy from each depth to the next, for as long as they have any to lose: the steps
// with several seeds together, and those of one seed by themselves. The nets with batch normalisation are among them, as the paper's text, as
// we have it, does not settle whether its ReLU nets had it.
func (r *Figure6Result) falls() []claims.Claim {
	const statement = "Without skips and LL-init, ReLU and CReLU nets lose accuracy steadily with depth"
	var all []claims.Claim
	for _, family := range []string{"crelu", "relu", "relu-bn"} {
		points := r.Select(family)
		var together []pair
		for i := 1; i < len(points) && points[i-1].Accuracy.Value > aboveGuessing; i++ {
			switch step := compare(points[i-1], points[i], less); {
			case step.seeds > 1:
				together = append(together, step)
			case step.seeds == 1:
				quantity := fmt.Sprintf("%s: accuracy at %d layers less that at %d", step.a.Title, step.a.Depth, step.b.Depth)
				all = append(all, step.claim(family+".falls", statement, quantity).Above(step.difference, 0))
			}
		}
		if n := len(together); n > 0 {
			last := together[n-1]
			quantity := fmt.Sprintf("%s: smallest fall of the accuracy from one depth to the next, %d to %d layers", last.a.Title, together[0].a.Depth, last.b.Depth)
			all = append(all, last.claim(family+".falls", statement, quantity).Above(stats.Smallest(differences(together)), 0))
		}
	}
	return all
}

// differences returns those of the pairs.
func differences(pairs []pair) []stats.Estimate {
	var all []stats.Estimate
	for _, p := range pairs {
		all = append(all, p.difference)
	}
	return all
}

// belowLinear claims that the deepest ReLU nets do less well than linear nets.
func (r *Figure6Result) belowLinear() []claims.Claim {
	var all []claims.Claim
	for _, family := range []string{"relu", "relu-bn"} {
		for _, p := range lastPairs(r.sameDepth("linear", family)) {
			quantity := fmt.Sprintf("accuracy at %d layers, linear less %s", p.a.Depth, p.b.Title)
			all = append(all, p.claim(family+".linear", "The deepest ReLU nets do less well than linear ones", quantity).Above(p.difference, 0))
		}
	}
	return all
}

// keepsAccuracy claims that the deepest nets with LL-init are about as accurate as the shallowest.
func (r *Figure6Result) keepsAccuracy() []claims.Claim {
	points := r.Select("ll")
	var pairs []pair
	for i := 1; i < len(points); i++ {
		p := compare(points[i], points[0], func(deep, shallow float64) float64 { return deep - guessing - keeps*(shallow-guessing) })
		if p.seeds > 0 {
			pairs = append(pairs, p)
		}
	}
	var all []claims.Claim
	for _, p := range lastPairs(pairs) {
		quantity := fmt.Sprintf("accuracy above guessing at %d layers, less %g times that at %d", p.a.Depth, keeps, p.b.Depth)
		all = append(all, p.claim("ll.keeps", "Nets with LL-init keep their accuracy with depth", quantity).Above(p.difference, 0))
	}
	return all
}

// matchesResnet claims that nets with LL-init are not below the confidence interval of the resnets of their depth, wherever these have one: that
// they are less than its half-width below the resnets, in the seeds that both have.
func (r *Figure6Result) matchesResnet() []claims.Claim {
	var all []claims.Claim
	for _, p := range r.sameDepth("ll", "resnet") {
		if resnet := p.b.Accuracy; resnet.Draws > 1 {
			half, above := resnet.Value-resnet.Low, p.difference
			above.Value, above.Low, above.High = above.Value+half, above.Low+half, above.High+half
			quantity := fmt.Sprintf("accuracy at %d layers, with LL-init less the resnets', and half of the width of the resnets' interval", p.a.Depth)
			all = append(all, p.claim("ll.resnet", "Nets with LL-init match resnets of the same depth", quantity).Above(above, 0))
		}
	}
	return all
}

// beatsPReLU claims that the other way to start out linear does less well.
func (r *Figure6Result) beatsPReLU() []claims.Claim {
	var all []claims.Claim
	for _, p := range r.sameDepth("ll", "prelu") {
		quantity := fmt.Sprintf("accuracy at %d layers, %s less %s", p.a.Depth, p.a.Title, p.b.Title)
		all = append(all, p.claim("prelu", "PReLU of slope 1, the other way to start out linear, does less well than LL-init", quantity).Above(p.difference, 0))
	}
	return all
}
