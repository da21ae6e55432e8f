// Package models defines the nets of the paper: feedforward, residual (Eq. 2), the modified highway net
// (Corollary 1), and convolutional feedforward and residual nets (Figure 5).
//
// A [Net] is a list of stages: the rectified input layer, a first linear map, repeated layers, a read-out.
// Each [Stage] is a [Block], which says which variables it has and builds its piece of a GoMLX graph. The
// same definition serves every use:
//
//   - [Net.Build] puts the whole net into one graph, on the variables of a GoMLX Store, as training wants it;
//   - an engine may build and compile each distinct block once and run the stages one after the other, so
//     that the compile time of a uniform net does not grow with its depth.
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
//	h_1      = rho(norm(W_0 h))                          post-residual, f = w^T h_L-1
//	h_l+1    = rho(alpha (h_l + beta norm(W_l h_l)))     post-residual, l = 1..L-2
//	a_l+1    = (a_l, W_l rho(norm(a_l)))                 densenet, and now and then a transition
//	f        = w^T h                                     every net of depth 1, but for those below
//
// [Config].Branch lets the skips of residual nets span m layers, each a rectifier and a matrix:
//
//	a_l+m    = alpha (a_l + beta W_l+m-1 rho(norm( ... W_l rho(norm(a_l)))))     l = 1, 1+m, ...
//
// Where L - 1 is no multiple of m, the last skip spans what is left over. The weights beta of the branches
// can be learnt, each its own, from a common value on, 0 for instance.
//
// Transformers and mixers make a sequence of T = 8 tokens of x, and L counts their blocks: see
// transformer.go.
//
//	a_1,t    = x v_t + p_t                               v_t, p_t ~ Normal(0, 1), N features a token
//	f        = w^T mean_t(norm(a_L+1,t))                 transformer-pre and mixer
//	f        = w^T mean_t(a_L+1,t)                       transformer-post
//
// Nets of images follow the same conventions with 3 x 3 convolutions for matrices (the paper's Figure 5, in
// the style of He et al. 2016). L counts convolutions, statistics are taken over batch and space, and the
// output is a linear map of the mean over space:
//
//	a_1      = W_1 * image                               never normalised or rectified before
//	a_l+1    = W_l+1 * rho(norm(a_l))                    conv-feedforward, l = 1..L-1
//	a_l+2    = alpha (shortcut(a_l) + beta W_l+2 * rho(norm(W_l+1 * rho(norm(a_l)))))
//	                                                     conv-residual, l = 1, 3, ...
//	f        = w mean(rho(norm(a_L)))                    conv-feedforward
//	f        = w mean(a_L)                               conv-residual
//
// Where L is even, L - 1 convolutions can't be paired: the last skip then spans a single one. Three stages of
// 16, 32 and 64 filters share the skips as evenly as can be; at the beginning of a stage height and width are
// halved by stride 2, and the shortcut changes the shape as [Images].Shortcut says. A residual net and a
// feedforward net of one depth have the same convolutions; only the shortcuts with a matrix add weights to
// them.
//
// A new architecture is one new file: a function from a Config to stages, registered under a name. New
// activations, normalisations and initialisers are one new file each in the folders of those names, or a
// value of your own in a notebook cell.
//
// # Nets of your own
//
// A net need not be the paper's. [Compose] makes one of stages, whose blocks are those of the nets above
// ([Stem], [Linear], [Layer], [LinearReadout], [RectifiedReadout], [Rectified], [Normalize], [Scale],
// [Convolution], [ConvolutionLayer], [ResidualBranch], [ConvolutionalReadout], [Embedding], [Attention],
// [MeanOfTokens]), several of them as one ([Chain], [Skip], [Concat], [Transposed]), model functions of GoMLX
// ([BlockFromGraph]), or types that implement [Block]. [FromGraph] makes one of a single model function, and
// package onnx one of a file.
//
// Every probe takes such a net by its Config, which stands for it. A draw of its weights has the law of its
// initialisers; [Net.Redrawn] chooses others, and [Net.Holding] puts weights that are stored, such as trained
// ones, in the place of draws.
package models
