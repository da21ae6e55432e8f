package norms

import "github.com/gomlx/gomlx/core/graph"

// Layer is layer normalisation without learnt scale and shift (Ba et al., 2016),
//
//	(x - mean(x)) / sqrt(var(x) + Epsilon),
//
// mean and (biased) variance of each input by itself, over its features, and over the positions of an image
// too (as Wu and He, 2018, have it for convolutions: a [Group] of all features).
//
// None of its statistics is over the batch, so that none is held: gradients go through all of them.
var Layer = register(&Norm{Name: "layer", Title: "layer normalisation", ShortTitle: "layer norm",
	Apply: func(x *graph.Node, _ func(*graph.Node) *graph.Node) *graph.Node { return standardized(x, 1) }})

// standardized normalises groups of that many successive features of each input, which divide the number of
// features.
func standardized(x *graph.Node, groups int) *graph.Node {
	dims := x.Shape().Dimensions
	features := dims[len(dims)-1]
	// [inputs, positions, groups, features of a group]
	grouped := graph.Reshape(x, dims[0], -1, groups, features/groups)
	centred := graph.Sub(grouped, graph.ReduceAndKeep(grouped, graph.ReduceMean, 1, 3))
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, 1, 3)
	return graph.Reshape(graph.Div(centred, graph.Sqrt(graph.AddScalar(variance, Epsilon))), dims...)
}
