// Package random derives independent streams of random numbers from one seed.
//
// A stream is named by a path of integers under a seed, such as (draw, layer, variable), and [Stream] returns
// its generator:
//
//	weights := random.Stream(seed, draw, layer, 0)
//	biases := random.Stream(seed, draw, layer, 1)
//
// This is the explicit splitting of random keys that JAX made common (there: fold_in of an integer into a
// key). A generator that is passed around instead ties every number to all numbers drawn before it: one layer
// more, another order of the draws, or two goroutines, and everything changes. Here the numbers depend on the
// seed and the path alone, so that draw 17 is the same draw whether it comes alone, last, or on another core.
package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	"github.com/shattered-gradients/shattered/pkg/random/internal/normal"
)

// FormLimit is an environment variable that holds FillNormal to some form of its code, go, c, avx2 or avx512,
// as a processor without wider vector instructions has it. The numbers are the same in all of them: it is
// there for measuring. A form that this processor lacks has no effect. It counts when a program first draws.
const FormLimit = normal.Limit

// Form returns the name of the form that FillNormal uses here: go, c, avx2 or avx512.
func Form() string { return normal.Form() }

// Stream returns a new generator at the start of the stream at a path under a seed: that of [NewGenerator],
// for callers that draw number by number.
func Stream(seed uint64, path ...uint64) *rand.Rand { return NewGenerator(seed, path...).Rand }

// Generator is a [rand.Rand] that also fills slices with normal numbers, many times as fast as one by one.
// The two go their own ways: what one of them gives does not depend on what was taken from the other. It must
// not be used by two goroutines at once.
type Generator struct {
	*rand.Rand
	key    normal.Key
	filled uint64 // how many numbers FillNormal has given
}

// NewGenerator returns a new generator at the start of the stream at a path under a seed. The Rand is the
// library's ChaCha8 with the 32-byte key
//
//	SHA-256(seed, length of the path, path[0], path[1], ...)
//
// each integer as 8 bytes, the lowest first. The length in the key keeps a path apart from those it is a
// prefix of, so that Stream(seed, 1) and Stream(seed, 1, 0) share nothing. Streams of different seeds or
// paths have unrelated keys, which makes them independent for every statistical purpose; the same seed and
// path give the same numbers, in any order of the calls and on every machine. A generator must not be used by
// two goroutines at once: give each its own path.
func NewGenerator(seed uint64, path ...uint64) *Generator {
	named := make([]byte, 0, 8*(2+len(path)))
	named = binary.LittleEndian.AppendUint64(named, seed)
	named = binary.LittleEndian.AppendUint64(named, uint64(len(path)))
	for _, step := range path {
		named = binary.LittleEndian.AppendUint64(named, step)
	}
	hash := sha256.Sum256(named)
	g := &Generator{Rand: rand.New(rand.NewChaCha8(hash))}
	for i := range g.key {
		g.key[i] = binary.LittleEndian.Uint32(hash[4*i:])
	}
	return g
}

// FillNormal fills values with independent normal numbers of mean zero and that standard deviation. They are
// the next numbers of a stream that only FillNormal draws from: one call gives the same as several for its
// parts, to the last bit on every machine. Number i of it is a function of i and the key, the first 16 bytes
// of the Rand's: it is made of block number i/64·16 + i%16 of Threefry-4x32 with 20 rounds, and could be
// drawn before all others. None is further from zero than 7.258 deviations, which a normal number is once in
// 2.5·10¹² times.
//
// It computes a vector at a time, in the widest vector instructions of the processor. The environment
// variable [FormLimit] holds it to narrower ones.
func (g *Generator) FillNormal(values []float32, deviation float64) {
	normal.Fill(values, &g.key, g.filled, float32(deviation))
	g.filled += uint64(len(values))
}
