//go:build cgo && (amd64 || arm64)

package normal

// #cgo CFLAGS: -std=c11 -O3
// #cgo LDFLAGS: -lm
// #include "normal.h"
import "C"

import "golang.org/x/sys/cpu"

// forms are what computes the numbers, the fastest last.
var forms = compiled()

func compiled() []form {
	all := []form{{"go", fillPlainly}}
	for i, name := range []string{"c", "avx2", "avx512"}[:1+vectors()] {
		all = append(all, form{name, func(values []float32, key *Key, group uint64, deviation float32) {
			if len(values) > 0 {
				C.normal_fill(C.int(i), (*C.float)(&values[0]), C.size_t(len(values)/Group),
					(*C.uint32_t)(&key[0]), C.uint64_t(group),
					C.float(deviation))
			}
		}})
	}
	return all
}

// vectors returns the fastest form that this processor runs; slower ones run too. It is asked here, and not
// in C, whose compilers answer by a variable of a library: for that alone Go's linker would read the library,
// and take a fifth longer for every cell of a notebook.
func vectors() int {
	switch {
	case cpu.X86.HasAVX2 && cpu.X86.HasAVX512F:
		return 2
	case cpu.X86.HasAVX2:
		return 1
	}
	return 0
}
