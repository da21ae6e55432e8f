package meanfield

import (
	"errors"
	"math"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	lapack "gonum.org/v1/gonum/lapack/gonum"
)

// Batch normalisation divides a unit z, centred over the m inputs, by its own deviation: s^2 = z^T z / m with
// z ~ Normal(0, Z). With rho(c z) = c rho(z) every moment of the outputs is that of rho(z), divided by s^2 +
// epsilon within the expectation. Since
//
//	1 / (s^2 + epsilon) = integral_0^inf exp(-t (s^2 + epsilon)) dt
//
// it is an integral over t of moments under the weight exp(-t z^T z / m). Under that weight z and z' remain
// jointly normal, as if a measurement with an error of variance 1/tau, tau = 2t/m, had found 0 for every z_i:
//
//	Z -> Z - tau Z (1 + tau Z)^-1 Z    D -> D - tau D (1 + tau Z)^-1 Z    T -> T - tau D (1 + tau Z)^-1 D^T
//
// and the weight's expectation is det(1 + tau Z)^(-1/2). In a basis in which Z is tridiagonal, found once a
// layer, 1 + tau Z has Cholesky factors of two diagonals, whatever tau is: what a node takes off the law is Y
// Y^T, with rows of Y that cost one pass each.

// tridiagonal is the law of z and z' with the values of z rotated so that their covariance is tridiagonal.
type tridiagonal struct {
	m                  int
	diagonal, adjacent []float64 // of Q^T Z Q; m and m-1 values

	// z and d are Z Q and D Q, m x m in row-major order.
	z, d []float64
}

// tridiagonalize rotates a law.
func tridiagonalize(s law) (*tridiagonal, error) {
	m := s.m
	for _, value := range s.k {
		if !numbers.Finite(value) {
			return nil, errors.New("a layer's signal left the range of float64: choose a smaller depth, " +
				"alpha or beta")
		}
	}
	r := &tridiagonal{
		m: m, diagonal: make([]float64, m), adjacent: make([]float64, m-1),
		z: make([]float64, m*m), d: make([]float64, m*m),
	}
	q := append([]float64(nil), s.k...)
	reflectors := make([]float64, m-1)
	work := make([]float64, max(1, 64*m)) // for blocks of up to 64 columns, gonum's own choice being 32
	var routines lapack.Implementation
	routines.Dsytrd(blas.Lower, m, q, m, r.diagonal, r.adjacent, reflectors, work, len(work))
	routines.Dorgtr(blas.Lower, m, q, m, reflectors, work, len(work))
	for i := range m {
		row, out := q[i*m:][:m], r.z[i*m:][:m]
		for k := range m { // Z Q = Q (Q^T Z Q)
			out[k] = row[k] * r.diagonal[k]
			if k > 0 {
				out[k] += row[k-1] * r.adjacent[k-1]
			}
			if k < m-1 {
				out[k] += row[k+1] * r.adjacent[k]
			}
		}
	}
	square := func(data []float64) blas64.General {
		return blas64.General{Rows: m, Cols: m, Stride: m, Data: data}
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, square(s.d), square(q), 0, square(r.d))
	return r, nil
}

// pivots returns the diagonal of L diag(pivots) L^T = 1 + tau Q^T Z Q, where L has the ones and, below them,
// tau adjacent / pivots. All are at least 1, because Z has no negative eigenvalue.
func (r *tridiagonal) pivots(tau float64) []float64 {
	p := make([]float64, r.m)
	for k := range p {
		p[k] = 1 + tau*r.diagonal[k]
		if k > 0 {
			p[k] -= tau * r.adjacent[k-1] * tau * r.adjacent[k-1] / p[k-1]
		}
		p[k] = max(p[k], 1) // but for rounding
	}
	return p
}

// defaultStep is the step of the trapezoid rule in [tridiagonal.nodes]: the relative error of its integrals
// is below 1e-7, for processes of few degrees of freedom as well as for white noise.
const defaultStep = 0.5

// nodes returns the nodes and weights of the integral over t. The substitution
//
//	t = c exp(w - exp(-w)),  1/c = the mean of s^2 + epsilon,
//
// makes a bump of the integrand that falls off doubly exponentially to the left, as exp(-exp(-w)), and at
// least exponentially to the right. The trapezoid rule is exponentially accurate for it, and needs nodes only
// where the bump is above negligible. (Without the second exponential a step that serves smooth processes,
// whose s^2 varies widely, fails for white noise, whose s^2 hardly varies.)
func (r *tridiagonal) nodes(step float64) []node {
	const negligible = 1e-9
	mean := norms.Epsilon
	for _, value := range r.diagonal {
		mean += value / float64(r.m)
	}
	first := -1.0
	for first-math.Exp(-first) > math.Log(negligible) {
		first -= step
	}
	var nodes []node
	peak := 0.0
	for w := first; ; w += step {
		t := math.Exp(w-math.Exp(-w)) / mean
		n := node{tau: 2 * t / float64(r.m)}
		logWeight := -t * norms.Epsilon
		for _, pivot := range r.pivots(n.tau) {
			logWeight -= math.Log(pivot) / 2
		}
		n.weight = step * t * (1 + math.Exp(-w)) * math.Exp(logWeight)
		peak = max(peak, n.weight)
		if !(n.weight > negligible*peak) && w > 0 {
			return nodes
		}
		nodes = append(nodes, n)
	}
}

// solved holds the rows of Y for z and z' at every input.
type solved struct{ z, d [][]float64 }

// solve returns Y at a node, of m inputs: empty rows without a rotated law.
func (r *tridiagonal) solve(tau float64, m int) solved {
	rows := solved{make([][]float64, m), make([][]float64, m)}
	if r == nil {
		return rows
	}
	pivots := r.pivots(tau)
	scale, below := make([]float64, m), make([]float64, m)
	for k := range m {
		scale[k] = math.Sqrt(tau / pivots[k])
		if k > 0 {
			below[k] = tau * r.adjacent[k-1] / pivots[k-1]
		}
	}
	substitute := func(row []float64) []float64 { // L^-1 row, over the root of pivots/tau
		y, last := make([]float64, m), 0.0
		for k, value := range row {
			last = value - below[k]*last
			y[k] = last * scale[k]
		}
		return y
	}
	parallel(m, func(i int) {
		rows.z[i] = substitute(r.z[i*m:][:m])
		rows.d[i] = substitute(r.d[i*m:][:m])
	})
	return rows
}
