package correlation_test

import (
	"cmp"
	"fmt"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"gonum.org/v1/gonum/mat"
)

// TestAgreesWithExplicitJacobians compares every depth with the same draws' Jacobians with respect to all
// neurons, multiplied out in float64 without GoMLX.
func TestAgreesWithExplicitJacobians(t *testing.T) {
	const draws, inputs, seed = 300, 9, 5
	for _, net := range []models.Config{
		{Net: "feedforward", Norm: norms.Batch},
		{Net: "feedforward", Norm: norms.None},
		{Net: "residual", Norm: norms.Batch, Beta: 0.7, Alpha: 0.9},
		{Net: "highway", Norm: norms.Center, Gamma2: 0.6},
		{Net: "feedforward", Norm: norms.None, Initializer: initializers.LeCun},
		{Net: "residual", Norm: norms.None, Alpha: 1, Beta: 1,
			Initializer: initializers.Scaled(initializers.Orthogonal, 0.7)},
	} {
		net.Width, net.Depth = 12, 3
		net.Initializer = cmp.Or(net.Initializer, initializers.He)
		t.Run(fmt.Sprintf("%s-%s-%s", net.Net, net.Norm.Name, net.Initializer), func(t *testing.T) {
			result, curve := run(t, correlation.Config{Net: net, Inputs: inputs, Draws: draws, Seed: seed})
			variance, covariance := make([]float64, net.Depth), make([]float64, net.Depth)
			for draw := range draws {
				v, c := reference(t, net, result.X, seed, uint64(draw))
				for k := range v {
					variance[k] += v[k] / draws
					covariance[k] += c[k] / draws
				}
			}
			for k, p := range curve {
				// The weights are the same: what is left is the noise of the random direction, less than the
				// probe's error.
				if math.Abs(p.Variance.Value-variance[k]) > 4*p.Variance.StdErr {
					t.Errorf("C(i,i) at depth %d is %.5f +- %.5f, the Jacobians give %.5f", p.Depth,
						p.Variance.Value, p.Variance.StdErr, variance[k])
				}
				if math.Abs(p.Covariance.Value-covariance[k]) > 4*p.Covariance.StdErr {
					t.Errorf("C(i,j) at depth %d is %.5f +- %.5f, the Jacobians give %.5f", p.Depth,
						p.Covariance.Value, p.Covariance.StdErr, covariance[k])
				}
			}
			// One layer's paths are counted exactly: the slopes don't depend on its matrix.
			p := curve[0]
			if measured := p.Covariance.Value / p.Variance.Value; math.Abs(p.Counted.Value-measured) >
				4*p.Covariance.StdErr/p.Variance.Value {
				t.Errorf("C(i,j) over C(i,i) at depth 1 is %g, and %v by counting paths", measured, p.Counted)
			}
			// Behind one layer without skip the direction's noise cancels: what remains is float32, and where
			// an argument lies within its rounding of 0.
			if net.Net == "feedforward" && math.Abs(curve[0].Covariance.Value/covariance[0]-1) > 1e-4 {
				t.Errorf("C(i,j) at depth 1 is %.7f, the Jacobians give %.7f", curve[0].Covariance.Value,
					covariance[0])
			}
		})
	}
}

// reference returns C(i,i), averaged over inputs, and C(i,j), averaged over pairs at least 1 apart, of one
// draw at depths 1 to net.Depth, the sum over all neurons taken exactly.
func reference(t *testing.T, config models.Config, x []float64, seed,
	index uint64) (variance, covariance []float64) {
	t.Helper()
	layers := config.Depth
	config.Depth++
	net, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	draw, n := net.Draw(seed, index), config.Width
	matrix := func(stage int) *mat.Dense {
		return mat.NewDense(n, n, numbers.Widen(draw.Values(stage)[0]))
	}
	bias := draw.Values(0)[0]
	state := mat.NewDense(len(x), n, nil)
	for i := range x {
		for k := range n {
			state.Set(i, k, math.Max(0, x[i]-float64(bias[k])))
		}
	}
	state.Mul(state, matrix(1))
	jacobians := make([]*mat.Dense, len(x)) // neurons x units
	for i := range jacobians {
		jacobians[i] = mat.NewDense(n, n, nil)
		for k := range n {
			jacobians[i].Set(k, k, 1)
		}
	}
	carry, gain := 0.0, 1.0
	switch config.Net {
	case "residual":
		carry, gain = config.Alpha, config.Alpha*config.Beta
	case "highway":
		carry, gain = math.Sqrt(1-config.Gamma2*config.Gamma2), config.Gamma2
	}
	for l := 1; l <= layers; l++ {
		hidden, slope := rectified(state, config.Norm)
		gated := make([]*mat.Dense, len(x))
		for i, j := range jacobians {
			gated[i] = mat.NewDense(n, n, nil)
			gated[i].Apply(func(_, unit int, v float64) float64 { return v * slope.At(i, unit) }, j)
		}
		if config.Net == "feedforward" { // the last matrix in expectation
			v, c := products(x, gated)
			g := 2.0
			if config.Initializer == initializers.LeCun {
				g = 1
			}
			variance, covariance = append(variance, g*v), append(covariance, g*c)
		}
		if l+1 < len(net.Stages)-1 || config.Net != "feedforward" {
			w := matrix(l + 1)
			state = combined(carry, state, gain, hidden, w)
			for i := range jacobians {
				jacobians[i] = combined(carry, jacobians[i], gain, gated[i], w)
			}
		}
		if config.Net != "feedforward" {
			v, c := products(x, jacobians)
			variance, covariance = append(variance, v), append(covariance, c)
		}
	}
	return variance, covariance
}

// rectified returns rho(norm(a)) and its slopes for batch statistics held fixed.
func rectified(a *mat.Dense, norm *norms.Norm) (hidden, slope *mat.Dense) {
	m, n := a.Dims()
	hidden, slope = mat.NewDense(m, n, nil), mat.NewDense(m, n, nil)
	for k := range n {
		mean, scale := 0.0, 1.0
		if norm != norms.None {
			mean = mat.Sum(a.ColView(k)) / float64(m)
		}
		if norm == norms.Batch {
			variance := 0.0
			for i := range m {
				variance += (a.At(i, k) - mean) * (a.At(i, k) - mean) / float64(m)
			}
			scale = 1 / math.Sqrt(variance+norms.Epsilon)
		}
		for i := range m {
			if centred := a.At(i, k) - mean; centred > 0 {
				hidden.Set(i, k, centred*scale)
				slope.Set(i, k, scale)
			}
		}
	}
	return hidden, slope
}

// combined returns carry a + gain b w.
func combined(carry float64, a *mat.Dense, gain float64, b, w *mat.Dense) *mat.Dense {
	var skip, product mat.Dense
	skip.Scale(carry, a)
	product.Mul(b, w)
	product.Scale(gain, &product)
	product.Add(&skip, &product)
	return &product
}

// products returns the inner products of the Jacobians, over the number of units: with themselves, averaged
// over the inputs, and of pairs, averaged over those at least 1 apart.
func products(x []float64, jacobians []*mat.Dense) (variance, covariance float64) {
	pairs := 0
	for i := range x {
		n, _ := jacobians[i].Dims()
		inner := func(j int) float64 {
			var product mat.Dense
			product.MulElem(jacobians[i], jacobians[j])
			return mat.Sum(&product) / float64(n)
		}
		variance += inner(i) / float64(len(x))
		for j := i + 1; j < len(x); j++ {
			if x[j]-x[i] >= 1-1e-9 {
				covariance += inner(j)
				pairs++
			}
		}
	}
	return variance, covariance / float64(pairs)
}
