package meanfield

import (
	"errors"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// ACF returns the expected autocorrelation function of the gradients at lags 0 to maxLag, in steps of the
// inputs' order: see [stats.ExpectedACF].
func (r *Result) ACF(maxLag int) ([]float64, error) { return stats.ExpectedACF(r.Covariance, maxLag) }

// Colour returns where the expected autocorrelation function at lags 1 to maxLag lies between those of white
// and of brown noise: see [stats.Colour].
func (r *Result) Colour(maxLag int) (stats.ColourDistance, error) {
	acf, err := r.ACF(maxLag)
	if err != nil {
		return stats.ColourDistance{}, err
	}
	return stats.Colour(acf, len(r.Config.X))
}

// Correlation returns the correlation of the gradients at inputs so many places apart, from 0 to maxLag,
// which is that of the pooled pairs,
//
//	c(k) = sum_i G(i,i+k) / sum_i (G(i,i) + G(i+k,i+k)) / 2.
//
// Unlike ACF it takes no mean over inputs off, and no spectral decomposition: it serves grids of thousands.
func (r *Result) Correlation(maxLag int) ([]float64, error) {
	m := len(r.Config.X)
	if err := checkLag(maxLag, m); err != nil {
		return nil, err
	}
	g, correlation := r.Covariance, make([]float64, maxLag+1)
	for lag := range correlation {
		together, apart := 0.0, 0.0
		for i := range m - lag {
			together += g.At(i, i+lag)
			apart += (g.At(i, i) + g.At(i+lag, i+lag)) / 2
		}
		correlation[lag] = together / apart
	}
	return correlation, nil
}

// SignAgreement returns the probability that two gradients have the same sign, averaged over the pairs of
// inputs at each lag from 0 to maxLag: of normal numbers of correlation R(i,j) it is
//
//	1/2 + asin(R(i,j)) / pi.
func (r *Result) SignAgreement(maxLag int) ([]float64, error) {
	m := len(r.Config.X)
	if err := checkLag(maxLag, m); err != nil {
		return nil, err
	}
	g, agreement := r.Covariance, make([]float64, maxLag+1)
	agreement[0] = 1
	for lag := 1; lag <= maxLag; lag++ {
		for i := range m - lag {
			correlation := g.At(i, i+lag) / math.Sqrt(g.At(i, i)) / math.Sqrt(g.At(i+lag, i+lag))
			agreement[lag] += (0.5 + math.Asin(max(-1, min(1, correlation)))/math.Pi) / float64(m-lag)
		}
	}
	return agreement, nil
}

// checkLag returns an error unless there are pairs of inputs so many places apart.
func checkLag(maxLag, m int) error {
	if maxLag < 0 || maxLag >= m {
		return fmt.Errorf("the largest lag is %d for %d inputs: give one from 0 to %d", maxLag, m, m-1)
	}
	return nil
}

// drawStream keeps the draws of gradients apart from other random numbers of the seed, those of weights among
// them.
const drawStream = 0x6d66

// Draws returns draws of the gradients, count x M, from Normal(0, G): for what has no closed form, such as
// how often a test rejects. Draw i depends on the seed and on i alone.
func (r *Result) Draws(count int, seed uint64) ([][]float64, error) {
	if count < 1 {
		return nil, fmt.Errorf("the number of draws is %d: give at least 1", count)
	}
	// Not a Cholesky factor: on a fine grid the smallest eigenvalues are rounding errors, of either sign.
	var eigen mat.EigenSym
	if !eigen.Factorize(r.Covariance, true) {
		return nil, errors.New("the covariance has no spectral decomposition: compute it with meanfield.Run")
	}
	var root mat.Dense
	eigen.VectorsTo(&root)
	values := eigen.Values(nil)
	for i := range values {
		values[i] = math.Sqrt(max(0, values[i]))
	}
	root.Mul(&root, mat.NewDiagDense(len(values), values))
	draws := make([][]float64, count)
	parallel(count, func(draw int) {
		rng := random.Stream(seed, drawStream, uint64(draw))
		normal := mat.NewVecDense(len(values), nil)
		for i := range values {
			normal.SetVec(i, rng.NormFloat64())
		}
		var g mat.VecDense
		g.MulVec(&root, normal)
		draws[draw] = g.RawVector().Data
	})
	return draws, nil
}
