package cost

import (
	"bufio"
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// memory is the lower of the machine's memory and the limits of the control groups that the process is in.
var memory = sync.OnceValue(func() Bytes {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0
	}
	groups, _ := os.ReadFile("/proc/self/cgroup") // none without control groups
	return limited(Bytes(info.Totalram)*Bytes(info.Unit), groups, os.ReadFile)
})

// limited returns the lower of the memory and the limits of the groups of /proc/self/cgroup and those above
// them: a container sees its own at the root.
func limited(memory Bytes, groups []byte, read func(string) ([]byte, error)) Bytes {
	lower := func(file string) {
		if content, err := read(file); err == nil {
			// "max" is none
			if limit, err := strconv.ParseUint(strings.TrimSpace(string(content)), 10, 64); err == nil {
				memory = min(memory, Bytes(limit))
			}
		}
	}
	for lines := bufio.NewScanner(bytes.NewReader(groups)); lines.Scan(); {
		fields := strings.SplitN(lines.Text(), ":", 3) // number:controllers:path
		if len(fields) != 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		if controllers := fields[1]; controllers != "" {
			if controllers != "memory" {
				continue
			}
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes" // version 1
		}
		for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
			lower(path.Join(root, group, file))
			if group == "/" {
				break
			}
		}
	}
	return memory
}
