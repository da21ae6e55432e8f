// Package models defines the nets of the paper: feedforward, residual (Eq. 2) and the modified highway net (Corollary 1).
//
// A [Net] is a list of stages: the rectified input layer, a first linear map, repeated layers, a read-out. Each [Stage] is a
// [Block], which says which variables it has and builds its piece of a GoMLX graph. The same definition serves
// every use:
//
//   - [Net.Build] puts the whole net into one graph, on the variables of a GoMLX Store, as training wants it;
//   - an engine may build and compile each distinct block once and run the stages one after the other, so that the
//     compile time of a uniform net does not grow with its depth.
//
// The conventions, where N is the width, L the depth, rho the activation (L counts rectifiers):
//
//	h        = rho(x v - b)                              v = (1,...,1), b ~ Normal(0, 1), never normalised
//	a_1      = W_0 h                                     W_l ~ Normal(0, 2/N)
//	a_l+1    = W_l rho(norm(a_l))                        feedforward, l = 1..L-2
//	a_l+1    = alpha (a_l + beta W_l rho(norm(a_l)))     residual, l = 1..L-1
//	a_l+1    = gamma1 a_l + gamma2 W_l rho(norm(a_l))    highway, l = 1..L-1, gamma1^2 + gamma2^2 = 1
//	f        = w^T rho(norm(a_L-1))                      feedforward, w ~ Normal(0, 1/N)
//	f        = w^T a_L                                   residual and highway
//	f        = w^T h                                     every net of depth 1
//
// A new architecture is one new file: a function from a Config to stages, registered under a name. New activations,
// normalisations and initialisers are one new file each in the folders of those names, or a value of one's own in a
// notebook cell.
package models
