package donsker

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// What the appendix says.
const (
	source   = "Appendix (Donsker)"
	brownian = "The gradient of a 1-layer net has the covariance of Brownian motion, min(s, t)"
	normal   = "The gradient of a 1-layer net converges to Brownian motion as N grows"
)

// The bounds of the claims, set before the measurements.
var (
	inBand = claims.Bound{
		ID: "in-band", Source: source, Statement: brownian, Value: 1,
		Why: "has: it lies in the band of what was measured, that holds for all pairs and widths together",
	}
	tight = claims.Bound{
		ID: "tight", Source: source, Statement: brownian, Value: 0.15,
		Why: "has: covariances of a walk of variance 1 at its end are told from each other on a scale " +
			"finer " +
			"than that",
	}
	law = claims.Bound{
		ID: "law", Source: source, Statement: normal, Value: 1,
		Why: "converges: the distance from the normal law is that of the exact law, within the band of " +
			"what " +
			"was sampled",
	}
	gaussian = claims.Bound{
		ID: "normal", Source: source, Statement: normal, Value: 1.358,
		Why: "converges: at the largest width a Kolmogorov–Smirnov test at 5 % can't tell the increments " +
			"from " +
			"normal ones; the number is the 95 % quantile of √n times the distance of n normal samples " +
			"from " +
			"their law",
	}
	rate = claims.Bound{
		ID: "rate", Source: source, Statement: normal, Value: 0.1,
		Why: "converges: as 1/N, which is told from the rate of the central limit theorem for skewed " +
			"weights, " +
			"1/√N",
	}
)

// Claims decides what the appendix says: the covariance is that of Brownian motion, and the increments become
// normal.
func (r *Result) Claims() []claims.Claim {
	widths := fmt.Sprintf("%d widths from %d to %d", len(r.Series), r.Series[0].Width,
		r.Series[len(r.Series)-1].Width)
	outside, deviation, apart := r.distances()
	widest := r.Series[len(r.Series)-1]
	n := widest.Distance.Samples
	all := []claims.Claim{
		inBand.Claim(Name, "covariance", "", fmt.Sprintf("largest distance of the covariance from min(s, "+
			"t), "+
			"%s, in half-widths of the band that holds for all %d pairs at 95 %% (Bonferroni)", widths,
			r.Comparisons)).
			Below(stats.Exact(outside), inBand.Value),
		tight.Claim(Name, "covariance", "", "largest distance of the covariance from min(s, t), with the "+
			"simultaneous band; the variance at the end is about 1").
			Below(deviation, tight.Value),
		law.Claim(Name, "increments", "", fmt.Sprintf("largest distance of the sampled Kolmogorov–Smirnov "+
			"distance (given the kinks) from that of the exact law, %s, in half-widths of the simultaneous "+
			"band",
			widths)).
			Below(stats.Exact(apart), law.Value),
		gaussian.Claim(Name, "increments", "",
			fmt.Sprintf("√n times the empirical Kolmogorov–Smirnov distance "+
				"of n = %d increments from the normal law at N = %d, against its 95 %% quantile", n,
				widest.Width)).
			Below(stats.Exact(math.Sqrt(float64(n))*widest.Distance.Empirical), gaussian.Value),
	}
	if r.Fit != nil {
		all = append(all, rate.Claim(Name, "increments", "",
			fmt.Sprintf("distance from −1 of the exponent of N "+
				"with which the increments approach the normal law, from N = %d on", r.Fit.From)).
			Below(r.Fit.Exponent.Distance(-1), rate.Value))
	}
	return all
}

// distances returns the largest distance of covariances from min(s, t), in half-widths of the band and as it
// is, and that of the sampled distances from the exact ones in half-widths. Where there is nothing to compare
// they are not finite.
func (r *Result) distances() (outside float64, deviation stats.Estimate, apart float64) {
	outside, apart = math.Inf(-1), math.Inf(-1)
	var deviations []stats.Estimate
	for _, s := range r.Series {
		for _, c := range s.Covariances {
			distance := c.Distance(min(c.S, c.T))
			outside = max(outside, distance.Value/(c.High-c.Value))
			deviations = append(deviations, distance)
		}
		given := s.Distance.GivenKinks
		apart = max(apart, math.Abs(given.Value-s.Distance.Exact)/(given.High-given.Value))
	}
	deviation = stats.Largest(deviations)
	deviation.Draws = r.Config.Draws
	return outside, deviation, apart
}
