package paper

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// nearTheory is the bound of the claims about real nets: "as the theorem says" means within a tenth of the theorem's rate, exponent or limit.
const nearTheory = 0.1

// Seed returns the seed that determined every random number.
func (r *RealNetsResult) Seed() uint64 { return r.Config.Seed }

// Results returns what results/real-nets.json holds, less the provenance.
func (r *RealNetsResult) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "real-nets",
		Title:  "The theorems on real nets: correlation of gradients against depth, over widths",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
	}, nil
}

// Claims decides what the theorems predict of real nets, for each family of nets once, at the largest width: the others are in the series.
// Real nets meet the theorems' assumptions more or less, so these claims may fail.
func (r *RealNetsResult) Claims() []claims.Claim {
	var all []claims.Claim
	for _, family := range r.Families() {
		widest := slices.MaxFunc(family, func(a, b CorrelationSeries) int { return cmp.Compare(a.Width, b.Width) })
		all = append(all, widest.claim())
		if widest.Fit != nil && widest.Theorem != "Theorem 3" {
			all = append(all, widest.growthClaim())
		}
	}
	return all
}

// Families returns the series by nets, each over the widths.
func (r *RealNetsResult) Families() [][]CorrelationSeries {
	var families [][]CorrelationSeries
	for _, s := range r.Series {
		last := len(families) - 1
		if last < 0 || families[last][0].family() != s.family() {
			families = append(families, nil)
			last++
		}
		families[last] = append(families[last], s)
	}
	return families
}

// family identifies the series that differ in width alone.
func (s CorrelationSeries) family() string {
	family := s.Net + "." + s.Norm
	if s.Beta != nil && s.Theorem == "Theorem 3" {
		family += fmt.Sprintf(".beta-%g", *s.Beta)
	}
	return family
}

// distance returns how far the series is from its theorem, in parts of the theorem's number at these depths.
func (s CorrelationSeries) distance() stats.Estimate {
	if s.Fit != nil {
		return s.Fit.Slope.Over(s.Fit.TheoryHere).Distance(1)
	}
	return s.Correlation[len(s.Correlation)-1].Over(theory.HighwayLimit()).Distance(1)
}

// claim claims that the series is as its theorem says.
func (s CorrelationSeries) claim() claims.Claim {
	statement := map[string]string{
		"Theorem 1":   "The correlation of feedforward nets halves with each layer",
		"Theorem 2":   "The correlation of resnets (β = 1) falls by 3/4 a layer",
		"Theorem 3":   "The correlation of β-rescaled resnets with batch normalisation falls with the theorem's power of L, which tends to −1/2",
		"Corollary 1": "The correlation of modified highway nets stays near 1/√e, however deep",
	}[s.Theorem]
	quantity := fmt.Sprintf("R at %d layers", s.Depths[len(s.Depths)-1])
	if s.Fit != nil {
		quantity = map[string]string{LogDepth: "exponent of R", PerLayer: "rate of log R"}[s.Fit.Abscissa] +
			fmt.Sprintf(", %d to %d layers", s.Fit.First, s.Fit.Last)
	}
	return claims.Claim{
		ID: fmt.Sprintf("real-nets.%s.widest", s.family()), Source: s.Theorem, Statement: statement,
		Quantity: fmt.Sprintf("%s, width %d (%s): relative distance from the theorem's", quantity, s.Width, s.Title()),
	}.Below(s.distance(), nearTheory)
}

// growthClaim claims that C(i,i) grows as the theorem says: to a tenth of a doubling a layer.
func (s CorrelationSeries) growthClaim() claims.Claim {
	statement := "C(i,i) stays 1 in feedforward nets"
	if s.Fit.GrowthTheory > 0 {
		statement = "C(i,i) doubles with each layer of a resnet (β = 1)"
	}
	return claims.Claim{
		ID: fmt.Sprintf("real-nets.%s.variance", s.family()), Source: s.Theorem, Statement: statement,
		Quantity: fmt.Sprintf("doublings of C(i,i) a layer, width %d (%s): distance from the theorem's", s.Width, s.Title()),
	}.Below(s.Fit.Growth.Over(math.Ln2).Distance(s.Fit.GrowthTheory/math.Ln2), nearTheory)
}

// Title names the nets of the series, less the width.
func (s CorrelationSeries) Title() string {
	return models.Name{Net: s.Net, Norm: s.Norm, Beta: s.Beta, Also: s.Also}.Title()
}
