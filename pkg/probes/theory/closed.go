package theory

import (
	"fmt"
	"math"
)

// Covariance holds C(i,i) and C(i,j) of Definition 1, for two different inputs i and j, by their natural
// logarithms, which stay finite where 2^L does not.
//
// The gradient whose covariance it is: the sum of a net's outputs differentiated by one neuron of the layer
// that the L layers start from, at the inputs i and j; the expectation is over the weights.
type Covariance struct{ LogVariance, LogCovariance float64 }

// Variance returns C(i,i); it is +Inf where that is beyond the largest float64.
func (c Covariance) Variance() float64 { return math.Exp(c.LogVariance) }

// Covariance returns C(i,j); it is +Inf where that is beyond the largest float64, and 0 below the smallest.
func (c Covariance) Covariance() float64 { return math.Exp(c.LogCovariance) }

// Correlation returns R(i,j) = C(i,j) / sqrt(C(i,i) C(j,j)), where C(j,j) = C(i,i).
func (c Covariance) Correlation() float64 { return math.Exp(c.LogCovariance - c.LogVariance) }

// Feedforward returns Theorem 1: for L layers x_l = W_l rho(x_l-1),
//
//	C(i,i) = 1,  C(i,j) = R(i,j) = 1/2^L.
//
// Assumptions, of all the closed forms here: weights are independent, W_l ~ Normal(0, 2/N), and independent
// of which rectifiers are active; a rectifier is active for half of the inputs, and for both of two inputs in
// a quarter of the pairs. It returns an error for a depth below 1.
func Feedforward(depth int) (Covariance, error) {
	return powers(depth, 1, 0.5)
}

// Residual returns Theorem 2: for L layers x_l = x_l-1 + W_l rho(x_l-1), alpha = beta = 1, without
// normalisation,
//
//	C(i,i) = 2^L,  C(i,j) = (3/2)^L,  R(i,j) = (3/4)^L.
//
// Assumptions as for [Feedforward]. It returns an error for a depth below 1.
func Residual(depth int) (Covariance, error) {
	return powers(depth, 2, 1.5)
}

// Highway returns Corollary 1: for L layers x_l = gamma1 x_l-1 + gamma2 W_l rho(x_l-1) with gamma1^2 +
// gamma2^2 = 1,
//
//	C(i,i) = 1,  C(i,j) = R(i,j) = (gamma1^2 + gamma2^2 / 2)^L.
//
// Assumptions as for [Feedforward]. It returns an error for a depth below 1 and for gammas whose squares do
// not add up to 1.
func Highway(depth int, gamma1, gamma2 float64) (Covariance, error) {
	if sum := gamma1*gamma1 + gamma2*gamma2; !(math.Abs(sum-1) < 1e-9) {
		return Covariance{}, fmt.Errorf("gamma1 = %g and gamma2 = %g: their squares add up to %g, give two "+
			"whose squares add up to 1", gamma1, gamma2, sum)
	}
	return powers(depth, 1, gamma1*gamma1+gamma2*gamma2/2)
}

// HighwayLimit returns the correlation that Corollary 1 tends to as L grows, for gamma1 = sqrt(1 - 1/L),
// gamma2 = sqrt(1/L):
//
//	(1 - 1/(2L))^L -> 1/sqrt(e).
func HighwayLimit() float64 { return math.Exp(-0.5) }

// Rates is Theorem 3: a variance, and how covariance and correlation grow with the depth.
type Rates struct {
	// Variance is C(i,i), exactly.
	Variance float64

	// CovarianceRate and CorrelationRate are what C(i,j) and R(i,j) are asymptotic to as L grows, up to a
	// constant. They are no approximations at a given depth: while beta^2 L < 1, CorrelationRate is above 1,
	// where no correlation can be.
	CovarianceRate, CorrelationRate float64
}

// Rescaled returns Theorem 3: for residual nets with batch normalisation, x_l+1 = x_l + beta W_l
// rho(BN(x_l)), of L rectifiers,
//
//	C(i,i) = beta^2 (L-1) + 1,  C(i,j) ~ beta sqrt(L),  R(i,j) ~ 1 / (beta sqrt(L)).
//
// Assumptions as for [Feedforward]. It returns an error for a depth below 1 and for a beta that is not
// positive and finite.
func Rescaled(depth int, beta float64) (Rates, error) {
	if err := checkRescaled(depth, beta); err != nil {
		return Rates{}, err
	}
	root := beta * math.Sqrt(float64(depth))
	return Rates{Variance: beta*beta*float64(depth-1) + 1, CovarianceRate: root, CorrelationRate: 1 / root},
		nil
}

// RescaledExact returns what is behind Theorem 3's rates, for every depth: a layer's signal has variance s_l
// = beta^2 (l-1) + 1, one beta^2 more for each layer below, and batch normalisation divides by its root, so
// that L rectifiers give
//
//	C(i,i) = product over l = 1..L-1 of (1 + beta^2 / s_l)     = beta^2 (L-1) + 1  (it telescopes),
//	C(i,j) = product over l = 1..L-1 of (1 + beta^2 / (2 s_l))
//	       = G(c) G(L - 1/2 + c) / (G(c + 1/2) G(L - 1 + c)),
//
// with c = 1/beta^2 and the gamma function G. The second tends to sqrt(L) G(c) / G(c + 1/2), and that to beta
// sqrt(L) as beta falls: the theorem's rate. The paper states the rate alone; the product is our derivation.
//
// Assumptions as for [Feedforward], and batch statistics that equal their expectation, held fixed by the
// derivative. It returns an error for a depth below 1 and for a beta that is not positive and finite.
func RescaledExact(depth int, beta float64) (Covariance, error) {
	if err := checkRescaled(depth, beta); err != nil {
		return Covariance{}, err
	}
	c := Covariance{LogVariance: math.Log1p(beta * beta * float64(depth-1))}
	// summed, because logarithms of the gamma function would cancel for small beta
	for l := 1; l < depth; l++ {
		c.LogCovariance += math.Log1p(beta * beta / 2 / signalVariance(l, beta))
	}
	return c, nil
}

// signalVariance returns the variance s_l of the signal that rectifier l of a beta-rescaled residual net
// normalises.
func signalVariance(l int, beta float64) float64 { return beta*beta*float64(l-1) + 1 }

// powers returns the covariance whose variance and covariance a layer multiplies by the given factors.
func powers(depth int, variance, covariance float64) (Covariance, error) {
	if err := checkDepth(depth); err != nil {
		return Covariance{}, err
	}
	return Covariance{LogVariance: float64(depth) * math.Log(variance),
		LogCovariance: float64(depth) * math.Log(covariance)}, nil
}

// checkDepth returns an error for a net without layers.
func checkDepth(depth int) error {
	if depth < 1 {
		return fmt.Errorf("depth %d: give the number of layers L, at least 1", depth)
	}
	return nil
}

// checkRescaled returns an error where Theorem 3 says nothing.
func checkRescaled(depth int, beta float64) error {
	if !(beta > 0) || math.IsInf(beta, 0) {
		return fmt.Errorf("beta is %g: give a positive number (the paper recommends 0.1 to 0.3)", beta)
	}
	return checkDepth(depth)
}
