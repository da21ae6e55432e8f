package norms

import "github.com/gomlx/gomlx/core/graph"

// Center subtracts each feature's mean over the batch, x - mean(x): batch normalisation without the division
// by the deviation, as used for the feedforward nets of the paper's Figures 1 and 2.
var Center = register(&Norm{Name: "center", Title: "centring", Adjective: "mean-centred",
	Apply: func(x *graph.Node, hold func(*graph.Node) *graph.Node) *graph.Node {
		return graph.Sub(x, hold(batchMean(x)))
	}})
