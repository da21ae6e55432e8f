package stats

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// BlockShare says how far a symmetric matrix has the block structure of a clustering of its rows.
type BlockShare struct {
	// Share is the share of the variance of the entries off the diagonal that the blocks explain, from 0 to
	// 1: eta^2, the variance between blocks over all variance, a block being the entries of a pair of
	// clusters.
	Share float64 `json:"share"`

	// Chance is the share that the same clusters explain when the rows are shuffled: blocks fit noise too.
	Chance float64 `json:"chance"`
}

// BeyondChance returns the share beyond chance, (Share - Chance) / (1 - Chance): 0 where the clusters say
// nothing of the matrix, 1 where they say all.
func (b BlockShare) BeyondChance() float64 { return (b.Share - b.Chance) / (1 - b.Chance) }

// Blocks measures the block structure of a matrix for clusters given as labels from 0 up, one for each row;
// chance is the mean over the given number of permutations of the rows.
func Blocks(matrix *mat.SymDense, labels []int, permutations int, rng *rand.Rand) (BlockShare, error) {
	n := matrix.SymmetricDim()
	if len(labels) != n || n < 2 || permutations < 1 || slices.Min(labels) < 0 {
		return BlockShare{}, fmt.Errorf("%d labels for %d rows and %d permutations: give a label from 0 up "+
			"for each of at least 2 rows, and at least 1 permutation", len(labels), n, permutations)
	}
	mean, total := 0.0, 0.0
	for i := range n {
		for j := range i {
			mean += matrix.At(i, j)
		}
	}
	mean /= float64(n * (n - 1) / 2)
	for i := range n {
		for j := range i {
			total += (matrix.At(i, j) - mean) * (matrix.At(i, j) - mean)
		}
	}
	if !(total > 0) {
		return BlockShare{}, fmt.Errorf("the entries off the diagonal have a sum of squares of %g around "+
			"their mean: block structure needs entries that differ", total)
	}
	share := BlockShare{Share: between(matrix, labels, mean) / total}
	for range permutations {
		shuffled := slices.Clone(labels)
		rng.Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		share.Chance += between(matrix, shuffled, mean) / total / float64(permutations)
	}
	return share, nil
}

// between returns the sum of squares between blocks around the mean of all entries.
func between(matrix *mat.SymDense, labels []int, mean float64) float64 {
	clusters := slices.Max(labels) + 1
	sums, counts := make([]float64, clusters*clusters), make([]float64, clusters*clusters)
	for i, a := range labels {
		for j, b := range labels[:i] {
			block := max(a, b)*clusters + min(a, b)
			sums[block] += matrix.At(i, j)
			counts[block]++
		}
	}
	squares := 0.0
	for block, count := range counts {
		if count > 0 {
			squares += (sums[block]/count - mean) * (sums[block]/count - mean) * count
		}
	}
	return squares
}
