package random

import "math/rand/v2"

// epoch is how many numbers ChaCha8 makes of one key, as [rand.ChaCha8] has it: 16 blocks of 64 bytes, the last half block of which is the next
// key.
const epoch = (16*64 - 32) / 8

// blocks are the 16 blocks of an epoch: its numbers, and behind them the next key.
type blocks [epoch + 4]uint64

// source is the stream of [rand.ChaCha8], an epoch at a time.
type source struct {
	blocks
	next   int // the next number to give out
	refill func(*blocks)
}

// newSource returns the source at the start of the stream of a key, which computes epochs the fast way or the plain one.
func newSource(key [32]byte) *source {
	if s := fastSource(key); s != nil {
		return s
	}
	return plainSource(rand.NewChaCha8(key))
}

// plainSource returns a source of the numbers of another.
func plainSource(from rand.Source) *source {
	return &source{next: epoch, refill: func(b *blocks) {
		for i := range epoch {
			b[i] = from.Uint64()
		}
	}}
}

// Uint64 returns the next number of the stream.
func (s *source) Uint64() uint64 {
	if s.next == epoch {
		s.start()
	}
	number := s.blocks[s.next]
	s.next++
	return number
}

// start starts an epoch. It is a call of its own so that Uint64 is none.
//
//go:noinline
func (s *source) start() {
	s.refill(&s.blocks)
	s.next = 0
}
