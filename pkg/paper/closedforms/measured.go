package closedforms

import (
	"context"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// point is a quantity at a depth.
type point struct {
	Depth    int            `json:"depth"`
	Estimate stats.Estimate `json:"estimate"`
}

// measured is what nets of finite width say.
type measured struct {
	R []point `json:"r"`
	C []point `json:"c"`

	// RSlope and CSlope are those of the logarithms, from First to Last; exact 0 for highway nets.
	RSlope stats.Estimate `json:"r_slope"`
	CSlope stats.Estimate `json:"c_slope"`
	First  int            `json:"first"`
	Last   int            `json:"last"`
}

// clearly is how many standard errors R must be above 0 for a fit, which ends before the first depth where
// it is not: as in the measurement of the theorems.
const clearly = 4

// addMeasured adds the measurement of a case.
func (c Config) addMeasured(plan *jobs.Plan, k Case) (*measured, error) {
	net := atDepth(k.Net, k.MeasuredDepth)
	net.Width = c.Width
	config := correlation.Config{Net: net, Inputs: k.MeasuredInputs, Draws: k.Draws, Seed: c.Seed}
	sampled := sampling.Config{Net: net, Inputs: config.Inputs, Draws: config.Draws, Seed: config.Seed}
	m, _, err := paper.AddPart(plan, fmt.Sprintf("definition 1, fits from %d,", k.First), correlation.Version,
		sampled,
		func(ctx context.Context, e *engine.Engine) (measured, error) {
			r, err := correlation.Run(ctx, e, config)
			if err != nil {
				return measured{}, err
			}
			return k.read(r)
		})
	return m, err
}

// read takes from the probe's result what is kept of it.
func (k Case) read(r *correlation.Result) (measured, error) {
	curve := r.Curve()
	m := measured{First: k.First, Last: k.First - 1}
	if k.ofHighway() { // shallower nets have other gates
		last := curve[len(curve)-1]
		m.R = []point{{last.Depth, last.Correlation}}
		return m, nil
	}
	for _, p := range curve {
		m.R, m.C = append(m.R, point{p.Depth, p.Correlation}), append(m.C, point{p.Depth, p.Variance})
	}
	for m.Last < len(curve) && curve[m.Last].Correlation.Value > clearly*curve[m.Last].Correlation.StdErr {
		m.Last++
	}
	for _, fitted := range []struct {
		quantity correlation.Quantity
		slope    *stats.Estimate
	}{{correlation.R, &m.RSlope}, {correlation.CII, &m.CSlope}} {
		slope, err := r.Slope(fitted.quantity, m.First, m.Last, k.abscissa)
		if err == nil && !slope.Made() {
			err = fmt.Errorf("it is not positive without one of the draws")
		}
		if err != nil {
			return m, fmt.Errorf("the correlation of the %s is lost in the noise from depth %d on: average "+
				"more draws (%w)", k.Net.Title(), m.Last+1, err)
		}
		*fitted.slope = slope
	}
	return m, nil
}

// abscissa is what logarithms are fitted against: the depth, or its logarithm.
func (k Case) abscissa(depth float64) float64 {
	if k.perLayer() {
		return depth
	}
	return math.Log(depth)
}

// slopeBeside returns the slope of the theory through the depths of the fit to measured points, with their
// weights, as package correlation weighs them: on a curve other weights give another slope.
func (s solved) slopeBeside(points []point, of func(meanfield.Layer) float64) float64 {
	var x, values []float64
	var measured []stats.Estimate
	for _, p := range points {
		if p.Depth < s.measured.First || p.Depth > s.measured.Last {
			continue
		}
		x, values = append(x, s.abscissa(float64(p.Depth))), append(values, of((*s.beside)[p.Depth]))
		measured = append(measured, p.Estimate)
	}
	slope, err := correlation.SlopeBeside(x, values, measured)
	if err != nil {
		return math.NaN()
	}
	return slope
}
