package law

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// Source is what claims about the theory have in the place of a figure of the paper.
const Source = "Theory of wide nets"

// Errors is the number of standard errors within which each lag of a curve, and each layer, may lie on either
// side of the theory. Where the theory is right, some lag of a curve of 20 draws lies beyond by chance once
// in ten to thirty curves: whoever asks about several curves at once takes [ErrorsAmong].
const Errors = 2

// ErrorsAmong returns the number of standard errors, over so many draws, that stands for [Errors] where the
// farthest of several curves counts: by Student's t, at a level that is Bonferroni's for as many curves.
func ErrorsAmong(curves, draws int) float64 {
	beyond := distuv.UnitNormal.Survival(Errors) / float64(curves)
	return distuv.StudentsT{Sigma: 1, Nu: float64(draws - 1)}.Quantile(1 - beyond)
}

// allowed is what a finite width may make of a curve, times the width.
const (
	allowed    = 3
	allowedWhy = "is that: inside it ± (2 standard errors + 3/N), N being the width, at every "
)

// Near and NearCoactive are the claims that curves of real nets are those of the theory.
var (
	Near = claims.Bound{
		ID: "law", Source: Source,
		Statement: "The mean autocorrelation of real nets is that of infinitely wide ones",
		Value:     allowed, Why: allowedWhy + "lag",
	}
	NearCoactive = claims.Bound{
		ID: "law-coactivation", Source: Source,
		Statement: "The coactivation of real nets is that of infinitely wide ones",
		Value:     allowed, Why: allowedWhy + "layer",
	}
)

// Excess returns by how much a curve is farther from the theory than so many standard errors, at its worst
// point from a point on; NaN where the two differ in length.
func Excess(theory []float64, measured *stats.Curve, from int, errors float64) float64 {
	if len(theory) != len(measured.Mean) {
		return math.NaN()
	}
	worst := math.Inf(-1)
	for k := from; k < len(theory); k++ {
		worst = max(worst, math.Abs(measured.Mean[k]-theory[k])-errors*measured.StdErr[k])
	}
	return worst
}

// Decide decides Near for a curve that has one entry a lag, lag 0 first. The name tells the nets apart in the
// claim's id, and title names them to readers.
func Decide(figure, name, title string, width int, theory []float64, measured *stats.Curve) claims.Claim {
	quantity := fmt.Sprintf("%s: largest distance at lags 1–%d, less two standard errors, times the width",
		title, len(theory)-1)
	return Near.Claim(figure, name, "", quantity).
		Below(stats.Exact(float64(width)*Excess(theory, measured, 1, Errors)), Near.Value)
}

// DecideCoactive decides NearCoactive for a curve that has one entry a rectifier, the first one first.
func DecideCoactive(
	figure, name, title string, width int, theory []float64, measured *stats.Curve,
) claims.Claim {
	quantity := fmt.Sprintf(
		"%s: largest distance of the coactivation, less two standard errors, times the width",
		title,
	)
	return NearCoactive.Claim(figure, name, "", quantity).
		Below(stats.Exact(float64(width)*Excess(theory, measured, 0, Errors)), NearCoactive.Value)
}
