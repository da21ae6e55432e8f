// Package random derives independent streams of random numbers from one seed.
//
// A stream is named by a path of integers under a seed, such as (draw, layer, variable), and [Stream] returns its generator:
//
//	weights := random.Stream(seed, draw, layer, 0)
//	biases := random.Stream(seed, draw, layer, 1)
//
// This is the explicit splitting of random keys that JAX made common (there: fold_in of an integer into a key). A generator that is
// passed around instead ties every number to all numbers drawn before it: one layer more, another order of the draws, or two
// goroutines, and everything changes. Here the numbers depend on the seed and the path alone, so that draw 17 is the same draw
// whether it comes alone, last, or on another core.
package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	"github.com/shattered-gradients/shattered/pkg/random/internal/normal"
)

// Stream returns a new generator at the start of the stream at a path under a seed: that of [NewGenerator], for who draws number by
// number.
func Stream(seed uint64, path ...uint64) *rand.Rand { return NewGenerator(seed, path...).Rand }

// Generator is a [rand.Rand] that also fills slices with normal numbers, many times as fast as one by one. The two go their own ways: what
// one of them gives does not depend on what was taken from the other. It must not be used by two goroutines at once.
type Generator struct {
	*rand.Rand
	key    normal.Key
	filled uint64 // how many numbers FillNormal has given
}

// NewGenerator returns a new generator at the start of the stream at a path under a seed. Its numbers are blocks of Threefry-4x32 with 20
// rounds (Salmon, Moraes, Dror and Shaw, 2011), a function of the block's place in the stream and a key of 128 bits, the first of
//
//	SHA-256(seed, length of the path, path[0], path[1], ...)
//
// each integer as 8 bytes, the lowest first. The length in the key keeps a path apart from those it is a prefix of, so that
// Stream(seed, 1) and Stream(seed, 1, 0) share nothing. Streams of different seeds or paths have unrelated keys, which makes
// them independent for every statistical purpose; the same seed and path give the same numbers, in any order of the
// calls and on every machine. A generator must not be used by two goroutines at once: give each its own path.
func NewGenerator(seed uint64, path ...uint64) *Generator {
	named := make([]byte, 0, 8*(2+len(path)))
	named = binary.LittleEndian.AppendUint64(named, seed)
	named = binary.LittleEndian.AppendUint64(named, uint64(len(path)))
	for _, step := range path {
		named = binary.LittleEndian.AppendUint64(named, step)
	}
	hash := sha256.Sum256(named)
	var key normal.Key
	for i := range key {
		key[i] = binary.LittleEndian.Uint32(hash[4*i:])
	}
	return &Generator{Rand: rand.New(&source{key: key}), key: key}
}

// FillNormal fills values with independent normal numbers of mean zero and that standard deviation. They are the next numbers of a stream
// that only FillNormal draws from: one call gives the same as several for its parts, to the last bit on every machine. None is further
// from zero than 7.258 deviations, which a normal number is once in 2.5·10¹² times.
func (g *Generator) FillNormal(values []float32, deviation float64) {
	normal.Fill(values, &g.key, g.filled, float32(deviation))
	g.filled += uint64(len(values))
}

// ofRand is the third word of the counter of the blocks that a Rand draws from; that of the normal numbers' is 0.
const ofRand = 1

// source gives the two halves of one block after the other.
type source struct {
	key     normal.Key
	counter uint64 // of the next block
	second  uint64 // half of the last block
	left    bool   // second is still to be given out
}

// Uint64 implements [rand.Source].
func (s *source) Uint64() uint64 {
	if s.left = !s.left; !s.left {
		return s.second
	}
	words := normal.Block(&s.key, [4]uint32{uint32(s.counter), uint32(s.counter >> 32), ofRand})
	s.counter++
	s.second = uint64(words[3])<<32 | uint64(words[2])
	return uint64(words[1])<<32 | uint64(words[0])
}
