package stats

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/internal/cost"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// NormalizedOuter returns the M x M matrix
//
//	|(g - mean g)(g - mean g)^T| / var(g)
//
// of the paper's Figure 1, whose entry (i, j) is large where g_i and g_j deviate from the mean together. The
// variance divides by M, so that the diagonal has mean 1.
func NormalizedOuter(g []float64) (*mat.SymDense, error) {
	if err := checkSeries(g, 2); err != nil {
		return nil, err
	}
	if err := cost.Of(8, len(g), len(g)).Check(fmt.Sprintf("the covariance of %d values", len(g)),
		"numbers"); err != nil {
		return nil, fmt.Errorf("%w; give fewer values", err)
	}
	mean, variance := stat.PopMeanVariance(g, nil)
	if variance == 0 {
		return nil, fmt.Errorf("the series is constant (%g): it can't be divided by its variance", g[0])
	}
	outer := mat.NewSymDense(len(g), nil)
	for i := range g {
		for j := i; j < len(g); j++ {
			outer.SetSym(i, j, math.Abs((g[i]-mean)*(g[j]-mean))/variance)
		}
	}
	return outer, nil
}

// Covariance returns C(i,j) = E[g_i g_j] of Definition 1, the mean over draws, draws x inputs: an inputs x
// inputs matrix. The mean over weights is not removed because it is known to be zero: a net's read-out
// weights are symmetric around zero.
func Covariance(draws [][]float64) (*mat.SymDense, error) {
	if err := checkDraws(draws); err != nil {
		return nil, err
	}
	rows := mat.NewDense(len(draws), len(draws[0]), nil)
	for i, draw := range draws {
		rows.SetRow(i, draw)
	}
	covariance := mat.NewSymDense(len(draws[0]), nil)
	covariance.SymOuterK(1/float64(len(draws)), rows.T())
	return covariance, nil
}

// Correlation returns R(i,j) = C(i,j) / sqrt(C(i,i) C(j,j)) of Definition 1, from [Covariance].
func Correlation(draws [][]float64) (*mat.SymDense, error) {
	covariance, err := Covariance(draws)
	if err != nil {
		return nil, err
	}
	return normalizeCovariance(covariance)
}

// normalizeCovariance returns C(i,j) / sqrt(C(i,i) C(j,j)).
func normalizeCovariance(covariance *mat.SymDense) (*mat.SymDense, error) {
	m := covariance.SymmetricDim()
	correlation := mat.NewSymDense(m, nil)
	for i := range m {
		if !(covariance.At(i, i) > 0) {
			return nil, fmt.Errorf("the variance of input %d is %g: its correlations are undefined", i,
				covariance.At(i, i))
		}
		for j := i; j < m; j++ {
			correlation.SetSym(i, j, covariance.At(i, j)/math.Sqrt(covariance.At(i, i)*covariance.At(j, j)))
		}
	}
	return correlation, nil
}
