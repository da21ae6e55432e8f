package figure5

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set from the paper's text before the figure was computed.
var (
	grows = claims.Bound{
		ID: "grows", Source: "Figure 5c", Statement: "The relative effective rank grows with depth",
		Value: 0, Why: "grows: from each depth to the next it is larger",
	}
	slower = claims.Bound{
		ID: "slower", Source: "Figure 5c", Statement: "The relative effective rank grows much faster " +
			"without skips",
		Value: 2, Why: "much faster: at least twice as fast",
	}
	betaSlows = claims.Bound{
		ID: "beta", Source: "Figure 5c", Statement: "The smaller β, the more slowly the relative effective " +
			"rank grows",
		Value: 0, Why: "more slowly: it grows by less up to the largest depth",
	}
	gone = claims.Bound{
		ID: "structure", Source: "Figure 5a",
		Statement: "In deep feedforward convnets the structure of the covariance is gone",
		Value:     0.1, Why: "gone: less than a tenth is left of what the shallow net has",
	}
	seen = claims.Bound{
		ID: "structure", Source: "Figure 5b",
		Statement: "In deep convolutional resnets of a small β the structure of the covariance is " +
			"still seen",
		Value: 0, Why: "seen: it is there beyond chance, and how much of it the paper does not say",
	}
)

// Claims decides what the paper says about Figure 5, for each kind of statistics and each shortcut.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, statistics := range paper.AllStatistics {
		feedforward := r.Select(norms.Batch, statistics, rank.ImagesName, nil)
		families := [][]*Series{feedforward}
		for _, shortcut := range r.Config.Shortcuts {
			families = append(families, r.Select(norms.Batch, statistics, rank.ImagesName, shortcut))
		}
		for _, decide := range []func(feedforward *Series, nets []*Series) []claims.Claim{
			rankGrows, growsFaster, smallBetaSlows, structureSurvives,
		} {
			for _, nets := range families {
				all = append(all, decide(feedforward[0], nets)...)
			}
		}
	}
	return claims.MarkConventions(all)
}

// Select returns the curves of a setting: the resnets with the shortcut in the order of the config's betas,
// or the feedforward net where it is nil.
func (r *Result) Select(norm *norms.Norm, statistics norms.Statistics, images string,
	shortcut *models.Shortcut) []*Series {
	name := ""
	if shortcut != nil {
		name = shortcut.Name
	}
	var found []*Series
	for i := range r.Series {
		s := &r.Series[i]
		if s.Norm == norm.Name && s.Statistics == statistics && s.Images == images && s.Shortcut == name {
			found = append(found, s)
		}
	}
	return found
}

// claim starts a claim about a net. Of two resnets with different shortcuts the paper says the same: which
// shortcut is a convention, as the kind of statistics is.
func (s *Series) claim(bound claims.Bound, quantity string) claims.Claim {
	name, convention := s.Net, string(s.Statistics)
	if s.Beta != nil {
		name, convention = fmt.Sprintf("%s-beta-%g", s.Net, *s.Beta), s.Shortcut+"."+convention
	}
	quantity = fmt.Sprintf("%s: %s; %s statistics", s.Name().Family(), quantity, s.Statistics)
	c := bound.Claim(Name, name, convention, quantity)
	c.Unit = "minibatches"
	return c
}

// lastDepth is the largest depth, and growth the growth of the relative effective rank up to it.
func (s *Series) lastDepth() int { return s.Depths[len(s.Depths)-1] }

func growth(depths []rank.Measurement) float64 {
	return depths[len(depths)-1].Relative() - depths[0].Relative()
}

// rankGrows claims that the relative effective rank grows with depth.
func rankGrows(_ *Series, nets []*Series) []claims.Claim {
	var all []claims.Claim
	for _, s := range nets {
		var steps []stats.Estimate
		for d := 1; d < len(s.Depths); d++ {
			steps = append(steps, s.estimate(func(depths []rank.Measurement) float64 {
				return depths[d].Relative() - depths[d-1].Relative()
			}))
		}
		const quantity = "smallest growth of r(D)/r(Y) from one depth to the next"
		all = append(all, s.claim(grows, quantity).Above(stats.Smallest(steps), grows.Value))
	}
	return all
}

// growsFaster claims that it grows much faster without skips.
func growsFaster(feedforward *Series, nets []*Series) []claims.Claim {
	var all []claims.Claim
	for _, s := range nets {
		if s == feedforward {
			continue
		}
		faster := stats.MeanPaired(feedforward.measured, s.measured,
			func(feedforward, residual []rank.Measurement) float64 {
				return growth(feedforward) - slower.Value*growth(residual)
			})
		quantity := fmt.Sprintf("growth of r(D)/r(Y) from %d to %d layers of the feedforward net, less %g "+
			"times the resnet's",
			s.Depths[0], s.lastDepth(), slower.Value)
		all = append(all, s.claim(slower, quantity).Above(faster, 0))
	}
	return all
}

// smallBetaSlows claims that it grows more slowly for a smaller beta.
func smallBetaSlows(_ *Series, nets []*Series) []claims.Claim {
	var all []claims.Claim
	for i := 1; i < len(nets); i++ {
		larger, s := nets[i-1], nets[i]
		slows := stats.MeanPaired(larger.measured, s.measured,
			func(larger, smaller []rank.Measurement) float64 {
				return growth(larger) - growth(smaller)
			})
		quantity := fmt.Sprintf("growth of r(D)/r(Y) from %d to %d layers, that of β = %g less this net's",
			s.Depths[0], s.lastDepth(), *larger.Beta)
		all = append(all, s.claim(betaSlows, quantity).Above(slows, betaSlows.Value))
	}
	return all
}

// structureSurvives claims that the block structure of the covariance is seen in deep nets with skips of a
// small beta only.
func structureSurvives(_ *Series, nets []*Series) []claims.Claim {
	if len(nets) == 0 { // the config has no betas
		return nil
	}
	s := nets[len(nets)-1]
	first, deepest := s.Depths[0], s.lastDepth()
	quantity := fmt.Sprintf("share of the covariance that the clusters of the net of %d layers explain "+
		"beyond chance, %d layers",
		first, deepest)
	deep := func(depths []rank.Measurement) float64 { return covarianceShare(depths[len(depths)-1]) }
	if s.Beta != nil {
		return []claims.Claim{s.claim(seen, quantity).Above(s.estimate(deep), seen.Value)}
	}
	left := s.estimate(func(depths []rank.Measurement) float64 {
		return deep(depths) - gone.Value*covarianceShare(depths[0])
	})
	quantity += fmt.Sprintf(", less %g times that at %d", gone.Value, first)
	return []claims.Claim{s.claim(gone, quantity).Below(left, 0)}
}
