package figure2

import (
	"cmp"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// whiteFrom is the depth from which feedforward gradients can't be told from white noise, and resnetsFrom
// that from which resnets are compared with feedforward nets, which the paper sees whiten from there on.
const (
	whiteFrom   = 24
	resnetsFrom = 10
)

// whiteStatement is what the paper says of deep feedforward nets.
const whiteStatement = "Gradients of deep feedforward nets can't be told from white noise"

// The bounds of the claims, set from the paper's text.
var (
	steady = claims.Bound{
		ID: "steady-loss", Source: "Figure 2a",
		Statement: "Feedforward gradients lose their correlation steadily with depth",
		Value:     0, Why: "steadily: from each depth to the next the autocorrelation falls",
	}
	inBand = claims.Bound{
		ID: "white-band", Source: "Figure 2a", Statement: whiteStatement,
		Why: "can't be told: what the eye sees, the averaged autocorrelation lies inside the 95 % band of " +
			"a single white series, ±1.96/√M, at all lags",
	}
	rejected = claims.Bound{
		ID: "ljung-box", Source: "Figure 2a", Statement: whiteStatement,
		Value: 0.1,
		Why: "can't be told: a test that rejects one draw of white noise in 20 rejects fewer than one in " +
			"10",
	}
	slower = claims.Bound{
		ID: "slower", Source: "Figure 2b",
		Statement: "The correlation of resnets (β = 1) falls far more slowly than that of feedforward nets",
		Value:     0, Why: "more slowly: at the same depth, from 10 layers on, more of it is left",
	}
	notWhite = claims.Bound{
		ID: "not-white", Source: "Figure 2b",
		Statement: "The deepest resnet (β = 1) can still be told from white noise",
		Value:     paper.MostRejections,
		Why:       "can be told: a test that rejects one draw of white noise in 20 rejects most",
	}
	nearerBrown = claims.Bound{
		ID: "nearer-brown", Source: "Figure 2c",
		Statement: "With β = 0.1 even the deepest resnet resembles brown noise",
		Value:     paper.NearerBrown, Why: "resembles: it is nearer to brown noise than to white",
	}
)

// Claims decides what the paper says about Figure 2, for each kind of statistics.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, statistics := range paper.AllStatistics {
		feedforward := r.Select("feedforward", 0, statistics)
		plain := r.Select("residual", 1, statistics)
		all = append(all, losesSteadily(feedforward, statistics)...)
		for _, s := range feedforward {
			if s.Depth >= whiteFrom {
				all = append(all, staysInBand(s, r.Config.Inputs))
			}
		}
		for _, test := range r.Whiteness {
			if test.Statistics == statistics {
				all = append(all, rejectsLikeWhite(test))
			}
		}
		all = append(all, fallsSlower(feedforward, plain)...)
		if deepest := last(plain); deepest != nil {
			all = append(all, toldFromWhite(*deepest))
		}
		if deepest := last(r.Select("residual", paper.RecommendedLow, statistics)); deepest != nil {
			all = append(all, claim(*deepest, nearerBrown, "brownness (0 white, 1 brown)").
				Above(deepest.Brownness, nearerBrown.Value))
		}
	}
	return append(claims.MarkConventions(all), r.lawClaims()...)
}

// lawClaims claims of each curve that there is theory for that it follows it.
func (r *Result) lawClaims() []claims.Claim {
	var all []claims.Claim
	for _, net := range r.Config.Nets {
		_, series := r.Panel(net, norms.Frozen)
		for _, s := range series {
			if s.Theory != nil {
				title := fmt.Sprintf("%d-layer %s, frozen statistics", s.Depth, s.Name().Family())
				width := cmp.Or(net.Width, models.PaperWidth)
				all = append(all, law.Decide(Name, s.ID(), title, width, s.Theory, &s.Curve))
			}
		}
	}
	return all
}

// claim starts a claim about one net.
func claim(s paper.Series, bound claims.Bound, quantity string) claims.Claim {
	return bound.Claim(Name, s.ID(), string(s.Statistics),
		fmt.Sprintf("%d-layer %s: %s; %s statistics", s.Depth, s.Name().Family(), quantity, s.Statistics))
}

// last returns the deepest net, or nil when there is none.
func last(series []paper.Series) *paper.Series {
	if len(series) == 0 {
		return nil
	}
	return &series[len(series)-1]
}

// losesSteadily claims that the autocorrelation falls with every step in depth down to whiteFrom layers,
// where it is lost. With fewer than two such depths there is no such claim.
func losesSteadily(series []paper.Series, statistics norms.Statistics) []claims.Claim {
	var falls []stats.Estimate
	for i := 1; i < len(series) && series[i].Depth <= whiteFrom; i++ { // depths have no draws in common
		falls = append(falls, series[i-1].MeanCorrelation.MinusIndependent(series[i].MeanCorrelation))
	}
	if len(falls) == 0 {
		return nil
	}
	quantity := fmt.Sprintf("smallest fall of the mean autocorrelation (lags 1–%d) from one depth to the "+
		"next, up to %d layers; %s statistics", gradients.MaxLag, whiteFrom, statistics)
	return []claims.Claim{steady.Claim(Name, "feedforward", string(statistics), quantity).
		Above(stats.Smallest(falls), steady.Value)}
}

// staysInBand claims what the eye sees in Figure 2(a): the averaged autocorrelation lies inside the 95 % band
// of a single white series at all lags.
func staysInBand(s paper.Series, inputs int) claims.Claim {
	quantity := fmt.Sprintf("largest mean autocorrelation at lags 1–%d, against the band for white noise",
		gradients.MaxLag)
	return claim(s, inBand, quantity).Below(s.Farthest(1, 0), stats.WhiteBand(inputs))
}

// rejections is what a Ljung-Box test on every draw says.
func rejections(draws int) string {
	return fmt.Sprintf("share of %d draws that a Ljung–Box test at 5 %% rejects", draws)
}

// rejectsLikeWhite claims the same by a test on every draw.
func rejectsLikeWhite(test Whiteness) claims.Claim {
	s := paper.Series{Net: test.Net, Depth: test.Depth, Statistics: test.Statistics}
	return claim(s, rejected, rejections(test.Draws)).Below(test.Rejected, rejected.Value)
}

// fallsSlower claims that a plain resnet keeps more autocorrelation than a feedforward net of the same depth.
func fallsSlower(feedforward, residual []paper.Series) []claims.Claim {
	var all []claims.Claim
	quantity := fmt.Sprintf("mean autocorrelation (lags 1–%d), resnet less feedforward", gradients.MaxLag)
	for _, f := range feedforward {
		for _, r := range residual {
			if f.Depth == r.Depth && f.Depth >= resnetsFrom {
				all = append(all, claim(r, slower, quantity).Above(moreCorrelated(r, f), slower.Value))
			}
		}
	}
	return all
}

// moreCorrelated estimates by how much the autocorrelation of a net, averaged over lags from 1 on, is above
// that of another: nets of one depth share their draws.
func moreCorrelated(s, other paper.Series) stats.Estimate {
	return stats.MeanPaired(s.Autocorrelations, other.Autocorrelations, func(own, other []float64) float64 {
		return gradients.MeanFromLag1(own) - gradients.MeanFromLag1(other)
	})
}

// toldFromWhite claims that the net's gradients are still not white: the test rejects most draws.
func toldFromWhite(s paper.Series) claims.Claim {
	return claim(s, notWhite, rejections(s.Draws)).Above(stats.Share(s.Rejections, s.Draws), notWhite.Value)
}
