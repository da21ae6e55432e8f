package random

import (
	"math"
	"math/rand/v2"
	"sort"
)

// The ziggurat (Marsaglia and Tsang, 2000) as [rand.Rand.NormFloat64] has it: strips of equal area under the normal density. A number of the
// stream names a strip and a position in it, which nearly always lies inside of the density. Where it does not, the next number of the stream is a
// height at that position, above or below the density.
//
// What is decided here, the library decides alike; what is left undecided, it takes again.
const strips = 128

// ends is where positions end, on both sides of 0.
const ends = 1 << 31

// The library's own tables, found by asking it.
var (
	widths [strips]float32 // from a position to the normal number
	inside [strips]uint32  // positions below lie inside: the library takes no further number
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

func density(x float64) float64 { return math.Exp(-x * x / 2) }

// ask returns the library's normal number at a position of a strip if the numbers that follow are 0, and how many numbers of the stream it takes.
func ask(strip, position int) (normal float64, taken int) {
	stream := asked{next: uint64(strip)<<32 | uint64(position)}
	return rand.New(&stream).NormFloat64(), stream.taken
}

// asked is a source whose first number is given, and whose others are 0.
type asked struct {
	next  uint64
	taken int
}

func (a *asked) Uint64() uint64 {
	number := a.next
	a.next = 0
	a.taken++
	return number
}

func init() {
	for strip := range strips {
		width, _ := ask(strip, 1)
		start := sort.Search(ends-1, func(position int) bool {
			_, taken := ask(strip, position)
			return taken > 1
		})
		inner, outer := float64(start)*width, ends*width
		middle := (density((inner+outer)/2) - density(outer)) / (density(inner) - density(outer))
		widths[strip], inside[strip] = float32(width), uint32(start)
		edges[strip] = edge{start: float64(start), scale: 1 / (ends - float64(start)), bow: 4*middle - 2}
	}
	edges[0].bow = math.NaN() // the tail has no end
}
