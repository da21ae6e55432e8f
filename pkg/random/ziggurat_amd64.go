package random

import "golang.org/x/sys/cpu"

func init() {
	if cpu.X86.HasAVX512F {
		normalize = normalizeFast
	}
}

// normalizeFast is normalize with AVX-512, 16 numbers at a time.
func normalizeFast(normals *[part]float32, numbers *[part]uint64, deviation float64) (outside uint64) {
	return normalize16(normals, numbers, deviation, &widths, &inside)
}

//go:noescape
func normalize16(normals *[part]float32, numbers *[part]uint64, deviation float64, widths *[strips]float32, inside *[strips]uint32) (outside uint64)
