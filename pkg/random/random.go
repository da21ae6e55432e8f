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
)

// Stream returns a new generator at the start of the stream at a path under a seed: that of [NewGenerator], for who draws number by
// number.
func Stream(seed uint64, path ...uint64) *rand.Rand { return NewGenerator(seed, path...).Rand }

// NewGenerator returns a new generator at the start of the stream at a path under a seed. It is ChaCha8 with the 32-byte key
//
//	SHA-256(seed, length of the path, path[0], path[1], ...)
//
// each integer as 8 bytes, the lowest first. The length in the key keeps a path apart from those it is a prefix of, so that
// Stream(seed, 1) and Stream(seed, 1, 0) share nothing. Streams of different seeds or paths have unrelated keys, which makes
// them independent for every statistical purpose; the same seed and path give the same numbers, in any order of the
// calls and on every machine. A generator must not be used by two goroutines at once: give each its own path.
func NewGenerator(seed uint64, path ...uint64) *Generator {
	key := make([]byte, 0, 8*(2+len(path)))
	key = binary.LittleEndian.AppendUint64(key, seed)
	key = binary.LittleEndian.AppendUint64(key, uint64(len(path)))
	for _, step := range path {
		key = binary.LittleEndian.AppendUint64(key, step)
	}
	return newGenerator(newSource(sha256.Sum256(key)))
}
