package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Replicates are a statistic of the mean over n draws, and what it is without each of them: what its
// jackknife is made of.
type Replicates struct {
	// All is the statistic of all draws, and Without has one entry a draw: that of the others.
	All     float64   `json:"all"`
	Without []float64 `json:"without"`
}

// Estimate returns the statistic with its standard error (Tukey): with the replicates v_i of n draws,
//
//	StdErr^2 = (n-1)/n  sum_i (v_i - mean v)^2.
//
// It is [None] where one of them is not finite.
func (r Replicates) Estimate() Estimate {
	n := len(r.Without)
	return Student(r.All, Mean(r.Without).StdErr*float64(n-1), n)
}

// Distance is Estimate for a statistic that is a distance from a point, or behaves as one near 0: it can't be
// negative, and noise alone makes it positive, which Tukey's error does not see. Its square is smooth: the
// jackknife tells what noise adds to it (Bias) and its standard error. Where the square less both comes out
// lower than the interval of Estimate, the interval begins there, at 0 at the least. The value stays that of
// all draws.
func (r Replicates) Distance() Estimate {
	e := r.Estimate()
	if !e.Made() {
		return e
	}
	squares := make([]float64, len(r.Without))
	floats.MulTo(squares, r.Without, r.Without)
	square := Replicates{r.All * r.All, squares}
	e.Low = max(0, min(e.Low, math.Sqrt(max(0, square.Estimate().Low-square.Bias()))))
	return e
}

// Bias returns what the noise of n draws adds to the statistic on average, to first order (Quenouille), for
// n >= 2: (n-1) (mean v_i - v), of the replicates v_i and v of all.
func (r Replicates) Bias() float64 {
	return float64(len(r.Without)-1) * (Mean(r.Without).Value - r.All)
}

// Minus estimates by how much the statistic is above that of another ensemble that shares its draws: a draw
// is left out of both at once, so that what they have in common cancels. It is [None] for ensembles of
// different sizes.
func (r Replicates) Minus(other Replicates) Estimate {
	if len(r.Without) != len(other.Without) {
		return None()
	}
	difference := Replicates{r.All - other.All, slices.Clone(r.Without)}
	floats.Sub(difference.Without, other.Without)
	return difference.Estimate()
}

// Jackknife estimates smooth functions of means over draws, such as a ratio of two means or a slope fitted to
// logarithms of means, together with their standard errors. The rows of draws, draws x numbers, are
// independent of each other while the numbers of one row need not be; statistic computes one or more values
// from the mean row, which it must not keep. The errors are those of [Replicates].
//
// A value that is not finite, of all draws or without one of them, is [None]; so are all values of rows that
// are not equally long. There must be one row at least.
func Jackknife(draws [][]float64, statistic func(mean []float64) []float64) []Estimate {
	var estimates []Estimate
	for _, replicates := range Replicate(draws, statistic) {
		estimates = append(estimates, replicates.Estimate())
	}
	return estimates
}

// Replicate returns the replicates that [Jackknife] makes its estimates of, for ensembles of which no more
// than these is kept. Those of rows that are not equally long are without a number.
func Replicate(draws [][]float64, statistic func(mean []float64) []float64) []Replicates {
	if ragged(draws) {
		return slices.Repeat([]Replicates{{All: math.NaN()}}, len(statistic(slices.Clone(draws[0]))))
	}
	n, numbers := len(draws), len(draws[0])
	// Sums of the draws behind each, and before: a large draw that is left out must leave nothing of its
	// rounding, which a difference of sums would.
	behind := make([][]float64, n+1)
	behind[n] = make([]float64, numbers)
	for i := n - 1; i >= 0; i-- {
		behind[i] = slices.Clone(behind[i+1])
		floats.Add(behind[i], draws[i])
	}
	before, mean := make([]float64, numbers), make([]float64, numbers)
	evaluate := func(rest []float64, count int) []float64 {
		floats.AddTo(mean, before, rest)
		floats.Scale(1/float64(count), mean)
		return statistic(mean)
	}
	var replicates []Replicates // of each value
	for _, value := range evaluate(behind[0], n) {
		replicates = append(replicates, Replicates{All: value})
	}
	for i, draw := range draws {
		for k, value := range evaluate(behind[i+1], n-1) {
			replicates[k].Without = append(replicates[k].Without, value)
		}
		floats.Add(before, draw)
	}
	return replicates
}

// ragged says whether rows differ in length.
func ragged(rows [][]float64) bool {
	return slices.ContainsFunc(rows, func(row []float64) bool { return len(row) != len(rows[0]) })
}

// JackknifePaired estimates a smooth function of the means of two ensembles that share their draws, such as
// the difference of two ratios, by [Jackknife] over the draws: row i of both is left out at once. What the
// two rows of a draw have in common cancels, where taking the ensembles for independent counts it twice. The
// rows of the two may differ in length. It is [None] for ensembles without draws, or with different numbers
// of them.
func JackknifePaired(draws, others [][]float64, statistic func(mean, other []float64) float64) Estimate {
	if len(draws) != len(others) || len(draws) == 0 || ragged(draws) {
		return None()
	}
	joined := make([][]float64, len(draws))
	for i := range draws {
		joined[i] = slices.Concat(draws[i], others[i])
	}
	return Jackknife(joined, func(mean []float64) []float64 {
		return []float64{statistic(mean[:len(draws[0])], mean[len(draws[0]):])}
	})[0]
}
