package norms

import "github.com/gomlx/gomlx/core/graph"

// RMS is the normalisation of Zhang and Sennrich 2019 without learnt scale, x / sqrt(mean(x^2) + Epsilon),
// the mean over what [Layer] takes its own over. It neither centres nor has statistics of the batch.
var RMS = register(&Norm{Name: "rms", Title: "RMS normalisation", ShortTitle: "RMS norm",
	Apply: func(x *graph.Node, _ func(*graph.Node) *graph.Node) *graph.Node {
		axes := make([]int, x.Rank()-1)
		for axis := range axes {
			axes[axis] = axis + 1
		}
		square := graph.ReduceAndKeep(graph.Square(x), graph.ReduceMean, axes...)
		return graph.Div(x, graph.Sqrt(graph.AddScalar(square, Epsilon)))
	}})
