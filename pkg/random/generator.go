package random

import (
	"math"
	"math/rand/v2"
)

// Generator is a [rand.Rand] that also fills slices with normal numbers, several times as fast as one by one. It must not be used by
// two goroutines at once.
type Generator struct {
	*rand.Rand
	source *source
}

// newGenerator returns a generator at the start of ChaCha8's stream of a key.
func newGenerator(key [32]byte) *Generator {
	s := newSource(key)
	return &Generator{rand.New(s), s}
}

// FillNormal fills values with independent normal numbers of mean zero and that standard deviation: the numbers that
// NormFloat64 returns, times deviation.
func (g *Generator) FillNormal(values []float32, deviation float64) {
	for k := range values {
		number := g.source.Uint64()
		position, strip := int32(number), number>>32&(strips-1)
		if uint32(max(position, -position)) < inside[strip] {
			values[k] = float32(deviation * (float64(position) * widths[strip]))
			continue
		}
		g.source.next-- // one number in 36: the library takes it again
		values[k] = float32(deviation * g.NormFloat64())
	}
}

// The part of the ziggurat (Marsaglia and Tsang, 2000) in which nearly all numbers fall, as [rand.Rand.NormFloat64] has it: strips of equal
// area under the normal density, and in each the positions that lie inside of the density for certain. The remainder is left to the library, so
// that inside may be too small, but not too large.
const strips = 128

var (
	widths [strips]float64 // from a position to the number
	inside [strips]uint32  // positions below lie inside
)

// first is a source whose first number is set, and whose others are 0.
type first uint64

func (f *first) Uint64() uint64 {
	number := *f
	*f = 0
	return uint64(number)
}

func init() {
	const (
		tail = 3.442619855899      // where the tail begins
		area = 9.91256303526217e-3 // of a strip
		ends = float64(1 << 31)    // of the positions
		less = 16                  // for what rounding may do to a position
	)
	density := func(x float64) float64 { return math.Exp(-x * x / 2) }
	x := tail
	inside[0] = uint32(tail*density(tail)/area*ends) - less
	for strip := strips - 1; strip > 1; strip-- {
		inner := math.Sqrt(-2 * math.Log(area/x+density(x)))
		inside[strip] = uint32(inner/x*ends) - less
		x = inner
	}
	for strip := range widths {
		number := first(uint64(strip)<<32 | 1) // the first position inside
		widths[strip] = rand.New(&number).NormFloat64()
	}
}
