package theory

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// Distance is the Kolmogorov-Smirnov distance sup |F(z) - Phi(z)| between the law F of a net's standardised
// increments and the normal law, in three ways that know more and more.
//
// The increment over a cell that holds a kink with probability p is a sum of K ~ Binomial(N, p) weights.
// Divided by its deviation sqrt(p) it is Normal(0, S) given S = K / (Np): a mixture of normals whose variance
// has mean 1 and variance (1-p) / (Np), with a point mass at 0 for K = 0. To first order in the variance of
// S,
//
//	F(z) - Phi(z) = (1-p) / (8 N p) z (3 - z^2) phi(z),  so that  sup |F - Phi| = 0.0688 (1-p) / (Np):
//
// the distance falls as 1/N, once cells hold several kinks. (For a step law with a third moment it would fall
// as 1/sqrt(N) only; weights are symmetric.) The increments of all cells are pooled: F is the mean over
// cells.
type Distance struct {
	// Empirical is the distance between the sampled increments and the normal law. Samples of a perfectly
	// normal law have one of Floor, so that it says nothing below that.
	Empirical float64

	// Floor is the expected distance of as many independent normal samples, sqrt(pi/2) ln 2 / sqrt(samples).
	// (The increments of a draw are uncorrelated, and independent up to the total number of kinks.)
	Floor float64

	// Samples is the number of increments, draws x cells.
	Samples int

	// GivenKinks is the same distance with the weights integrated out: F(z) is the mean over draws and cells
	// of Phi(z / sqrt(S)), for the sampled numbers of kinks, less its term linear in S - 1, whose mean is
	// known to be 0 (a control variate). What is left is of the order of the distance itself, so that its
	// relative error is the same for all widths. The standard error is that at the z of the supremum.
	GivenKinks stats.Estimate

	// Exact is the distance of the law itself, from the binomial probabilities.
	Exact float64
}

// The law is symmetric, so that the supremum is looked for at z >= 0, on a grid: near the maximum the
// distance changes with the square of z's error, by less than one part in 1000. Entry 0 stands for the limit
// from above, where a point mass at 0 counts in full.
const (
	zStep  = 0.02
	zCount = 200
)

