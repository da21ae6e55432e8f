package theory

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Point holds the measurements at one depth.
type Point struct {
	// Depth is L.
	Depth int

	// Variance is C(i,i), the mean of both inputs' squared gradients, and Covariance C(i,j), each averaged
	// over the neurons of a layer, which are exchangeable.
	Variance, Covariance stats.Estimate

	// Correlation is R(i,j), the ratio of the two means, with the standard error of a ratio (delta method).
	Correlation stats.Estimate
}

// moments sums a draw's variance and covariance, their squares and their product.
type moments struct {
	n                                  int
	diagonal, off                      float64
	diagonal2, off2, diagonalTimesOffs float64
}

// add counts a draw.
func (m *moments) add(diagonal, off float64) {
	m.merge(moments{1, diagonal, off, diagonal * diagonal, off * off, diagonal * off})
}

// merge counts the draws of other moments.
func (m *moments) merge(other moments) {
	m.n += other.n
	m.diagonal += other.diagonal
	m.off += other.off
	m.diagonal2 += other.diagonal2
	m.off2 += other.off2
	m.diagonalTimesOffs += other.diagonalTimesOffs
}

// point returns the means with their standard errors.
func (m *moments) point(depth int) Point {
	n := float64(m.n)
	// of values whose mean of squares about the mean is given
	estimate := func(mean, meanSquare float64) stats.Estimate {
		return stats.Student(mean, math.Sqrt(max(meanSquare, 0)/(n-1)), m.n)
	}
	diagonal, off := m.diagonal/n, m.off/n
	r := off / diagonal
	// To first order the ratio's error is the mean of (off_d - r diagonal_d) / diagonal over the draws d.
	residual := (m.off2 - 2*r*m.diagonalTimesOffs + r*r*m.diagonal2) / n / (diagonal * diagonal)
	return Point{
		Depth:       depth,
		Variance:    estimate(diagonal, m.diagonal2/n-diagonal*diagonal),
		Covariance:  estimate(off, m.off2/n-off*off),
		Correlation: estimate(r, residual),
	}
}

// gates holds the gates of a layer for two inputs, a bit for each unit.
type gates struct{ i, j []uint64 }

func newGates(width int) gates {
	words := (width + 63) / 64
	return gates{make([]uint64, words), make([]uint64, words)}
}

// draw draws all gates anew.
func (g gates) draw(width int, rng *rand.Rand) {
	for w := range g.i {
		mask := ^uint64(0)
		if rest := width - 64*w; rest < 64 {
			mask = 1<<rest - 1
		}
		g.i[w], g.j[w] = rng.Uint64()&mask, rng.Uint64()&mask
	}
}

// on tells whether unit k is on for the input that has these words.
func on(words []uint64, k int) bool { return words[k/64]>>(k%64)&1 == 1 }

// counts are the numbers of units of a layer that are on for input i, for input j, and for both.
type counts struct{ i, j, both float64 }

// count counts the gates.
func (g gates) count() counts {
	var i, j, both int
	for w := range g.i {
		i += bits.OnesCount64(g.i[w])
		j += bits.OnesCount64(g.j[w])
		both += bits.OnesCount64(g.i[w] & g.j[w])
	}
	return counts{float64(i), float64(j), float64(both)}
}

// conditioned takes draws of the Conditioned estimator and returns their moments by depth.
func (c Config) conditioned(draws int, rng *rand.Rand) []moments {
	nets := make([][]layer, len(c.Depths))
	for d, depth := range c.Depths {
		nets[d] = c.layers(depth)
	}
	sums := make([]moments, len(c.Depths))
	layerGates := newGates(c.Width)
	active := make([]counts, slices.Max(c.Depths))
	for range draws {
		for l := range active {
			layerGates.draw(c.Width, rng)
			active[l] = layerGates.count()
		}
		for d, layers := range nets {
			i, j, both := 1.0, 1.0, 1.0
			for l, layer := range layers {
				carry, gain := layer.carry*layer.carry, layer.gain*layer.gain*2/float64(c.Width)
				i *= carry + gain*active[l].i
				j *= carry + gain*active[l].j
				both *= carry + gain*active[l].both
			}
			sums[d].add((i+j)/2, both)
		}
	}
	return sums
}

// plain takes draws of the Plain estimator and returns their moments by depth. Every depth has draws of its
// own.
func (c Config) plain(draws int, rng *rand.Rand) []moments {
	sums := make([]moments, len(c.Depths))
	p := newPass(c.Width)
	for d, depth := range c.Depths {
		layers := c.layers(depth)
		for range draws {
			p.start()
			for l := len(layers) - 1; l >= 0; l-- {
				p.back(layers[l], rng)
			}
			n := float64(c.Width)
			sums[d].add((dot(p.i, p.i)+dot(p.j, p.j))/2/n, dot(p.i, p.j)/n)
		}
	}
	return sums
}

// pass is a reverse pass at two inputs: the gradients i and j, W^T times each, and gates.
type pass struct {
	i, j, transposedI, transposedJ []float64
	gates                          gates
}

func newPass(width int) *pass {
	vector := func() []float64 { return make([]float64, width) }
	return &pass{vector(), vector(), vector(), vector(), newGates(width)}
}

// start sets the gradients of the sum of the outputs with respect to the outputs: ones.
func (p *pass) start() {
	for k := range p.i {
		p.i[k], p.j[k] = 1, 1
	}
}

// back goes back through a layer with weights and gates drawn from rng.
func (p *pass) back(l layer, rng *rand.Rand) {
	clear(p.transposedI)
	clear(p.transposedJ)
	deviation := math.Sqrt(2 / float64(len(p.i)))
	for row, i := range p.i {
		j := p.j[row]
		for k := range p.transposedI {
			w := deviation * rng.NormFloat64()
			p.transposedI[k] += w * i
			p.transposedJ[k] += w * j
		}
	}
	p.gates.draw(len(p.i), rng)
	for k := range p.i {
		p.i[k], p.j[k] = l.carry*p.i[k], l.carry*p.j[k]
		if on(p.gates.i, k) {
			p.i[k] += l.gain * p.transposedI[k]
		}
		if on(p.gates.j, k) {
			p.j[k] += l.gain * p.transposedJ[k]
		}
	}
}

// dot returns the inner product.
func dot(a, b []float64) float64 {
	sum := 0.0
	for k := range a {
		sum += a[k] * b[k]
	}
	return sum
}
