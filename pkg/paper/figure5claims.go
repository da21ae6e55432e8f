package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// Bounds of the claims about Figure 5, set from the paper's text before the figure was computed.
const (
	// farFaster: "much faster" means at least twice as fast.
	farFaster = 2

	// vanishes: a structure that is gone in a deep net keeps less than a tenth of what the shallow one has. One that is "seen" is there beyond
	// chance, and how much of it the paper does not say.
	vanishes = 0.1
)

// Seed returns the seed that determined every random number.
func (r *Figure5Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-5.json holds, less the provenance. The maps are in its npz file.
func (r *Figure5Result) Results() (*results.Figure, error) {
	figure := &results.Figure{
		Figure: "figure-5",
		Title:  "Figure 5, gradients of convolutional nets on CIFAR-10",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}
	for _, m := range r.Maps {
		for _, drawn := range []struct {
			name   string
			matrix *mat.SymDense
		}{{"covariance", m.Covariance}, {"correlation", m.Correlation}} {
			n := drawn.matrix.SymmetricDim()
			array, err := results.NewArray(fmt.Sprintf("%s.%s.depth-%d", drawn.name, m.Net, m.Map.Depth), mat.DenseCopyOf(drawn.matrix).RawMatrix().Data, n, n)
			if err != nil {
				return nil, err
			}
			figure.Arrays = append(figure.Arrays, array)
		}
	}
	return figure, nil
}

// Select returns the curves of a setting, feedforward first and then the residual nets in the order of the config's betas.
func (r *Figure5Result) Select(norm *norms.Norm, statistics norms.Statistics, images string) []*RankSeries {
	var found []*RankSeries
	for i := range r.Series {
		if s := &r.Series[i]; s.Norm == norm.Name && s.Statistics == statistics && s.Images == images {
			found = append(found, s)
		}
	}
	return found
}

// Claims decides what the paper says about Figure 5, for each kind of statistics.
func (r *Figure5Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, statistics := range AllStatistics {
		nets := r.Select(norms.Batch, statistics, rank.ImagesName)
		for _, claimed := range []func([]*RankSeries) []claims.Claim{rankGrows, growsFaster, betaSlows, structureSurvives} {
			all = append(all, claimed(nets)...)
		}
	}
	return claims.MarkConventions(all)
}

// claim starts a claim about a net.
func (s *RankSeries) claim(id, source, statement, quantity string) claims.Claim {
	net := s.Net
	if s.Beta != nil {
		net = fmt.Sprintf("%s-beta-%g", net, *s.Beta)
	}
	return claims.Claim{
		ID: fmt.Sprintf("figure-5.%s.%s.%s", net, id, s.Statistics), Source: source, Statement: statement,
		Quantity: fmt.Sprintf("%s: %s; %s statistics", s.name(), quantity, s.Statistics),
		Unit:     "minibatches", Convention: string(s.Statistics),
	}
}

// lastDepth is the largest depth, and growth the growth of the relative effective rank up to it.
func (s *RankSeries) lastDepth() int { return s.Depths[len(s.Depths)-1] }

func growth(depths []rank.Measurement) float64 {
	return depths[len(depths)-1].Relative() - depths[0].Relative()
}

// rankGrows claims that the relative effective rank grows with depth.
func rankGrows(nets []*RankSeries) []claims.Claim {
	var all []claims.Claim
	for _, s := range nets {
		var steps []stats.Estimate
		for d := 1; d < len(s.Depths); d++ {
			steps = append(steps, stats.MeanOf(s.measured, func(depths []rank.Measurement) float64 { return depths[d].Relative() - depths[d-1].Relative() }))
		}
		all = append(all, s.claim("grows", "Figure 5c", "The relative effective rank grows with depth",
			"smallest growth of r(D)/r(Y) from one depth to the next").Above(stats.Smallest(steps), 0))
	}
	return all
}

// growsFaster claims that it grows much faster without skips.
func growsFaster(nets []*RankSeries) []claims.Claim {
	var all []claims.Claim
	for _, s := range nets[1:] {
		faster := stats.MeanPaired(nets[0].measured, s.measured, func(feedforward, residual []rank.Measurement) float64 {
			return growth(feedforward) - farFaster*growth(residual)
		})
		all = append(all, s.claim("slower", "Figure 5c", "The relative effective rank grows much faster without skips",
			fmt.Sprintf("growth of r(D)/r(Y) from %d to %d layers of the feedforward net, less %d times the resnet's", s.Depths[0], s.lastDepth(), farFaster)).Above(faster, 0))
	}
	return all
}

// betaSlows claims that it grows more slowly for a smaller beta.
func betaSlows(nets []*RankSeries) []claims.Claim {
	var all []claims.Claim
	for i := 2; i < len(nets); i++ {
		larger, s := nets[i-1], nets[i]
		slower := stats.MeanPaired(larger.measured, s.measured, func(larger, smaller []rank.Measurement) float64 { return growth(larger) - growth(smaller) })
		all = append(all, s.claim("beta", "Figure 5c", "The smaller β, the more slowly the relative effective rank grows",
			fmt.Sprintf("growth of r(D)/r(Y) from %d to %d layers, that of β = %g less this net's", s.Depths[0], s.lastDepth(), *larger.Beta)).Above(slower, 0))
	}
	return all
}

// structureSurvives claims that the block structure of the covariance is seen in deep nets with skips of a small beta only.
func structureSurvives(nets []*RankSeries) []claims.Claim {
	const quantity = "share of the covariance that the clusters of the net of %d layers explain beyond chance, %d layers"
	feedforward, residual := nets[0], nets[len(nets)-1]
	deep := func(depths []rank.Measurement) float64 { return covarianceShare(depths[len(depths)-1]) }
	kept := stats.MeanOf(feedforward.measured, func(depths []rank.Measurement) float64 { return deep(depths) - vanishes*covarianceShare(depths[0]) })
	deepest, first := feedforward.lastDepth(), feedforward.Depths[0]
	all := []claims.Claim{
		feedforward.claim("structure", "Figure 5a", fmt.Sprintf("In %d-layer feedforward convnets the structure of the covariance is gone", deepest),
			fmt.Sprintf(quantity+", less %g times that at %d", first, deepest, vanishes, first)).Below(kept, 0),
	}
	if residual.Beta == nil { // the config has no betas
		return all
	}
	return append(all,
		residual.claim("structure", "Figure 5b", fmt.Sprintf("In %d-layer convolutional resnets (β = %g) the structure of the covariance is still seen", deepest, *residual.Beta),
			fmt.Sprintf(quantity, first, deepest)).Above(stats.MeanOf(residual.measured, deep), 0),
	)
}
