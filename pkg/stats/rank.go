package stats

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// EffectiveRank returns r(D) = tr(D^T D) / ||D||_2^2 of a matrix D (Vershynin, 2012; the paper's Figure 5c)
// from its Gram matrix G = D^T D: the trace of G over its largest eigenvalue. It lies between 1, where all
// columns of D are multiples of one, and their number, where they are orthogonal and of equal length. Only
// the smaller of D^T D and D D^T is needed: both have the same trace and the same largest eigenvalue.
//
// It returns an error when G has a value that is not finite, or is 0.
func EffectiveRank(gram *mat.SymDense) (float64, error) {
	trace := gram.Trace()
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, false) {
		return 0, errors.New("the Gram matrix has no eigenvalues that can be computed: check that its " +
			"values are finite")
	}
	values := eigen.Values(nil)
	largest := values[len(values)-1]
	if !(largest > 0) {
		return 0, fmt.Errorf("the largest eigenvalue of the Gram matrix is %g: the effective rank is "+
			"defined for matrices that are not 0", largest)
	}
	return trace / largest, nil
}

// Gram returns D^T D of the matrix D whose columns are the given rows: the inner products of the rows.
func Gram(rows *mat.Dense) *mat.SymDense {
	n, _ := rows.Dims()
	gram := mat.NewSymDense(n, nil)
	gram.SymOuterK(1, rows)
	return gram
}

// RowCovariance returns the covariance and the correlation of the rows over their entries, n x n for n rows:
// each row's mean removed, divided by one less than the number of entries. It returns an error when a row is
// constant.
func RowCovariance(rows *mat.Dense) (covariance, correlation *mat.SymDense, err error) {
	n, entries := rows.Dims()
	if entries < 2 {
		return nil, nil, fmt.Errorf("the rows have %d entries: a covariance needs at least 2", entries)
	}
	centred := mat.DenseCopyOf(rows)
	for i := range n {
		row := centred.RawRowView(i)
		mean := mat.Sum(centred.RowView(i)) / float64(entries)
		for k := range row {
			row[k] -= mean
		}
	}
	covariance = Gram(centred)
	covariance.ScaleSym(1/float64(entries-1), covariance)
	correlation, err = normalizeCovariance(covariance)
	return covariance, correlation, err
}
