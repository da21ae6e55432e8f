// Package processors says how many goroutines computations should keep busy, and keeps Go's scheduler out of
// their way while they are in C code.
package processors

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// spare is how many places to run Go code there are beyond those that computations use.
var spare atomic.Int32

// Count returns the number of goroutines that a computation should run at a time: GOMAXPROCS as the
// environment or the program set it.
func Count() int { return max(1, runtime.GOMAXPROCS(0)-int(spare.Load())) }

// KeepSpare raises GOMAXPROCS beyond what Count returns, once in a program. When all its places are taken by
// calls of C code, as they are while every processor multiplies matrices, Go's scheduler looks every 20
// microseconds for a place to take away from such a call, wakes a thread to use it, and the call has to queue
// for it on its return: a tenth of the time of a probe. With two places to spare it lets them be.
var KeepSpare = sync.OnceFunc(func() {
	const places = 2 // one for the collector of garbage, one that stays free
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + places)
	spare.Store(places)
})
