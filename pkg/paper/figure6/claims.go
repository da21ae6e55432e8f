package figure6

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set from the paper's text before the runs were done.
var (
	falls = claims.Bound{
		ID: "falls", Source: "Figure 6",
		Statement: "Without skips and LL-init, ReLU and CReLU nets lose accuracy steadily with depth",
		Value:     0, Why: "steadily: from each depth to the next, as long as there is any to lose",
	}
	linear = claims.Bound{
		ID: "linear", Source: "Figure 6", Statement: "The deepest ReLU nets do less well than linear ones",
		Value: 0, Why: "less well: they have a lower accuracy",
	}
	keeps = claims.Bound{
		ID: "keeps", Source: "Figure 6", Statement: "Nets with LL-init keep their accuracy with depth",
		Value: 0.9, Why: "keep: less than a tenth is lost of what they have above guessing",
	}
	matches = claims.Bound{
		ID: "resnet", Source: "Figure 6", Statement: "Nets with LL-init match resnets of the same depth",
		Value: 0, Why: "match: they are not below the confidence interval of the resnets",
	}
	prelu = claims.Bound{
		ID: "prelu", Source: "Figure 6",
		Statement: "PReLU of slope 1, the other way to start out linear, does less well than LL-init",
		Value:     0, Why: "less well: it has a lower accuracy",
	}
)

// testImages is the number of test images of CIFAR-10.
const testImages = 10000

// aboveGuessing is the accuracy from which on a net does better than guessing: three standard errors of
// guessing on all test images above it. A net below it has nothing left to lose with depth.
var aboveGuessing = guessing + 3*math.Sqrt(guessing*(1-guessing)/testImages)

// Claims decides what the paper says about Figure 6, as far as the runs that are needed for it are there.
// Nets are compared seed by seed, which gives both the same images in the same order. Where there is one
// seed, a claim speaks of these nets alone, has no interval, and says so.
func (r *Result) Claims() []claims.Claim {
	all := []claims.Claim{}
	for _, decide := range []func() []claims.Claim{
		r.loseAccuracy, r.areBelowLinear, r.keepAccuracy, r.matchResnets, r.beatPReLU,
	} {
		all = append(all, decide()...)
	}
	return all
}

// claim starts a claim about a pair, in the name of a family.
func (r *Result) claim(p pair, bound claims.Bound, family, quantity string) claims.Claim {
	if r.atTenEpochs() {
		quantity += ", after ten epochs"
	}
	if p.seeds == 1 {
		quantity += " (one seed: no interval)"
	}
	c := bound.Claim(r.name(), fmt.Sprintf("%s.depth-%d", family, max(p.a.Depth, p.b.Depth)), "", quantity)
	c.Unit = "seeds"
	return c
}

// loseAccuracy claims that nets without skips and LL-init lose accuracy from each depth to the next, for as
// long as they have any to lose: the steps with several seeds together, and those of one seed by themselves.
// The nets with batch normalisation are among them, as the paper's text, as we have it, does not settle
// whether its ReLU nets had it.
func (r *Result) loseAccuracy() []claims.Claim {
	var all []claims.Claim
	for _, family := range []string{"crelu", "relu", "relu-bn"} {
		points := r.Select(family)
		var together []pair
		for i := 1; i < len(points) && points[i-1].Accuracy.Value > aboveGuessing; i++ {
			switch step := compare(points[i-1], points[i], less); {
			case step.seeds > 1:
				together = append(together, step)
			case step.seeds == 1:
				quantity := fmt.Sprintf("%s: accuracy at %d layers less that at %d", step.a.Title,
					step.a.Depth,
					step.b.Depth)
				all = append(all, r.claim(step, falls, family, quantity).Above(step.difference, falls.Value))
			}
		}
		if n := len(together); n > 0 {
			last := together[n-1]
			quantity := fmt.Sprintf("%s: smallest fall of the accuracy from one depth to the next, %d to %d "+
				"layers",
				last.a.Title, together[0].a.Depth, last.b.Depth)
			all = append(all, r.claim(last, falls, family, quantity).
				Above(stats.Smallest(differences(together)), falls.Value))
		}
	}
	return all
}

// areBelowLinear claims that the deepest ReLU nets do less well than linear nets. Those of the figure's least
// depth are not deep, whether or not there are others of the family.
func (r *Result) areBelowLinear() []claims.Claim {
	var all []claims.Claim
	least := math.MaxInt
	for _, p := range r.Points {
		least = min(least, p.Depth)
	}
	for _, family := range []string{"relu", "relu-bn"} {
		for _, p := range lastPairs(r.sameDepth("linear", family)) {
			if p.a.Depth == least {
				continue
			}
			quantity := fmt.Sprintf("accuracy at %d layers, linear less %s", p.a.Depth, p.b.Title)
			all = append(all, r.claim(p, linear, family, quantity).Above(p.difference, linear.Value))
		}
	}
	return all
}

// keepAccuracy claims that the deepest nets with LL-init are about as accurate as the shallowest.
func (r *Result) keepAccuracy() []claims.Claim {
	points := r.Select("ll")
	var pairs []pair
	for i := 1; i < len(points); i++ {
		p := compare(points[i], points[0], func(deep, shallow float64) float64 {
			return deep - guessing - keeps.Value*(shallow-guessing)
		})
		if p.seeds > 0 {
			pairs = append(pairs, p)
		}
	}
	var all []claims.Claim
	for _, p := range lastPairs(pairs) {
		quantity := fmt.Sprintf("accuracy above guessing at %d layers, less %g times that at %d", p.a.Depth,
			keeps.Value, p.b.Depth)
		all = append(all, r.claim(p, keeps, "ll", quantity).Above(p.difference, 0))
	}
	return all
}

// matchResnets claims that nets with LL-init are not below the confidence interval of the resnets of their
// depth, wherever these have one: that they are less than its half-width below the resnets, in the seeds that
// both have.
func (r *Result) matchResnets() []claims.Claim {
	var all []claims.Claim
	for _, p := range r.sameDepth("ll", "resnet") {
		if resnet := p.b.Accuracy; resnet.Draws > 1 {
			half, above := resnet.Value-resnet.Low, p.difference
			above.Value, above.Low, above.High = above.Value+half, above.Low+half, above.High+half
			quantity := fmt.Sprintf("accuracy at %d layers, with LL-init less the resnets', and half of the "+
				"width "+
				"of the resnets' interval", p.a.Depth)
			all = append(all, r.claim(p, matches, "ll", quantity).Above(above, matches.Value))
		}
	}
	return all
}

// beatPReLU claims that the other way to start out linear does less well.
func (r *Result) beatPReLU() []claims.Claim {
	var all []claims.Claim
	for _, p := range r.sameDepth("ll", "prelu") {
		quantity := fmt.Sprintf("accuracy at %d layers, %s less %s", p.a.Depth, p.a.Title, p.b.Title)
		all = append(all, r.claim(p, prelu, "ll", quantity).Above(p.difference, prelu.Value))
	}
	return all
}
