//go:build !cgo || !(amd64 || arm64)

package normal

// forms are what computes the numbers: Go alone, without a C compiler or where its floating point is not
// known to be the same.
var forms = []form{{"go", fillPlainly}}
