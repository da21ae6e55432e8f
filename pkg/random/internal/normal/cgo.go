//go:build cgo && (amd64 || arm64)

package normal

// #cgo CFLAGS: -std=c11 -O3
// #cgo LDFLAGS: -lm
// #include "normal.h"
import "C"

// forms are what computes the numbers, the fastest last.
var forms = compiled()

func compiled() []form {
	all := []form{{"go", fillPlainly}}
	for i, name := range []string{"c", "avx2", "avx512"}[:C.normal_form()+1] {
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
