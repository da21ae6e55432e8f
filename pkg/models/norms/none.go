package norms

import "github.com/gomlx/gomlx/core/graph"

// None leaves preactivations as they are.
var None = register(&Norm{Name: "none", Title: "none", ShortTitle: "no normalisation",
	Apply: func(x *graph.Node, _ func(*graph.Node) *graph.Node) *graph.Node { return x }})
