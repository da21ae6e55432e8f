//go:build linux && !amd64

package faulttest

// legacy are the calls that Linux has had longer than their successors: on other processors none that is
// everywhere the same.
var legacy = map[uint32]kind{}
