package norms

import "github.com/gomlx/gomlx/core/graph"

// Groups is the number of groups of [Group], or less where it does not divide the features.
const Groups = 8

// Group is group normalisation without learnt scale and shift (Wu and He, 2018): [Layer] on each group of
// successive features. There are as many groups, up to [Groups], as divide the features and leave two or more
// to each: a single feature of a dense net would be 0 but for rounding.
var Group = register(&Norm{Name: "group", Title: "group normalisation", ShortTitle: "group norm",
	Apply: func(x *graph.Node, _ func(*graph.Node) *graph.Node) *graph.Node {
		return standardized(x, groupsOf(x.Shape().Dim(-1)))
	}})

// groupsOf returns the number of groups of so many features.
func groupsOf(features int) int {
	for groups := Groups; groups > 1; groups-- {
		if features%groups == 0 && features/groups > 1 {
			return groups
		}
	}
	return 1
}
