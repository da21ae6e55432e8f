package rank

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// Measurement is what one minibatch says about one depth.
type Measurement struct {
	Depth int `json:"depth"`

	// Rank is the effective rank r(D) = tr(D^T D) / ||D||_2^2 of the gradients, and WhiteRank that of white
	// Gaussian noise Y of the same shape (the effective rank does not depend on its scale): from 1 to the
	// number of images.
	Rank      float64 `json:"rank"`
	WhiteRank float64 `json:"white_rank"`

	// Covariance and Correlation tell how much of the covariance and of the correlation of the gradients
	// between images the clusters explain, which are those of the shallowest net's gradients.
	Covariance  stats.BlockShare `json:"covariance"`
	Correlation stats.BlockShare `json:"correlation"`
}

// Relative returns r(D) / r(Y), the relative effective rank of Figure 5c: 1 for gradients that are like white
// noise.
func (m Measurement) Relative() float64 { return m.Rank / m.WhiteRank }

// Measure returns what the minibatch says about each depth.
func (m *Minibatch) Measure() ([]Measurement, error) {
	white, err := m.whiteRank()
	if err != nil {
		return nil, err
	}
	measurements := make([]Measurement, len(m.Gradients))
	for i, depth := range m.Config.Depths {
		measured := Measurement{Depth: depth, WhiteRank: white}
		if measured.Rank, err = stats.EffectiveRank(m.grams[i]); err != nil {
			return nil, err
		}
		covariance, correlation, err := stats.RowCovariance(m.Gradients[i])
		if err != nil {
			return nil, err
		}
		rng := random.Stream(m.Config.Seed, permutationStream, m.Index)
		if measured.Covariance, err = stats.Blocks(covariance, m.Labels, permutations, rng); err != nil {
			return nil, err
		}
		if measured.Correlation, err = stats.Blocks(correlation, m.Labels, permutations, rng); err != nil {
			return nil, err
		}
		measurements[i] = measured
	}
	return measurements, nil
}

// whiteRank returns the effective rank of white noise of the gradients' shape.
func (m *Minibatch) whiteRank() (float64, error) {
	images, values := m.Gradients[0].Dims()
	return WhiteRank(images, values, random.Stream(m.Config.Seed, noiseStream, m.Index))
}

// WhiteRank returns r(Y), the effective rank of as many columns of that many independent standard normals as
// there are images.
func WhiteRank(images, values int, rng *rand.Rand) (float64, error) {
	noise := mat.NewDense(images, values, nil)
	for i := range images {
		row := noise.RawRowView(i)
		for k := range row {
			row[k] = rng.NormFloat64()
		}
	}
	return stats.EffectiveRank(stats.Gram(noise))
}

// Map is the picture of a minibatch at one depth.
type Map struct {
	Depth int

	// Covariance and Correlation of the gradients between images, images x images in the order of the
	// clusters.
	Covariance, Correlation *mat.SymDense
}

// Alike returns the correlation of the gradients of two different images, on average over pairs and of the
// pair that is least alike: 1 where all gradients are multiples of one, as in a linear net, and 0 on average
// where they have nothing in common.
func (m Map) Alike() (mean, least float64) {
	n := float64(m.Correlation.SymmetricDim())
	return (mat.Sum(m.Correlation) - n) / (n * (n - 1)), mat.Min(m.Correlation)
}

// Maps returns the covariance and the correlation at each depth, all in the same order of images: see
// [Minibatch.Order].
func (m *Minibatch) Maps() ([]Map, error) {
	order := m.Order()
	maps := make([]Map, len(m.Gradients))
	for i, rows := range m.Gradients {
		covariance, correlation, err := stats.RowCovariance(rows)
		if err != nil {
			return nil, err
		}
		maps[i] = Map{Depth: m.Config.Depths[i], Covariance: reorder(covariance, order),
			Correlation: reorder(correlation, order)}
	}
	return maps, nil
}

// Order returns the images in the order of their clusters, the largest first, and within a cluster as they
// came.
func (m *Minibatch) Order() []int {
	order := make([]int, len(m.Labels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.Labels[a], m.Labels[b]) })
	return order
}

// reorder returns the matrix with rows and columns in the order.
func reorder(matrix *mat.SymDense, order []int) *mat.SymDense {
	reordered := mat.NewSymDense(len(order), nil)
	for i, a := range order {
		for j := i; j < len(order); j++ {
			reordered.SetSym(i, j, matrix.At(a, order[j]))
		}
	}
	return reordered
}
