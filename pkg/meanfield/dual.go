package meanfield

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
)

// Dual is what the theory needs to know of an activation rho: its expectations over inputs and over pairs of
// normal numbers. For an activation of several outputs a unit, such as CReLU, every expectation is the mean
// over the outputs.
type Dual interface {
	// Input returns the moments of the first layer, rho(x_i - b) with b ~ Normal(0, 1), at the given inputs.
	Input(x []float64) InputMoments

	// Hidden returns the moments at normal arguments of the given deviations, one an input, and the largest
	// share of E[rho'(z)^2] that they leave out, 0 for exact ones.
	Hidden(deviation []float64) (HiddenMoments, float64)

	// Scales says whether batch normalisation can be computed: whether rho(c z) = c rho(z) for all c > 0 and
	// rho has a kink at 0. Without the kink the net is linear, its units on a line of inputs are all alike up
	// to a factor, and those of a factor near 0 decide about the mean of 1/s^2.
	Scales() bool
}

// InputMoments returns, for y = x - b at inputs i and j,
//
//	value = E[rho(y_i) rho(y_j)]    mixed = E[rho'(y_i) rho(y_j)]    slope = E[rho'(y_i) rho'(y_j)].
//
// It is called concurrently.
type InputMoments func(i, j int) (value, mixed, slope float64)

// HiddenMoments returns the moments at the arguments of inputs i and j, which form an angle: the arguments'
// correlation is its cosine. It is called concurrently.
type HiddenMoments func(i, j int, a Angle) Moments

// Moments are expectations over two normal arguments of mean zero: Eab is that of the a-th derivative of rho
// at z_i times the b-th at z_j. The second derivative of a kink is a delta function. E22, E31 and E13 come
// with factors that vanish where the arguments are equal, so that 0 may stand for them there if they are
// infinite.
type Moments struct{ E00, E11, E20, E02, E22, E31, E13 float64 }

// Angle is that between two arguments, from 0 to pi.
type Angle struct{ Theta, Sin, Cos float64 }

// angleOf returns the angle of a correlation. Its precision at both ends is that of the correlation's
// distance from 1 and -1.
func angleOf(correlation float64) Angle {
	r := max(-1, min(1, correlation))
	return Angle{Theta: 2 * math.Atan(math.Sqrt((1-r)/(1+r))), Sin: math.Sqrt((1 - r) * (1 + r)), Cos: r}
}

// dualOf returns the dual of a net's activation as it is at initialisation. It refuses activations with a
// kink, as ELU and SELU have one: the quadrature of [Smooth] steps over it, and E[rho'(z)^2] comes out wrong
// by up to a part in a hundred.
func dualOf(net models.Config) (Dual, error) {
	switch net.Activation {
	case activations.CReLU:
		if net.LooksLinear {
			return Leaky(1), nil // the mirrored weights make W rho(x) - W rho(-x) = W x of it
		}
		return concatenated, nil
	case activations.PReLU:
		return Leaky(1), nil // its slopes start at 1
	}
	if s := net.Activation.Slopes; s != (activations.Slopes{}) {
		return newRectifier(slopes{s.Negative, s.Positive}), nil
	}
	if c := net.Activation.Curve; c != nil && !c.Kink {
		return ofCurve(c), nil
	}
	return nil, fmt.Errorf("the theory does not know the activation %q: set Config.Dual, to "+
		"meanfield.Smooth of the function and its derivative, for instance",
		net.Activation)
}
