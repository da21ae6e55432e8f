package export

import (
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"gonum.org/v1/gonum/mat"
)

// MaxLag is the largest lag of the expected autocorrelation that WriteTheory writes, as in the paper's Figure
// 2.
const MaxLag = 15

// WriteTheory writes the theory of a net of L rectifiers at M inputs to a file of NumPy arrays: x (M), G (M,
// M), the covariance of the gradients, acf, their expected autocorrelation at lags 0 to 15 or to M - 1,
// coactivation (L), and by the number of layers above a_1, 0 to L - 1, C (L), the mean of C(i,i), and R (L),
// that of R(i,j) over pairs of inputs at least 1 apart. The file is complete or not there.
func WriteTheory(path string, r *meanfield.Result) error {
	m := len(r.Config.X)
	acf, err := r.ACF(min(MaxLag, m-1))
	if err != nil {
		return err
	}
	var coactivation, variance, correlation []float64
	for _, layer := range r.Layers {
		coactivation = append(coactivation, layer.Coactive)
		variance = append(variance, layer.Variance)
		correlation = append(correlation, layer.Correlation)
	}
	depth := []int{len(r.Layers)}
	return writeNPZ(path, []array{
		{"x", r.Config.X, []int{m}},
		{"G", mat.DenseCopyOf(r.Covariance).RawMatrix().Data, []int{m, m}},
		{"acf", acf, []int{len(acf)}},
		{"coactivation", coactivation, depth},
		{"C", variance, depth},
		{"R", correlation, depth},
	})
}
