package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// maxSweeps bounds Lloyd's algorithm, which ends by itself long before.
const maxSweeps = 1000

// KMeans divides n vectors, given by their Gram matrix of inner products, into k clusters such that the sum
// of squared distances to the clusters' means is small: Lloyd's algorithm from k-means++ starts (Arthur and
// Vassilvitskii, 2007), the best of several restarts. All distances follow from inner products, so that a
// sweep takes n^2 steps however long the vectors are.
//
// It returns a label from 0 to k-1 for each vector; clusters are numbered from the largest to the smallest,
// those of equal size by their first vector, so that the labels don't depend on the order in which clusters
// were found. The random numbers come from rng alone: a library for this that takes a seed was not found.
func KMeans(gram *mat.SymDense, k, restarts int, rng *rand.Rand) ([]int, error) {
	n := gram.SymmetricDim()
	switch {
	case k < 1 || k > n:
		return nil, fmt.Errorf("%d clusters of %d vectors: give at least 1 and at most one for each vector",
			k, n)
	case restarts < 1:
		return nil, fmt.Errorf("k-means starts %d times: give at least 1", restarts)
	case !numbers.Finite(mat.Sum(gram)):
		return nil, fmt.Errorf("the inner products to cluster by are not finite: check what they were " +
			"computed from")
	}
	var best []int
	lowest := math.Inf(1)
	for range restarts {
		labels, inertia := lloyd(gram, k, kMeansPlusPlus(gram, k, rng))
		if inertia < lowest {
			best, lowest = labels, inertia
		}
	}
	return bySize(best, k), nil
}

// kMeansPlusPlus draws k vectors as means, each with a probability proportional to its squared distance from
// the nearest one before, and returns the label of the nearest for each vector.
func kMeansPlusPlus(gram *mat.SymDense, k int, rng *rand.Rand) []int {
	n := gram.SymmetricDim()
	nearest, labels := make([]float64, n), make([]int, n)
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	chosen := rng.IntN(n)
	for c := range k {
		for i := range n {
			// Rounding can make the distance of equal vectors negative.
			if d := max(0, gram.At(i, i)-2*gram.At(i, chosen)+gram.At(chosen, chosen)); d < nearest[i] {
				nearest[i], labels[i] = d, c
			}
		}
		chosen = choose(nearest, rng)
	}
	return labels
}

// choose returns an index with a probability proportional to its weight, or any where all weights are 0.
func choose(weights []float64, rng *rand.Rand) int {
	total := floats.Sum(weights)
	if total == 0 {
		return rng.IntN(len(weights))
	}
	left := rng.Float64() * total
	for i, weight := range weights {
		if left -= weight; left < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// lloyd moves vectors to the cluster with the nearest mean until none moves, and returns the labels and the
// sum of squared distances.
func lloyd(gram *mat.SymDense, k int, labels []int) ([]int, float64) {
	inertia := math.Inf(1)
	for range maxSweeps {
		distances := clusterDistances(gram, k, labels)
		next, sum := make([]int, len(labels)), 0.0
		for i := range labels {
			row := distances.RawRowView(i)
			next[i] = floats.MinIdx(row)
			sum += row[next[i]]
		}
		// A sweep can only lower the sum; where rounding says otherwise, the end is reached.
		if slices.Equal(next, labels) || sum >= inertia {
			return labels, min(sum, inertia)
		}
		labels, inertia = next, sum
	}
	return labels, inertia
}

// clusterDistances returns the squared distances of each vector x_i from the clusters' means,
//
//	|x_i - mean_c|^2 = G_ii - 2/n_c sum_j G_ij + 1/n_c^2 sum_jl G_jl,  j and l in c,
//
// infinite for a cluster without vectors.
func clusterDistances(gram *mat.SymDense, k int, labels []int) *mat.Dense {
	n := len(labels)
	distances, sizes, within := mat.NewDense(n, k, nil), make([]float64, k), make([]float64, k)
	for i := range n {
		row := distances.RawRowView(i)
		for j, label := range labels {
			row[label] += gram.At(i, j)
		}
		within[labels[i]] += row[labels[i]]
		sizes[labels[i]]++
	}
	for i := range n {
		row := distances.RawRowView(i)
		for c, size := range sizes {
			if size == 0 {
				row[c] = math.Inf(1)
			} else {
				row[c] = gram.At(i, i) - 2*row[c]/size + within[c]/(size*size)
			}
		}
	}
	return distances
}

// bySize renumbers clusters from the largest to the smallest, those of equal size by their first vector.
func bySize(labels []int, k int) []int {
	sizes, first := make([]int, k), make([]int, k)
	for i, label := range slices.Backward(labels) {
		sizes[label]++
		first[label] = i
	}
	order := make([]int, k)
	for c := range order {
		order[c] = c
	}
	slices.SortFunc(order, func(a, b int) int {
		if sizes[a] != sizes[b] {
			return sizes[b] - sizes[a]
		}
		return first[a] - first[b]
	})
	renumbered := make([]int, len(labels))
	for i, label := range labels {
		renumbered[i] = slices.Index(order, label)
	}
	return renumbered
}
