package dial

import (
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Theory is the structure of gradients of infinitely wide nets against beta, for one depth: what a Series
// has, of the expected autocorrelation in the place of its mean over draws. All slices have one entry a beta.
type Theory struct {
	// Lag1 and Lag5 are the expected autocorrelation at these lags.
	Lag1 []float64 `json:"lag_1"`
	Lag5 []float64 `json:"lag_5"`

	// Length is the effective correlation length of [stats.CorrelationLength], in steps of the grid.
	Length []float64 `json:"length"`

	// Brownness is 0 for white noise, 1 for brown noise, 1/2 where it is equally far from both.
	Brownness []float64 `json:"brownness"`

	// acfs are the expected autocorrelations, betas x lags.
	acfs [][]float64
}

// farLag returns the largest lag at which the autocorrelation of m values is looked at for its length. That
// of brown noise, as of all that is less smooth, has fallen to 0 long before.
func farLag(m int) int { return m / 2 }

// addTheory adds the theory of the nets of each beta, at all depths, to a plan; it returns nil where the
// theory does not cover them.
func (c Config) addTheory(p *jobs.Plan) []*map[int][]float64 {
	var all []*map[int][]float64
	for _, beta := range c.Betas {
		net := c.gradients(0, beta).Net
		if meanfield.Covers(net) != nil {
			return nil
		}
		all = append(all, law.AddACF(p, net, c.Inputs, c.Depths, farLag(c.Inputs)))
	}
	return all
}

// newTheory returns the theory of nets of a depth from that of each beta.
func newTheory(depth, inputs int, betas []*map[int][]float64) (*Theory, error) {
	t := new(Theory)
	for _, depths := range betas {
		acf := (*depths)[depth]
		colour, err := stats.Colour(acf[:gradients.MaxLag+1], inputs)
		if err != nil {
			return nil, err
		}
		t.Lag1, t.Lag5 = append(t.Lag1, acf[1]), append(t.Lag5, acf[5])
		t.Length = append(t.Length, stats.CorrelationLength(acf))
		t.Brownness = append(t.Brownness, colour.Brownness)
		t.acfs = append(t.acfs, acf)
	}
	return t, nil
}
