package meanfield

import (
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Where gradients go through the batch statistics, the gradient at an input is that of the sum of the outputs
// at all inputs, and the recursion does not close: it would need the derivative of every output by every
// input. There is a guess. Going back through the net, let P(i,j) be the covariance over units of the
// derivatives of that sum by a unit's values at the inputs x_i and x_j. If these derivatives were independent
// of the gates ("gradient independence"), a rectifier would make F o P of it, o being the product entry by
// entry, and the normalisation in front, whose mean is taken over the inputs, H [F o P] H:
//
//	P <- carry^2 P + gain^2 g H [F o P] H     from P = 1 1^T at the read-out on, for normalised nets
//	G  = Phi(min(x_i, x_j)) g P               at the first rectifier, which is not normalised
//
// with 1 for g at the read-out of feedforward nets. It drops two things: how gates depend on derivatives,
// which makes neighbours wrong even without normalisation, and how the deviation that batch normalisation
// divides by depends on the unit's values.

// coupled returns the guess for the net read out at the last rectifier so far.
func (r *recursion) coupled() *mat.SymDense {
	m := r.state.m
	p := make([]float64, m*m)
	for i := range p {
		p[i] = 1
	}
	last := len(r.slopes) - 1
	for l := last; l >= 0; l-- {
		gain, back := r.gain*r.variance, newLaw(m)
		if l == last && r.carry == 0 {
			gain = 1 // the read-out's, of feedforward nets
		}
		for i, slope := range r.slopes[l] {
			back.k[i] = slope * p[i]
		}
		if r.normalises() {
			back = back.centred()
		}
		for i := range p {
			p[i] = r.carry*p[i] + gain*back.k[i]
		}
	}
	variance := r.variance
	if last < 0 {
		variance = 1
	}
	guess := mat.NewSymDense(m, nil)
	for i, x := range r.config.X {
		for j := i; j < m; j++ {
			guess.SetSym(i, j, variance*distuv.UnitNormal.CDF(min(x, r.config.X[j]))*p[i*m+j])
		}
	}
	return guess
}
