package resolution

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// looksWhite is the correlation of neighbours below which a grid looks white: less than a tenth.
const looksWhite = 0.1

// growth is lambda = pi/(pi-1), by which neighbours part a layer in normalised feedforward nets: 1 - c <-
// lambda (1 - c). So 1 - c reaches a given value, from a distance 4/M squared on, 2 ln 2 / ln lambda = 3.6
// layers later for twice as many inputs, and distances over which gradients are correlated shrink by the
// root of lambda a layer.
const growth = math.Pi / (math.Pi - 1)

// The bounds of the claims, set before anything was computed.
var (
	doubling = claims.Bound{
		ID: "doubling", Source: law.Source,
		Statement: "A grid of twice as many inputs looks white 2 ln 2/ln(π/(π−1)) = 3.6 layers later",
		Value:     0.1, Why: "as the theorems are held to: within a tenth",
	}
	shrinks = claims.Bound{
		ID: "shrinks", Source: law.Source,
		Statement: "The correlation length over the input falls by √(π/(π−1)) = 1.21 a layer, whatever the " +
			"grid",
		Value: 0.1, Why: "as the theorems are held to: within a tenth of the rate",
	}
	power = claims.Bound{
		ID: "power", Source: law.Source,
		Statement: "Without normalisation the correlation length over the input falls like 1/L",
		Value:     0.1, Why: "as the theorems are held to: within a tenth of the exponent",
	}
	resolved = claims.Bound{
		ID: "resolved", Source: law.Source,
		Statement: "A grid that is white at 24 layers has structure when it is fine enough",
		Value:     looksWhite, Why: "white: neighbours are correlated by less than a tenth",
	}
)

// Claims decides what looks white.
func (r *Result) Claims() []claims.Claim {
	all := []claims.Claim{} // grids may be too few for all of them
	for _, f := range r.Config.Families {
		switch net := law.NetOf(f.Net); {
		case net.Net == "feedforward" && net.Norm == "none":
			all = append(all, r.powerClaims(net)...)
		case net.Net == "feedforward":
			all = append(all, r.doublingClaims(net)...)
			all = append(all, r.shrinkClaims(net)...)
			all = append(all, r.resolvedClaims(net)...)
		}
	}
	return all
}

// of returns the series of a quantity of a family, theory or measured.
func (r *Result) of(net law.Net, quantity string, measured bool) []law.Series {
	var chosen []law.Series
	for _, s := range law.Select(r.Series, quantity) {
		if s.Net.ID() == net.ID() && (s.Measured != nil) == measured {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// kinds of numbers, as the ids of claims name them.
var kinds = map[bool]string{false: "theory", true: "measured"}

// slope fits a line to values or measured ones, whose scatter gives the interval; from exact values it is
// exact.
func slope(s law.Series, x, y func(float64) float64) stats.Estimate {
	var xs, ys, weights []float64
	for i, at := range s.X {
		value, weight := 0.0, 1.0
		if s.Measured != nil {
			m := s.Measured[i]
			value = y(m.Value)
			spread := y(m.High) - y(m.Low)
			weight = 1 / (spread * spread)
		} else {
			value = y(s.Theory[i])
		}
		xs, ys, weights = append(xs, x(at)), append(ys, value), append(weights, weight)
	}
	fit, err := stats.WeightedFit(xs, ys, weights)
	if err != nil {
		return stats.None()
	}
	if s.Measured == nil {
		return stats.Exact(fit.Slope)
	}
	e := stats.Estimate{Value: fit.Slope}
	e.Low, e.High = fit.Interval(stats.Level)
	return e
}

func same(x float64) float64 { return x }

// doublingClaims claims how much later twice as many inputs look white.
func (r *Result) doublingClaims(net law.Net) []claims.Claim {
	expected := 2 * math.Ln2 / math.Log(growth)
	var all []claims.Claim
	for _, measured := range []bool{false, true} {
		for _, s := range r.of(net, White, measured) {
			later := slope(s, math.Log2, same)
			quantity := fmt.Sprintf("%s, %s: layers more for a doubling of the inputs, relative distance "+
				"from %.2f",
				net.Name().Title(), kinds[measured], expected)
			if later.Made() {
				all = append(all, doubling.Claim(Name, net.ID()+"."+kinds[measured], "", quantity).
					Below(later.Over(expected).Distance(1), doubling.Value))
			}
		}
	}
	return all
}

// shrinkFrom is the depth from which the length is held to its rate: at first inputs are not yet many lengths
// apart.
const shrinkFrom = 10

// shrinkClaims claims the rate at which the length falls, on the finest grid.
func (r *Result) shrinkClaims(net law.Net) []claims.Claim {
	expected := -math.Log(growth) / 2
	var all []claims.Claim
	for _, measured := range []bool{false, true} {
		series := r.of(net, Length, measured)
		if len(series) == 0 {
			continue
		}
		s := from(series[len(series)-1], shrinkFrom)
		if falls := slope(s, same, math.Log); falls.Made() {
			quantity := fmt.Sprintf("%s, %s, %d inputs: fall of the logarithm of the length a layer from "+
				"%d layers on, relative distance from %.3f",
				net.Name().Title(), kinds[measured], s.Inputs, shrinkFrom, expected)
			all = append(all, shrinks.Claim(Name, net.ID()+"."+kinds[measured], "", quantity).
				Below(falls.Over(expected).Distance(1), shrinks.Value))
		}
	}
	return all
}

// from returns the part of a series from a depth on.
func from(s law.Series, depth float64) law.Series {
	for len(s.X) > 0 && s.X[0] < depth {
		s.X = s.X[1:]
		if s.Theory != nil {
			s.Theory = s.Theory[1:]
		}
		if s.Measured != nil {
			s.Measured = s.Measured[1:]
		}
	}
	return s
}

// powerClaims claims the power of the depth with which the length of unnormalised nets falls.
func (r *Result) powerClaims(net law.Net) []claims.Claim {
	var all []claims.Claim
	for _, measured := range []bool{false, true} {
		for _, s := range r.of(net, Length, measured) {
			s = from(s, shrinkFrom)
			if exponent := slope(s, math.Log, math.Log); exponent.Made() {
				quantity := fmt.Sprintf("%s, %s, %d inputs: exponent of the length in the depth from %d "+
					"layers on, relative distance from −1",
					net.Name().Title(), kinds[measured], s.Inputs, shrinkFrom)
				all = append(all,
					power.Claim(Name, fmt.Sprintf("%s.%s.inputs-%d", net.ID(), kinds[measured], s.Inputs), "",
						quantity).
						Below(exponent.Distance(-1), power.Value))
			}
		}
	}
	return all
}

// whiteAt is the depth of which the paper says that its gradients are white, on 256 inputs.
const whiteAt = 24

// resolvedClaims claims that the gradients of 24 layers are not white on the finest grid.
func (r *Result) resolvedClaims(net law.Net) []claims.Claim {
	var all []claims.Claim
	for _, measured := range []bool{false, true} {
		series := r.of(net, Correlation, measured)
		if len(series) == 0 {
			continue
		}
		s := series[len(series)-1]
		for i, depth := range s.X {
			if depth != whiteAt {
				continue
			}
			quantity := fmt.Sprintf("%s, %s: correlation of neighbours among %d inputs at "+
				"%d layers", net.Name().Title(), kinds[measured], s.Inputs, whiteAt)
			all = append(all, resolved.Claim(Name, net.ID()+"."+kinds[measured], "", quantity).
				Above(s.At(i), resolved.Value))
		}
	}
	return all
}
