// Package meanfield computes what gradients over a grid of inputs do in infinitely wide nets, exactly and
// without drawing a weight: the law that the nets of the paper's Figures 2 and 3 follow up to their finite
// width.
//
//	config := meanfield.Config{Net: models.Config{Net: "residual", Depth: 50, Beta: 0.1, Norm: norms.Batch}}
//	result, err := meanfield.Run(ctx, config)
//	...
//	acf, err := result.ACF(15)              // the curve of Figure 2
//	fmt.Println(result.Layers[49].Coactive) // a point of Figure 3
//
// # The recursion
//
// As the width grows, the units of a layer become independent draws of one Gaussian process over the inputs
// x_1..x_M, together with its derivative by the input, batch statistics held fixed. A layer is therefore
// known by three M x M matrices, where ' is the derivative by x:
//
//	K(i,j) = Cov(a(x_i), a(x_j))    D(i,j) = Cov(a'(x_i), a(x_j))    T(i,j) = Cov(a'(x_i), a'(x_j))
//
// D must not be dropped: the gates of a layer depend on its derivative through D, so that T is not a product
// of shares of active units ("gradient independence"), least of all for neighbouring inputs. With z = norm(a)
// and a unit's output rho(z), a layer needs
//
//	k = E[rho(z_i) rho(z_j)]         t = E[rho'(z_i) z'_i rho'(z_j) z'_j]
//	d = E[rho'(z_i) z'_i rho(z_j)]   F = E[rho'(z_i) rho'(z_j)]
//
// which Stein's lemma reduces to the [Moments] of rho at two correlated normal numbers, a closed form for
// rectifiers. Then, with the nets' conventions in package models and g = N Var(W) of their matrices, 2 after
// He et al.,
//
//	feedforward   K, D, T <- g (k, d, t)                                         G = t at the last rectifier
//	residual      K, D, T <- alpha^2 (K, D, T) + alpha^2 beta^2 g (k, d, t)      G = T
//	highway       K, D, T <- gamma1^2 (K, D, T) + gamma2^2 g (k, d, t)           G = T
//
// The gradient (df/dx(x_1), ..., df/dx(x_M)) is a Gaussian vector of mean zero and covariance G, from which
// all of its statistics follow. F counts paths: the covariance of Definition 1 is C(i,j) = product over
// layers of (carry^2 + gain^2 g F(i,j)).
//
// # Normalisation
//
// Centring takes the mean over inputs off a process: H K H and D H with H = I - 11^T/M; derivatives stay as
// they are. Batch normalisation divides each unit by its own deviation over the inputs, s^2 = z^T z / M,
// which stays random however wide the net is, because processes on a one-dimensional grid have few degrees of
// freedom. For activations with rho(c z) = c rho(z), c > 0, the division is exact all the same, since
//
//	1 / (s^2 + epsilon) = integral_0^inf exp(-t (s^2 + epsilon)) dt
//
// and under the weight exp(-t s^2) the process is still Gaussian: see batch.go.
//
// # Deep nets
//
// A layer of M = 256 inputs takes hundredths of a second, with batch normalisation a tenth. [Each] computes
// several depths in one pass, and Config.Tolerance lets it leap over layers of nets with skips: see leap.go.
//
// # What it does not cover
//
// Statistics that gradients go through (norms.Coupled), nets of images, matrices drawn by other initialisers
// than He, LeCun, Orthogonal and these times a gain, batch normalisation in front of smooth or linear
// activations, the units ELU and SELU, shaped by DKS or not, and other normalisations than that and centring:
// [Run] says so in an error. Nets of finite width differ by terms of order L/N, and their draws spread more
// widely than those of the infinite net.
//
// # Another activation
//
// A rectifier, leaky or not, is [Leaky]; a smooth function is [Smooth] of the function and its derivative,
// and one that has these as its Curve, as those of package activations and theirs after DKS, needs nothing
// else. What neither fits implements [Dual]. Config.Dual takes it.
package meanfield
