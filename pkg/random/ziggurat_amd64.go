package random

import "golang.org/x/sys/cpu"

func init() {
	if cpu.X86.HasAVX512F {
		normalize = normalizeFast
	}
}

// normalizeFast is normalize with AVX-512, 16 numbers at a time.
//
//go:noescape
func normalizeFast(normals *[part]float32, numbers *[part]uint64, deviation float64) (outside uint64)
