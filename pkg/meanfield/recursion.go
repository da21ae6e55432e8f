package meanfield

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// law is the joint law of a Gaussian process over m inputs and of its derivative: K, D and T, each m x m in
// row-major order. It stands for the state a as well as for the argument z of a rectifier.
type law struct {
	m       int
	k, d, t []float64
}

func newLaw(m int) law {
	return law{m, make([]float64, m*m), make([]float64, m*m), make([]float64, m*m)}
}

// outputs are the moments of a rectifier's outputs, in the place of K, D and T, and the product of its
// slopes, with what normalisation divides by: F of the package's comment.
type outputs struct {
	law
	slope []float64
}

// recursion goes through a net, layer by layer.
type recursion struct {
	config      Config
	carry, gain float64 // the squares of a layer's weights
	variance    float64 // of the matrices, times the fan-in

	depth    int       // l, the number of rectifiers below a_l
	state    law       // of a_l
	paths    []float64 // C(i,j) of Definition 1, m x m
	layers   []Layer
	slopes   [][]float64 // F of the rectifiers from the second on, where the config wants the coupled guess
	gradient []float64   // G of the net read out here, but for the read-out's variance
	omitted  float64
	leaper   *leaper // nil where every layer is computed
}

func newRecursion(config Config) *recursion {
	carry, gain, _ := weightsOf(config.Net)
	variance, _ := config.Net.Initializer.MatrixVariance()
	m := len(config.X)
	r := &recursion{
		config: config, carry: carry * carry, gain: gain * gain, variance: variance,
		state: newLaw(m), paths: make([]float64, m*m),
	}
	for i := range r.paths {
		r.paths[i] = 1
	}
	if config.Tolerance > 0 && r.carry > 0 {
		r.leaper = &leaper{tolerance: config.Tolerance, longest: growth}
	}
	return r
}

// to goes on to the net of a depth.
func (r *recursion) to(ctx context.Context, depth int) error {
	for r.depth < depth {
		layers := 1
		var err error
		if r.leaper == nil {
			err = r.layer(ctx, r.depth)
		} else {
			layers, err = r.leap(ctx, depth-r.depth)
		}
		if err != nil {
			return err
		}
		r.depth += layers
		progress.Skip(ctx, layers)
	}
	return nil
}

// first computes the first rectifier and a_1 = W_0 rho(x - b).
func (r *recursion) first() {
	x, m := r.config.X, r.state.m
	moments, variance := r.config.Dual.Input(x), r.variance
	s := r.state
	parallel(m, func(i int) {
		for j := range m {
			value, mixed, slope := moments(i, j)
			s.k[i*m+j], s.d[i*m+j], s.t[i*m+j] = variance*value, variance*mixed, variance*slope
		}
	})
	layer := Layer{Variance: 1, Covariance: 1, Correlation: 1}
	for i := range m {
		layer.Active += distuv.UnitNormal.CDF(x[i]) / float64(m)
		for j := range i {
			layer.Coactive += distuv.UnitNormal.CDF(min(x[i], x[j])) / pairs(m)
		}
	}
	if r.leaper == nil {
		r.layers = append(r.layers, layer)
	}
	r.gradient = s.t
	r.depth = 1
}

// layer goes through the rectifier that sees a_l, and the matrix or the read-out behind it.
func (r *recursion) layer(ctx context.Context, l int) error {
	net, m := r.config.Net, r.state.m
	argument := r.state
	if r.normalises() {
		argument = argument.centred()
	}
	out, err := r.rectify(ctx, argument)
	if err != nil {
		return err
	}
	for i := range r.paths {
		r.paths[i] *= r.carry + r.gain*r.variance*out.slope[i]
	}
	if r.config.Coupled {
		r.slopes = append(r.slopes, out.slope)
	}
	r.layers = append(r.layers, r.observe(argument))
	if net.Net == "feedforward" {
		r.gradient = out.t // of the net read out behind this rectifier
		if l == net.Depth-1 {
			return nil
		}
	}
	s, gain := r.state, r.gain*r.variance
	for i := range m * m {
		s.k[i] = r.carry*s.k[i] + gain*out.k[i]
		s.d[i] = r.carry*s.d[i] + gain*out.d[i]
		s.t[i] = r.carry*s.t[i] + gain*out.t[i]
	}
	return nil
}

// normalises says whether the net takes means over the inputs.
func (r *recursion) normalises() bool { return r.config.Net.Norm != norms.None }

