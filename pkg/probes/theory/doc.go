// Package theory holds what the paper proves, and measures it where its assumptions are exact.
//
// The closed forms of Theorems 1 to 3 and of Corollary 1 are plain functions ([Feedforward], [Residual],
// [Rescaled], [Highway]):
//
//	c, err := theory.Feedforward(50)
//	fmt.Println(c.Correlation()) // 2^-50
//
// [Run] measures the same quantities on nets whose gates are drawn independently of the weights, each
// rectifier on for half of the inputs and for a quarter of the pairs, as the theorems assume. It offers two
// estimators. Plain Monte Carlo draws the weights; its noise drowns the covariance of a deep net. The other
// draws the gates alone and takes the expectation over the weights layer by layer, exactly.
//
// [Donsker] is about the paper's appendix: the gradient of a one-layer net over its inputs is a random walk
// that becomes Brownian motion as the net grows wide.
package theory

// Version is raised whenever the same config gives other numbers, beyond rounding. Results that were kept
// under another version are computed anew. TestVersion fails when it was forgotten.
const Version = 1
