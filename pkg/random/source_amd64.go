package random

import (
	"encoding/binary"

	"golang.org/x/sys/cpu"
)

// fastSource is newSource where the processor has AVX-512, and nil elsewhere: all 16 blocks of an epoch are computed at a time, four times as many as
// the library does.
func fastSource(key [32]byte) *source {
	if !cpu.X86.HasAVX512F {
		return nil
	}
	s := &source{next: epoch, refill: compute}
	for i := range 4 {
		s.blocks[epoch+i] = binary.LittleEndian.Uint64(key[8*i:])
	}
	return s
}

// compute replaces b by the blocks of the key behind its numbers.
//
//go:noescape
func compute(b *blocks)
