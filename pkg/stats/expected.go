package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// ErrIndefinite is what errors of a covariance wrap that is none, or is one but for rounding.
var ErrIndefinite = errors.New("give a positive semidefinite matrix")

// ExpectedACF returns the exact expectation of [ACF] for a Gaussian series of mean zero with the given M x M
// covariance, at lags 0 to maxLag.
//
// The autocorrelation at lag k is a ratio of quadratic forms in normal variables. With the centring matrix H,
// the spectral decomposition H cov H = U diag(lambda) U^T, the shift matrix S_k (1/2 where |i-j| = k, the
// identity for k = 0) and s_i = (U^T S_k U)_ii, its expectation is (Magnus, 1986, "The exact moments of a
// ratio of quadratic forms in normal variables")
//
//	E r_k = integral_0^inf  sum_i lambda_i s_i / (1 + 2 t lambda_i)  prod_j (1 + 2 t lambda_j)^(-1/2)  dt.
//
// The integral is computed to about twelve digits. The ratio of the expectations, which is easier, is another
// number: for a random walk of 256 steps it differs at lag 15 by a few per cent.
func ExpectedACF(covariance mat.Symmetric, maxLag int) ([]float64, error) {
	m := covariance.SymmetricDim()
	if err := checkLags(maxLag, m); err != nil {
		return nil, err
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(centred(covariance), true) {
		return nil, errors.New("the covariance has no spectral decomposition: give a matrix of finite " +
			"numbers")
	}
	lambda := eigen.Values(nil)
	var u mat.Dense
	eigen.VectorsTo(&u)
	largest := lambda[m-1]
	if !(largest > constantCovariance*mat.Norm(covariance, 1)) {
		return nil, fmt.Errorf("the covariance has no variance around the mean: %w", ErrConstant)
	}
	for i := range lambda {
		lambda[i] /= largest // the ratio does not depend on the scale
		if lambda[i] < -1e-9 {
			return nil, fmt.Errorf("the covariance has the negative eigenvalue %g: %w", lambda[i]*largest,
				ErrIndefinite)
		}
		lambda[i] = math.Max(lambda[i], 0)
	}
	shifts := make([][]float64, maxLag+1)
	for k := range shifts {
		shifts[k] = make([]float64, m)
		for i := range m {
			for row := range m - k {
				shifts[k][i] += u.At(row, i) * u.At(row+k, i)
			}
		}
	}
	return integrate(lambda, shifts), nil
}

// constantCovariance bounds the largest eigenvalue that rounding leaves of a constant series' centred
// covariance, relative to the largest sum of a column, which is the eigenvalue of a constant covariance.
const constantCovariance = 1e-14

// centred returns H cov H, the covariance of the series less its mean.
func centred(covariance mat.Symmetric) *mat.SymDense {
	m := covariance.SymmetricDim()
	rows, mean := make([]float64, m), 0.0
	for i := range m {
		for j := range m {
			rows[i] += covariance.At(i, j) / float64(m)
		}
		mean += rows[i] / float64(m)
	}
	result := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			result.SetSym(i, j, covariance.At(i, j)-rows[i]-rows[j]+mean)
		}
	}
	return result
}

// integrate computes the integral of [ExpectedACF] for each lag. The substitution t = exp(w) turns it into
// that of a smooth bump on the whole line, which falls off exponentially at both ends: with largest
// eigenvalue 1, like exp(w) to the left and, with n eigenvalues above 0, at least like exp(-n w / 2) to the
// right.
func integrate(lambda []float64, shifts [][]float64) []float64 {
	const nodes = 300
	// what either end may leave out, as all s_i are between -1 and 1
	const negligible = 1e-14
	// the integral from 0 to t is at most t times the sum of the eigenvalues
	low := math.Log(negligible / floats.Sum(lambda))
	high := 0.0
	// and that from t on at most the product at t
	for logProduct(lambda, math.Exp(high)) > math.Log(negligible) {
		high++
	}
	points, weights := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(points, weights, low, high)
	expected := make([]float64, len(shifts))
	for p, w := range points {
		t := math.Exp(w)
		factor := weights[p] * t * math.Exp(logProduct(lambda, t))
		for k, shift := range shifts {
			for i, l := range lambda {
				expected[k] += factor * l * shift[i] / (1 + 2*t*l)
			}
		}
	}
	return expected
}

// logProduct returns the logarithm of prod_j (1 + 2 t lambda_j)^(-1/2).
func logProduct(lambda []float64, t float64) float64 {
	sum := 0.0
	for _, l := range lambda {
		sum -= math.Log1p(2*t*l) / 2
	}
	return sum
}

// WhiteACF returns the expectation of [ACF] for white noise of length m: 1 at lag 0 and -(m-k) / (m (m-1)) at
// lag k, a little below 0 because the mean is estimated.
func WhiteACF(m, maxLag int) ([]float64, error) {
	if err := checkLags(maxLag, m); err != nil {
		return nil, err
	}
	acf := make([]float64, maxLag+1)
	acf[0] = 1
	for k := 1; k <= maxLag; k++ {
		acf[k] = -float64(m-k) / (float64(m) * float64(m-1))
	}
	return acf, nil
}

// brownACFs remembers BrownACF by length and largest lag: brownness asks for it again and again.
var brownACFs sync.Map

// BrownACF returns the expectation of [ACF] for brown noise of length m, a random walk, whose covariance is
// min(s, t).
//
// Centred, that is the pseudoinverse of the second difference with free ends, which cosines diagonalise: with
// theta = pi j / m, j = 1..m-1, the eigenvalues are 1 / (4 sin^2(theta/2)), the eigenvectors
// sqrt(2/m) cos((i+1/2) theta), and the s_j of lag k in [ExpectedACF]
//
//	((m-k) cos(k theta) - sin(k theta) / sin(theta)) / m.
func BrownACF(m, maxLag int) ([]float64, error) {
	key := [2]int{m, maxLag}
	if known, found := brownACFs.Load(key); found {
		return slices.Clone(known.([]float64)), nil
	}
	if err := checkLags(maxLag, m); err != nil {
		return nil, err
	}
	if m < 2 {
		return nil, fmt.Errorf("a random walk of length %d has no variance around the mean: %w", m,
			ErrConstant)
	}
	lambda, shifts := make([]float64, m-1), make([][]float64, maxLag+1)
	for k := range shifts {
		shifts[k] = make([]float64, m-1)
	}
	for i := range lambda {
		theta := math.Pi * float64(i+1) / float64(m)
		lambda[i] = math.Pow(math.Sin(math.Pi/float64(2*m))/math.Sin(theta/2), 2) // over the largest
		for k := range shifts {
			angle := float64(k) * theta
			shifts[k][i] = (float64(m-k)*math.Cos(angle) - math.Sin(angle)/math.Sin(theta)) / float64(m)
		}
	}
	acf := integrate(lambda, shifts)
	brownACFs.Store(key, slices.Clone(acf))
	return acf, nil
}
