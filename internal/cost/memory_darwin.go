package cost

import (
	"sync"

	"golang.org/x/sys/unix"
)

// memory is the machine's.
var memory = sync.OnceValue(func() Bytes {
	size, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return Bytes(size)
})
