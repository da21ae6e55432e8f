package random

import (
	"math"
	"math/rand/v2"
)

// The ziggurat (Marsaglia and Tsang, 2000) as [rand.Rand.NormFloat64] has it: strips of equal area under the normal density. A number of the
// stream names a strip and a position in it, which nearly always lies inside of the density. Where it does not, the next number of the stream is a
// height at that position, above or below the density.
//
// What is decided here, the library decides alike; what is left undecided, it takes again.
const strips = 128

// ends is where positions end, on both sides of 0.
const ends = 1 << 31

var (
	widths [strips]float32 // from a position to the normal number
	inside [strips]uint32  // positions below lie inside
	edges  [strips]edge
)

// edge is the density from where a strip's inside ends (t = 0) to where its positions end (t = 1), as a share of the strip's height. It is 1 at first
// and 0 at last, and (1-t)(1 + bow·t) is never off by margin.
type edge struct {
	start, scale float64 // t is a position less start, times scale
	bow          float64
}

// margin is more than the approximation of an edge and rounding are off by together (less than 0.004 and, as the library rounds to float32, 10⁻⁴).
const margin = 0.005

// part is how many numbers are made normal at a time: half of an epoch's blocks.
const part = 64

// normalize sets normals to deviation times the normal numbers at the positions that numbers name, and returns a bit for each, the first number's
// lowest: 1 where the position is not inside.
var normalize = normalizePlainly

func normalizePlainly(normals *[part]float32, numbers *[part]uint64, deviation float64) (outside uint64) {
	for k, number := range numbers {
		position, strip := int32(number), number>>32&(strips-1)
		normals[k] = float32(deviation * (float64(position) * float64(widths[strip])))
		if absolute(position) >= inside[strip] {
			outside |= 1 << k
		}
	}
	return outside
}

func absolute(position int32) uint32 { return uint32(max(position, -position)) }

// compare returns how far above the density the height is that next names, at the position that number names and that is not inside, as
// a share of the strip's height. Where that is within margin of 0, or not a number as in the tail, nothing is decided.
func compare(number, next uint64) float64 {
	e := &edges[number>>32&(strips-1)]
	t := (float64(absolute(int32(number))) - e.start) * e.scale
	height := float64(next<<11>>11) / (1 << 53)
	return height - e.share(t)
}

// share returns about the density at t, as a share of the strip's height.
func (e *edge) share(t float64) float64 { return (1 - t) * (1 + e.bow*t) }

// first is a source whose first number is set, and whose others are 0.
type first uint64

func (f *first) Uint64() uint64 {
	number := *f
	*f = 0
	return uint64(number)
}

func density(x float64) float64 { return math.Exp(-x * x / 2) }

func init() {
	const (
		tail = 3.442619855899      // where the tail begins
		area = 9.91256303526217e-3 // of a strip
		less = 16                  // for what rounding may do to a position
	)
	inside[0] = uint32(tail*density(tail)/area*ends) - less
	edges[0].bow = math.NaN() // the tail has no end
	outer := tail
	for strip := strips - 1; strip > 0; strip-- {
		var inner float64
		if strip > 1 {
			inner = math.Sqrt(-2 * math.Log(area/outer+density(outer)))
			inside[strip] = uint32(inner/outer*ends) - less
		}
		middle := (density((inner+outer)/2) - density(outer)) / (density(inner) - density(outer))
		edges[strip] = edge{start: inner / outer * ends, scale: outer / (outer - inner) / ends, bow: 4*middle - 2}
		outer = inner
	}
	for strip := range widths {
		number := first(uint64(strip)<<32 | 1) // the first position
		widths[strip] = float32(rand.New(&number).NormFloat64())
	}
}
