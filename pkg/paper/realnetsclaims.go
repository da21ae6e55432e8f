package paper

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/results"
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

// Claims decides what the theorems predict of real nets, for each family of nets twice: at the largest width, and at the width
// where the distance from the prediction reaches farthest. Real nets meet the theorems' assumptions more or less, so these
// claims may fail.
func (r *RealNetsResult) Claims() []claims.Claim {
	var all []claims.Claim
	for _, family := range r.Families() {
		widest := &family[0]
		for i := range family {
			if family[i].Width > widest.Width {
				widest = &family[i]
			}
		}
		all = append(all, widest.claim("widest", "the largest width"), farthest(family))
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

// distance returns how far the series is from its theorem, in parts of the theorem's number.
func (s CorrelationSeries) distance() claims.Estimate {
	if s.Fit != nil {
		return relativeDistance(s.Fit.Slope, s.Fit.Theory)
	}
	last := len(s.Correlation) - 1
	return relativeDistance(s.Estimate(last), theory.HighwayLimit())
}

// Estimate returns R at a place of the series with its interval.
func (s CorrelationSeries) Estimate(i int) claims.Estimate {
	return estimateOf(s.Correlation[i], s.CorrelationStdErr[i], s.Draws)
}

// relativeDistance returns |measured/theory - 1|, whose interval starts at 0 where the measured one holds the theory's number.
func relativeDistance(measured claims.Estimate, theory float64) claims.Estimate {
	low, high := measured.Low/theory-1, measured.High/theory-1
	if low > high { // a negative number turns the interval around
		low, high = high, low
	}
	distance := claims.Estimate{Value: math.Abs(measured.Value/theory - 1), High: math.Max(math.Abs(low), math.Abs(high))}
	if low > 0 || high < 0 {
		distance.Low = math.Min(math.Abs(low), math.Abs(high))
	}
	return distance
}

// farthest claims the theorem at the width where the distance reaches farthest.
func farthest(family []CorrelationSeries) claims.Claim {
	worst := &family[0]
	for i := range family {
		if family[i].distance().High > worst.distance().High {
			worst = &family[i]
		}
	}
	return worst.claim("any-width", "the width where it reaches farthest")
}

// claim claims that the series, at the width that was chosen so, is as its theorem says.
func (s CorrelationSeries) claim(id, chosen string) claims.Claim {
	statement := map[string]string{
		"Theorem 1":   "The correlation of feedforward nets halves with each layer",
		"Theorem 2":   "The correlation of resnets (β = 1) falls by 3/4 a layer",
		"Theorem 3":   "The correlation of β-rescaled resnets with batch normalisation falls like L^(−1/2)",
		"Corollary 1": "The correlation of modified highway nets stays near 1/√e, however deep",
	}[s.Theorem]
	quantity := "exponent of R"
	switch {
	case s.Fit == nil:
		quantity = fmt.Sprintf("R at %d layers", s.Depths[len(s.Depths)-1])
	case s.Fit.Abscissa == PerLayer:
		quantity = "rate of log R"
	}
	return claims.Claim{
		ID: fmt.Sprintf("real-nets.%s.%s", s.family(), id), Source: s.Theorem, Statement: statement,
		Quantity: fmt.Sprintf("%s (%s): relative distance from the theorem's at %s, %d", quantity, s.Title(), chosen, s.Width),
	}.Below(s.distance(), nearTheory)
}

// growthClaim claims that C(i,i) grows as the theorem says: to a tenth of a doubling a layer.
func (s CorrelationSeries) growthClaim() claims.Claim {
	statement := "C(i,i) stays 1 in feedforward nets"
	if s.Fit.GrowthTheory > 0 {
		statement = "C(i,i) doubles with each layer of a resnet (β = 1)"
	}
	// In units of log 2, the distance from the theory's whole number is that of the shifted number from 1.
	shift := math.Ln2 - s.Fit.GrowthTheory
	shifted := claims.Estimate{Value: s.Fit.Growth.Value + shift, Low: s.Fit.Growth.Low + shift, High: s.Fit.Growth.High + shift}
	return claims.Claim{
		ID: fmt.Sprintf("real-nets.%s.variance", s.family()), Source: s.Theorem, Statement: statement,
		Quantity: fmt.Sprintf("doublings of C(i,i) a layer, width %d (%s): distance from the theorem's", s.Width, s.Title()),
	}.Below(relativeDistance(shifted, math.Ln2), nearTheory)
}

// Title names the nets of the series, less the width.
func (s CorrelationSeries) Title() string {
	return models.Name{Net: s.Net, Norm: s.Norm, Beta: s.Beta, Also: s.Also}.Title()
}
