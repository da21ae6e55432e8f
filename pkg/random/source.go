package random

import "math/rand/v2"

// epoch is how many numbers ChaCha8 makes of one key, as [rand.ChaCha8] has it: 16 blocks of 64 bytes, the last half block of which is the next
// key.
const epoch = (16*64 - 32) / 8

// source is the stream of [rand.ChaCha8], an epoch at a time.
type source struct {
	numbers [epoch]uint64
	next    int // the next of numbers to give out
	refill  func(*[epoch]uint64)
}

// newSource returns the source at the start of the stream of a key.
func newSource(key [32]byte) *source {
	refill := fast(key)
	if refill == nil {
		refill = plain(key)
	}
	return &source{next: epoch, refill: refill}
}

// plain returns a function that fills in the epochs of a key one after the other.
func plain(key [32]byte) func(*[epoch]uint64) {
	library := rand.NewChaCha8(key)
	return func(numbers *[epoch]uint64) {
		for i := range numbers {
			numbers[i] = library.Uint64()
		}
	}
}

// Uint64 returns the next number of the stream.
func (s *source) Uint64() uint64 {
	if s.next == epoch {
		s.start()
	}
	number := s.numbers[s.next]
	s.next++
	return number
}

// start starts an epoch. It is a call of its own so that Uint64 is none.
//
//go:noinline
func (s *source) start() {
	s.refill(&s.numbers)
	s.next = 0
}