// rectify returns the outputs of a rectifier whose argument, before division, has the law z.
func (r *recursion) rectify(ctx context.Context, z law) (outputs, error) {
	out := outputs{newLaw(z.m), make([]float64, z.m*z.m)}
	nodes, rotated := []node{{weight: 1}}, (*tridiagonal)(nil)
	if r.config.Net.Norm == norms.Batch {
		var err error
		if rotated, err = tridiagonalize(z); err != nil {
			return out, err
		}
		nodes = rotated.nodes(r.config.step)
	}
	for _, node := range nodes {
		if err := ctx.Err(); err != nil {
			return out, fmt.Errorf("interrupted: %w", err)
		}
		r.omitted = max(r.omitted, out.add(r.config.Dual, z, rotated, node))
	}
	return out, nil
}

// centred returns the law of the process less its mean over the inputs, which the derivative does not see: H
// K H, D H and T.
func (s law) centred() law {
	m := s.m
	z := law{m, make([]float64, m*m), make([]float64, m*m), s.t}
	mean := func(row []float64) float64 {
		sum := 0.0
		for _, value := range row {
			sum += value
		}
		return sum / float64(m)
	}
	means := make([]float64, m)
	for i := range m {
		means[i] = mean(s.k[i*m:][:m])
	}
	grand := mean(means)
	for i := range m {
		shift := mean(s.d[i*m:][:m])
		for j := range m {
			z.k[i*m+j] = s.k[i*m+j] - means[i] - means[j] + grand
			z.d[i*m+j] = s.d[i*m+j] - shift
		}
	}
	return z
}

// pairs returns the number of pairs of distinct inputs.
func pairs(m int) float64 { return float64(m) * float64(m-1) / 2 }

// observe returns the layer of a rectifier whose argument has the law z, up to a division by what is
// positive.
func (r *recursion) observe(z law) Layer {
	m, layer := z.m, Layer{Active: 0.5}
	coactive, deviation := make([]float64, m), make([]float64, m) // sums over j < i
	covariance, apart := make([]float64, m), make([]float64, m)
	parallel(m, func(i int) {
		for j := range i {
			a := angleOf(z.k[i*m+j] / math.Sqrt(z.k[i*m+i]) / math.Sqrt(z.k[j*m+j]))
			coactive[i] += (math.Pi - a.Theta) / (2 * math.Pi)
			if r.config.apart(r.config.X[i], r.config.X[j]) {
				covariance[i] += r.paths[i*m+j]
				deviation[i] += math.Sqrt(r.paths[i*m+i]) * math.Sqrt(r.paths[j*m+j])
				apart[i]++
			}
		}
	})
	count, deviations := 0.0, 0.0
	for i := range m {
		layer.Coactive += coactive[i] / pairs(m)
		layer.Variance += r.paths[i*m+i] / float64(m)
		layer.Covariance += covariance[i]
		deviations += deviation[i]
		count += apart[i]
	}
	layer.Correlation = layer.Covariance / deviations
	layer.Covariance /= count
	return layer
}

// result returns the theory of the net whose last rectifier is the one just gone through, or an error when
// numbers are not finite or vanished.
func (r *recursion) result() (*Result, error) {
	net := r.config.Net
	net.Depth = r.depth
	readOut := 1.0
	if net.Depth == 1 { // read out instead of multiplied by W_0
		readOut = 1 / r.variance
	}
	m, covariance := r.state.m, mat.NewSymDense(r.state.m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			value := readOut * r.gradient[i*m+j]
			if !numbers.Finite(value) || i == j && !(value > math.SmallestNonzeroFloat64/epsilon) {
				return nil, outOfRange(net)
			}
			covariance.SetSym(i, j, value)
		}
	}
	for _, layer := range r.layers {
		if math.IsNaN(layer.Correlation) || math.IsInf(layer.Variance, 0) || math.IsNaN(layer.Coactive) {
			return nil, outOfRange(net)
		}
	}
	result := &Result{Config: r.config, Covariance: covariance, Layers: slices.Clone(r.layers),
		Omitted: r.omitted}
	result.Config.Net = net
	if r.config.Coupled {
		result.Coupled = r.coupled()
	}
	return result, nil
}

// epsilon is the spacing of float64 at 1: a number that much above the smallest has all of its digits.
const epsilon = 0x1p-52

func outOfRange(net models.Config) error {
	err := errors.New("the net's signal or gradient left the range of float64")
	return fmt.Errorf("%w at depth %d: choose a smaller depth, alpha or beta", err, net.Depth)
}
