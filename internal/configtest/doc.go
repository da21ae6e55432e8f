// Package configtest gives the public configs what nobody would: each must be refused, or its computation
// begin. None may panic, hang, or take memory for what it refuses. It holds nothing else.
package configtest
