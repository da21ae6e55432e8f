package paper

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Bounds of the claims about Figures 1 and 2, set from the paper's text.
const (
	// brownBound: "resembles brown noise" means at least three times as close to brown noise as to white; less than
	// 1-brownBound means the same of white.
	brownBound = 0.75

	// nearerBrown: "closer to brown than to white".
	nearerBrown = 0.5

	// whiteFrom is the depth from which feedforward gradients can't be told from white noise.
	whiteFrom = 24

	// whiteRejections: "can't be told from white noise" means that a test which rejects one draw of white noise in 20 rejects
	// fewer than one in 10; "can be told" means that it rejects most draws.
	whiteRejections = 0.1
	mostRejections  = 0.5
)

// Seed returns the seed that determined every random number.
func (r *Figure2Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-2.json holds, less the provenance.
func (r *Figure2Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: "figure-2",
		Title:  "Figure 2, autocorrelation of gradients against depth",
		Config: r.Config,
		Claims: r.Claims(),
		Series: r.Series,
		Tests:  r.Whiteness,
		Table:  r.Table(),
	}, nil
}

// Claims decides what the paper says about Figure 2, for each kind of statistics.
func (r *Figure2Result) Claims() []claims.Claim {
	var all []claims.Claim
	for _, statistics := range AllStatistics {
		feedforward := r.Select("feedforward", 0, statistics)
		plain := r.Select("residual", 1, statistics)
		all = append(all, steadyLoss(feedforward, statistics)...)
		for _, s := range feedforward {
			if s.Depth >= whiteFrom {
				all = append(all, insideWhiteBand(s, r.Config.Inputs))
			}
		}
		for _, test := range r.Whiteness {
			if test.Statistics == statistics {
				all = append(all, rejectsLikeWhite(test))
			}
		}
		all = append(all, slower(feedforward, plain)...)
		if deepest := last(plain); deepest != nil {
			all = append(all, toldFromWhite(*deepest))
		}
		if deepest := last(r.Select("residual", 0.1, statistics)); deepest != nil {
			all = append(all, claim(*deepest, "nearer-brown", "Figure 2c", fmt.Sprintf("With β = 0.1 even the %d-layer resnet resembles brown noise", deepest.Depth),
				"brownness (0 white, 1 brown)").Above(deepest.Brownness, nearerBrown))
		}
	}
	return claims.MarkConventions(all)
}

// claim starts a claim about one series.
func claim(s Series, id, source, statement, quantity string) claims.Claim {
	return claims.Claim{
		ID:         fmt.Sprintf("%s.%s.depth-%d.%s", s.Net, id, s.Depth, s.Statistics),
		Source:     source,
		Statement:  statement,
		Quantity:   fmt.Sprintf("%s; %s statistics", quantity, s.Statistics),
		Convention: string(s.Statistics),
	}
}

// last returns the deepest series, or nil when there is none.
func last(series []Series) *Series {
	if len(series) == 0 {
		return nil
	}
	return &series[len(series)-1]
}

// steadyLoss claims that the autocorrelation falls with every step in depth down to whiteFrom layers, where it is lost. With fewer than two
// such depths there is no such claim.
func steadyLoss(series []Series, statistics norms.Statistics) []claims.Claim {
	var falls []stats.Estimate
	for i := 1; i < len(series) && series[i].Depth <= whiteFrom; i++ {
		falls = append(falls, series[i-1].MeanCorrelation.MinusIndependent(series[i].MeanCorrelation)) // depths have draws of their own
	}
	if len(falls) == 0 {
		return nil
	}
	return []claims.Claim{claims.Claim{
		ID:         fmt.Sprintf("feedforward.steady-loss.%s", statistics),
		Source:     "Figure 2a",
		Statement:  "Feedforward gradients lose their correlation steadily with depth",
		Convention: string(statistics),
		Quantity:   fmt.Sprintf("smallest fall of the mean autocorrelation (lags 1–%d) from one depth to the next, up to %d layers; %s statistics", gradients.MaxLag, whiteFrom, statistics),
	}.Above(stats.Smallest(falls), 0)}
}

// insideWhiteBand claims what the eye sees in Figure 2(a): the averaged autocorrelation lies inside the 95 % band of a single
// white series at all lags.
func insideWhiteBand(s Series, inputs int) claims.Claim {
	return claim(s, "white-band", "Figure 2a", whiteStatement(s.Depth),
		fmt.Sprintf("largest mean autocorrelation at lags 1–%d, against the band for white noise", gradients.MaxLag)).
		Below(s.Farthest(1, 0), stats.WhiteBand(inputs))
}

// whiteStatement is what the paper says of deep feedforward nets.
func whiteStatement(depth int) string {
	return fmt.Sprintf("Gradients of %d-layer feedforward nets can't be told from white noise", depth)
}

// rejectsLikeWhite claims the same by a test on every draw.
func rejectsLikeWhite(test Whiteness) claims.Claim {
	return claim(Series{Net: test.Net, Depth: test.Depth, Statistics: test.Statistics}, "ljung-box", "Figure 2a", whiteStatement(test.Depth),
		fmt.Sprintf("share of %d draws that a Ljung–Box test at 5 %% rejects", test.Draws)).
		Below(test.Rejected, whiteRejections)
}

// slower claims that a plain resnet of the same depth keeps more autocorrelation than a feedforward net, from 10 layers on, where
// the paper sees the feedforward nets whiten.
func slower(feedforward, residual []Series) []claims.Claim {
	var all []claims.Claim
	for _, f := range feedforward {
		for _, r := range residual {
			if f.Depth == r.Depth && f.Depth >= 10 {
				all = append(all, claim(r, "slower", "Figure 2b", "The correlation of resnets (β = 1) falls far more slowly than that of feedforward nets",
					fmt.Sprintf("mean autocorrelation (lags 1–%d) at %d layers, resnet less feedforward", gradients.MaxLag, r.Depth)).
					Above(r.moreCorrelated(&f), 0)) // nets of one depth share their draws
			}
		}
	}
	return all
}

// toldFromWhite claims that the series is still not white: the test rejects most draws.
func toldFromWhite(s Series) claims.Claim {
	return claim(s, "not-white", "Figure 2b", fmt.Sprintf("The %d-layer resnet (β = 1) can still be told from white noise", s.Depth),
		fmt.Sprintf("share of %d draws that a Ljung–Box test at 5 %% rejects", s.Draws)).
		Above(stats.Share(s.Rejections, s.Draws), mostRejections)
}