// normalCDF is Phi.
func normalCDF(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

// normalAt holds z, Phi(z) and z phi(z) / 2 at the grid's z.
var normalAt = func() (at [zCount]struct{ z, phi, slope float64 }) {
	for i := range at {
		z := float64(i) * zStep
		at[i].z, at[i].phi, at[i].slope = z, normalCDF(z), z*distuv.UnitNormal.Prob(z)/2
	}
	return at
}()

// addExcess adds weight (Phi(z / sqrt(s)) - Phi(z)) to the values at the grid's z, less its linear term in s
// - 1, which is
// -weight z phi(z) / 2 (s - 1).
func addExcess(values []float64, weight, s float64) {
	root := math.Sqrt(s)
	for i, at := range normalAt {
		conditional := 1.0
		if s > 0 {
			conditional = normalCDF(at.z / root)
		}
		values[i] += weight * (conditional - at.phi + at.slope*(s-1))
	}
}

// supremum returns where |values| is largest.
func supremum(values []float64) int {
	at := 0
	for i, value := range values {
		if math.Abs(value) > math.Abs(values[at]) {
			at = i
		}
	}
	return at
}

// IncrementDistance returns the exact distance between the standardised increments of a one-layer net of the
// given width and the normal law: see [Distance]. A share is the probability of a kink in a cell; several are
// pooled. It returns an error for a width below 1 and for shares outside (0, 1].
func IncrementDistance(width int, shares []float64) (float64, error) {
	if width < 1 || len(shares) == 0 {
		return 0, fmt.Errorf("width %d and %d cells: give at least 1 of each", width, len(shares))
	}
	mean := make([]float64, zCount)
	for _, p := range shares {
		if !(p > 0 && p <= 1) {
			return 0, fmt.Errorf("a cell has a kink with probability %g: give a positive one of at most 1", p)
		}
		kinks := distuv.Binomial{N: float64(width), P: p}
		expected, reach := float64(width)*p, 9*math.Sqrt(float64(width)*p)+40 // beyond: less than 1e-15
		for k := math.Floor(max(expected-reach, 0)); k <= min(expected+reach, float64(width)); k++ {
			probability := 1.0
			if p < 1 { // gonum's Prob is NaN at P = 1
				probability = kinks.Prob(k)
			} else if k < float64(width) {
				continue
			}
			addExcess(mean, probability/float64(len(shares)), k/expected)
		}
	}
	return math.Abs(mean[supremum(mean)]), nil
}

// IncrementDistanceLimit returns the number that N times [IncrementDistance] tends to as the width N grows:
// 0.0688 times the mean of (1-p)/p over the cells.
func IncrementDistanceLimit(shares []float64) float64 {
	sum := 0.0
	for _, p := range shares {
		sum += (1 - p) / p
	}
	z := math.Sqrt(3 - math.Sqrt(6)) // where z (3 - z^2) phi(z) is largest
	return z * (3 - z*z) * distuv.UnitNormal.Prob(z) / 8 * sum / float64(len(shares))
}

// empiricalDistance returns the Kolmogorov-Smirnov distance of a sample from the standard normal law. It
// sorts the sample.
func empiricalDistance(sample []float64) float64 {
	slices.Sort(sample)
	distance, n := 0.0, float64(len(sample))
	for i, value := range sample {
		phi := normalCDF(value)
		distance = max(distance, float64(i+1)/n-phi, phi-float64(i)/n)
	}
	return distance
}

// tally sums over the draws of one width.
type tally struct {
	width  int
	shares []float64

	// path is the first draw.
	path []float64

	// products are of the gradients at all pairs of edges, above the diagonal by rows.
	products []meanSquare

	// increments are standardised.
	increments []float64

	// excesses are those of the mean over the cells of a draw, by the index of z.
	excesses []meanSquare
}

func newTally(width int, shares []float64) *tally {
	edges := len(shares) + 1
	return &tally{
		width: width, shares: shares,
		products: make([]meanSquare, edges*(edges+1)/2),
		excesses: make([]meanSquare, zCount),
	}
}

// meanSquare sums values and their squares.
type meanSquare struct {
	n           int
	sum, square float64
}

func (m *meanSquare) merge(other meanSquare) {
	m.n += other.n
	m.sum += other.sum
	m.square += other.square
}

func (m meanSquare) estimate() stats.Estimate {
	n := float64(m.n)
	mean := m.sum / n
	return stats.Student(mean, math.Sqrt(max(m.square/n-mean*mean, 0)/(n-1)), m.n)
}

// add counts a draw.
func (t *tally) add(s *steps) {
	path := make([]float64, len(s.weight))
	g := 0.0
	for m, weight := range s.weight {
		g += weight
		path[m] = g
	}
	if t.path == nil {
		t.path = path
	}
	cells := len(t.shares)
	size := (len(path) - 1) / cells
	pair := 0
	for i := 0; i < len(path); i += size {
		for j := i; j < len(path); j += size {
			product := path[i] * path[j]
			t.products[pair].merge(meanSquare{1, product, product * product})
			pair++
		}
	}
	means := make([]float64, zCount)
	for c, p := range t.shares {
		t.increments = append(t.increments, (path[(c+1)*size]-path[c*size])/math.Sqrt(p))
		kinks := 0
		for _, count := range s.kinks[c*size+1 : (c+1)*size+1] {
			kinks += count
		}
		addExcess(means, 1/float64(cells), float64(kinks)/(float64(t.width)*p))
	}
	for i, mean := range means {
		t.excesses[i].merge(meanSquare{1, mean, mean * mean})
	}
}

// merge counts the draws of another tally.
func (t *tally) merge(other *tally) {
	for i, product := range other.products {
		t.products[i].merge(product)
	}
	t.increments = append(t.increments, other.increments...)
	for i, e := range other.excesses {
		t.excesses[i].merge(e)
	}
}

// distance returns the distances from the normal law.
func (t *tally) distance() (Distance, error) {
	d := Distance{Samples: len(t.increments), Empirical: empiricalDistance(t.increments)}
	d.Floor = math.Sqrt(math.Pi/2) * math.Ln2 / math.Sqrt(float64(d.Samples))
	means := make([]float64, zCount)
	for i, e := range t.excesses {
		means[i] = e.sum
	}
	if d.GivenKinks = t.excesses[supremum(means)].estimate(); d.GivenKinks.Value < 0 {
		d.GivenKinks = d.GivenKinks.Negative()
	}
	var err error
	d.Exact, err = IncrementDistance(t.width, t.shares)
	return d, err
}
