package random

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// Generator is a [rand.Rand] that also fills slices with normal numbers, several times as fast as one by one. It must not be used by
// two goroutines at once.
type Generator struct {
	*rand.Rand
	source  *source
	normals [2 * part]float32 // of a part of the source's epoch, and room to copy from
}

// newGenerator returns a generator of a source's numbers.
func newGenerator(s *source) *Generator { return &Generator{Rand: rand.New(s), source: s} }

// FillNormal fills values with independent normal numbers of mean zero and that standard deviation: the numbers that
// NormFloat64 returns, times deviation.
func (g *Generator) FillNormal(values []float32, deviation float64) {
	s := g.source
	for done := 0; done < len(values); {
		if s.next == epoch {
			s.start()
		}
		start := s.next &^ (part - 1)
		numbers := s.blocks[start:]
		end := min(part, epoch-start)
		outside := normalize((*[part]float32)(g.normals[:]), (*[part]uint64)(numbers), deviation)
		next, undecided := s.next-start, false
		for next < end {
			// Up to a number that is outside, and that one too. What this copies beyond is written over in turn: a copy that is always as long
			// is a fast one.
			copy(values[done:], g.normals[next:next+part])
			inside := min(bits.TrailingZeros64(outside>>next), end-next, len(values)-done)
			done, next = done+inside, next+inside
			if done == len(values) || next == end {
				break
			}
			above := compare(numbers[next], numbers[next+1])
			if undecided = start+next+1 == epoch || !(math.Abs(above) > margin); undecided {
				break
			}
			done += int(math.Float64bits(above) >> 63) // 1 if it is negative: no branch that none could predict
			next += 2
		}
		s.next = start + next
		if undecided {
			values[done] = float32(deviation * g.NormFloat64())
			done++
		}
	}
}
