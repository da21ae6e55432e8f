package norms

import "github.com/gomlx/gomlx/core/graph"

// Epsilon is added to the variance in batch normalisation, as is customary (Ioffe and Szegedy, 2015).
const Epsilon = 1e-5

// Batch is batch normalisation without learnt scale and shift: (x - mean(x)) / sqrt(var(x) + Epsilon), mean
// and (biased) variance of each feature over the batch.
//
// It is written with plain operations because a fused batch normalisation either stops the gradient at the
// statistics or has no gradient in evaluation mode, and is missing from the pure-Go backend.
var Batch = register(&Norm{Name: "bn", Title: "batch normalisation", ShortTitle: "batch norm",
	Apply: func(x *graph.Node, hold func(*graph.Node) *graph.Node) *graph.Node {
		centred := graph.Sub(x, hold(batchMean(x)))
		// The variance is taken around the mean whose gradient is not held: hold decides on the whole
		// statistic.
		variance := batchMean(graph.Square(graph.Sub(x, batchMean(x))))
		// Not Rsqrt, which has no gradient in GoMLX.
		return graph.Div(centred, hold(graph.Sqrt(graph.AddScalar(variance, Epsilon))))
	}})
